import { expect, test } from 'vitest';
import { geometryOf, parseImageSize } from '../../../../src/data/readers/images/imageGeometry.js';

const size = (width: number, height: number) => ({ width, height });

test('sizes are width × height, or one number', () => {
  expect(parseImageSize('224', '--resize')).toBe(224);
  expect(parseImageSize('256x128', '--resize')).toEqual(size(256, 128));
  for (const text of ['', '0', '224x', 'x224', '22a', '-3', '1x0', '2.5']) {
    expect(() => parseImageSize(text, '--crop')).toThrow(
      `--crop ${text}: write one number or <width>x<height>`,
    );
  }
});

test('one number resizes the shorter side; the longer one is rounded down, as in torchvision', () => {
  // torchvision: int(256 * 500 / 375) = 341, int(256 * 333 / 250) = 340
  expect(geometryOf(size(500, 375), { resize: 256, fixed: {} })).toEqual({
    resize: size(341, 256),
    result: size(341, 256),
  });
  expect(geometryOf(size(250, 333), { resize: 256, fixed: {} })).toMatchObject({ result: size(256, 340) });
});

test('the crop is centred, halves rounded to even, as in torchvision', () => {
  // int(round((341 - 224) / 2)) = round(58.5) = 58 in Python; round(59.5) = 60
  expect(geometryOf(size(341, 224), { crop: 224, fixed: {} })).toMatchObject({ crop: { left: 58, top: 0 } });
  expect(geometryOf(size(343, 224), { crop: 224, fixed: {} })).toMatchObject({ crop: { left: 60, top: 0 } });
  expect(geometryOf(size(100, 80), { crop: size(90, 81), fixed: {} })).toMatch(
    /100x80 pixels, too small for --crop 90x81/,
  );
});

test('the size of the input counts only where nothing is asked for', () => {
  expect(geometryOf(size(10, 20), { fixed: size(28, 28) })).toEqual({
    resize: size(28, 28),
    result: size(28, 28),
  });
  expect(geometryOf(size(28, 28), { fixed: size(28, 28) })).toEqual({ result: size(28, 28) });
  expect(geometryOf(size(10, 20), { crop: 10, fixed: size(28, 28) })).toMatchObject({ result: size(10, 10) });
  expect(geometryOf(size(200, 64), { fixed: { height: 32 } })).toMatchObject({ result: size(100, 32) });
});

test('one fixed side keeps the proportions, and at least one pixel', () => {
  expect(geometryOf(size(64, 200), { fixed: { width: 32 } })).toEqual({
    resize: size(32, 100),
    result: size(32, 100),
  });
  expect(geometryOf(size(1000, 1), { fixed: { width: 10 } })).toMatchObject({ result: size(10, 1) });
  expect(geometryOf(size(1, 1000), { fixed: { height: 10 } })).toMatchObject({ result: size(1, 10) });
  expect(geometryOf(size(64, 200), { fixed: {} })).toEqual({ result: size(64, 200) });
});

test('an image is left alone that has the size already, and resized where one side differs', () => {
  expect(geometryOf(size(256, 300), { resize: 256, fixed: {} })).toEqual({ result: size(256, 300) });
  expect(geometryOf(size(28, 30), { fixed: size(28, 28) })).toMatchObject({ resize: size(28, 28) });
  expect(geometryOf(size(30, 28), { fixed: size(28, 28) })).toMatchObject({ resize: size(28, 28) });
  // A square is resized to one number a side.
  expect(geometryOf(size(50, 50), { resize: 25, fixed: {} })).toMatchObject({ result: size(25, 25) });
});

test('or halves rounded down, as in transformers', () => {
  // int((343 - 224) / 2) and int((341 - 224) / 2), of image_processing_backends.py.
  const down = { crop: 224, cropRounding: 'down', fixed: {} } as const;
  expect(geometryOf(size(343, 224), down)).toMatchObject({ crop: { left: 59, top: 0 } });
  expect(geometryOf(size(224, 341), down)).toMatchObject({ crop: { left: 0, top: 58 } });
});

test('a crop as large as the image takes all of it', () => {
  expect(geometryOf(size(20, 10), { crop: size(20, 10), fixed: {} })).toEqual({
    crop: { width: 20, height: 10, left: 0, top: 0 },
    result: size(20, 10),
  });
  expect(geometryOf(size(20, 10), { crop: size(21, 10), fixed: {} })).toMatch(/too small for --crop 21x10/);
  expect(geometryOf(size(20, 10), { crop: 8, fixed: {} })).toMatchObject({ crop: { left: 6, top: 1 } });
});

test.each([
  // Ultralytics' LetterBox: r = min(H / h, W / w), round(w r) × round(h r), top = round((H − h r) / 2 − 0.1).
  [size(810, 1080), size(640, 640), size(480, 640), { left: 80, top: 0 }],
  [size(1280, 721), size(640, 640), size(640, 360), { left: 0, top: 140 }],
  [size(500, 375), size(640, 640), size(640, 480), { left: 0, top: 80 }],
  [size(333, 500), size(320, 640), size(320, 480), { left: 0, top: 80 }],
  [size(101, 50), size(64, 64), size(64, 32), { left: 0, top: 16 }],
  // An odd pixel goes below and right: (64 − 31) / 2 − 0.1 = 16.4.
  [size(62, 128), size(64, 64), size(31, 64), { left: 16, top: 0 }],
])('a letterbox fits %j into %j whole', (native, fixed, resize, pad) => {
  expect(geometryOf(native, { resize: 'letterbox', fixed })).toEqual({ resize, pad, result: fixed });
});

test('a letterbox leaves an image of its size alone, and is 640 pixels where the model says nothing', () => {
  expect(geometryOf(size(64, 32), { resize: 'letterbox', fixed: size(64, 64) })).toEqual({
    pad: { left: 0, top: 16 },
    result: size(64, 64),
  });
  expect(geometryOf(size(10, 10), { resize: 'letterbox', fixed: {} })).toMatchObject({
    result: size(640, 640),
  });
});
