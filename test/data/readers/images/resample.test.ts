import { expect, test } from 'vitest';
import { cropped, resample } from '../../../../src/data/readers/images/resample.js';

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
