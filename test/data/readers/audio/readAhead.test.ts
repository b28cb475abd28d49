import { expect, test } from 'vitest';
import { ReadAhead } from '../../../../src/data/readers/audio/readAhead.js';

/** Two channels: frame i holds i and −i. */
function counting(frames: number) {
  const asked: [number, number][] = [];
  return {
    asked,
    sound: {
      ...{ rate: 8000, channels: 2, frames },
      async decode(from: number, to: number) {
        asked.push([from, to]);
        const values = Float32Array.from({ length: to - from }, (_, i) => from + i);
        return [values, values.map((value) => -value)];
      },
    },
  };
}

test('windows that follow each other are decoded together, up to the end of the file', async () => {
  const { sound, asked } = counting(100_000);
  const ahead = new ReadAhead();
  for (let from = 0; from + 1000 <= 100_000; from += 1000) {
    const [left, right] = await ahead.decode('a', sound, from, from + 1000);
    expect([left.length, left[0], left[999], right[999]]).toEqual([1000, from, from + 999, -from - 999]);
  }
  expect(asked).toEqual([
    [0, 1000],
    [1000, 66_536],
    [66_000, 100_000],
  ]);
});

test('windows anywhere, and of several files in turn, are decoded alone', async () => {
  const [one, two] = [counting(1e6), counting(1e6)];
  const ahead = new ReadAhead();
  for (const [path, { sound }, from] of [
    ['a', one, 500_000],
    ['b', two, 500_100],
    ['a', one, 500_200],
    ['a', one, 100],
    ['a', one, 900_000],
  ] as const) {
    const [left] = await ahead.decode(path, sound, from, from + 50);
    expect([left.length, left[0]]).toEqual([50, from]);
  }
  expect(one.asked).toEqual([
    [500_000, 500_050],
    [500_200, 500_250],
    [100, 150],
    [900_000, 900_050],
  ]);
  expect(two.asked).toEqual([[500_100, 500_150]]);
});
