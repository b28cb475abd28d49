import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Resampling, resamplings } from '../../../../src/data/options.js';
import { cropped, padded, resample } from '../../../../src/data/readers/images/resample.js';

test('enlarging interpolates between pixel centres, as Pillow does', () => {
  const values = Uint8Array.of(0, 40, 80, 120, 160, 200, 240, 200);
  const { values: enlarged } = resample(
    { values, width: 8, height: 1, channels: 1 },
    { width: 16, height: 1 },
  );
  // PIL.Image.fromarray(row).resize((16, 1), PIL.Image.BILINEAR)
  expect([...enlarged]).toEqual([0, 10, 30, 50, 70, 90, 110, 130, 150, 170, 190, 210, 230, 230, 210, 200]);
});

test('channels stay apart, and 16-bit values keep their depth', () => {
  const values = Uint16Array.of(0, 1000, 65535, 3000);
  const enlarged = resample({ values, width: 2, height: 1, channels: 2 }, { width: 4, height: 1 });
  // Weights 1, ¾ ¼, ¼ ¾, 1: 65535 / 4 = 16383.75
  expect([...enlarged.values]).toEqual([0, 1000, 16384, 1500, 49151, 2500, 65535, 3000]);
});

test('a crop takes whole pixels', () => {
  const values = Uint8Array.from({ length: 24 }, (_, i) => i);
  const part = cropped(
    { values, width: 4, height: 3, channels: 2 },
    { left: 1, top: 1, width: 2, height: 2 },
  );
  expect([...part.values]).toEqual([10, 11, 12, 13, 18, 19, 20, 21]);
});

test('both axes are resampled, the rows after the columns, as Pillow does', () => {
  const values = Uint8Array.of(0, 100, 200, 50, 150, 250);
  const { values: enlarged } = resample(
    { values, width: 3, height: 2, channels: 1 },
    { width: 5, height: 4 },
  );
  // numpy.asarray(PIL.Image.fromarray(a).resize((5, 4), PIL.Image.BILINEAR))
  expect([...enlarged]).toEqual([
    0, 40, 100, 160, 200, 13, 53, 113, 173, 213, 38, 78, 138, 198, 238, 50, 90, 150, 210, 250,
  ]);
});

test('an axis that shrinks is averaged over what it loses, as Pillow does', () => {
  const values = Uint8Array.from({ length: 35 }, (_, i) => (i * 37) % 256);
  const { values: shrunk, ...about } = resample(
    { values, width: 7, height: 5, channels: 1 },
    { width: 4, height: 3 },
  );
  // numpy.asarray(PIL.Image.fromarray(b).resize((4, 3), PIL.Image.BILINEAR))
  expect([...shrunk]).toEqual([20, 78, 146, 204, 25, 83, 151, 209, 30, 88, 156, 214]);
  expect(about).toEqual({ width: 4, height: 3, channels: 1 });
});

interface Stored {
  readonly width: number;
  readonly height: number;
  readonly values: string;
}

/** By Pillow 11 and OpenCV, see `fixtures/resized/make.py`. */
const { images, cases } = JSON.parse(readFileSync('fixtures/resized/resized.json', 'utf8')) as {
  images: readonly (Stored & { channels: number })[];
  cases: readonly (Stored & { image: number; how: Resampling })[];
};
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));

test.each(resamplings)('%s gives the very bytes of Pillow and OpenCV, growing and shrinking', (how) => {
  const mine = cases.filter((each) => each.how === how);
  expect(mine).toHaveLength(10);
  for (const { image, width, height, values } of mine) {
    const from = images[image];
    const { values: resized } = resample({ ...from, values: bytes(from.values) }, { width, height }, how);
    expect([...resized], `${from.width}x${from.height} to ${width}x${height}`).toEqual([...bytes(values)]);
  }
});

test('values of 16 bits follow the same weights', () => {
  const from = images[0];
  const deep = Uint16Array.from(bytes(from.values), (value) => 257 * value);
  for (const how of resamplings) {
    const size = { width: 11, height: 25 };
    const { values: small } = resample({ ...from, values: bytes(from.values) }, size, how);
    const { values: large } = resample({ ...from, values: deep }, size, how);
    // Rounding twice to 8 bits moves a value by little more than one of them.
    large.forEach((value, i) => {
      expect(Math.abs(value / 257 - small[i]), how).toBeLessThan(2);
    });
  }
});

test('a letterbox has its filling around the image', () => {
  const image = { values: Uint8Array.of(1, 2, 3, 4), width: 2, height: 2, channels: 1 };
  const { values } = padded(image, { left: 1, top: 0, width: 4, height: 3, fill: 9 });
  expect([...values]).toEqual([9, 1, 2, 9, 9, 3, 4, 9, 9, 9, 9, 9]);
  const deep = padded(
    { ...image, values: Uint16Array.of(1, 2, 3, 4) },
    { left: 0, top: 0, width: 2, height: 3, fill: 1 },
  );
  expect([...deep.values]).toEqual([1, 2, 3, 4, 257, 257]);
});
