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
