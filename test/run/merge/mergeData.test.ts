import { expect, it } from 'vitest';
import { mergeData } from '../../../src/run/merge/mergeData.js';
import type { RunData } from '../../../src/run/schema.js';

const data = (parts: Partial<RunData> = {}): RunData => ({
  source: 's/',
  reader: 'npy',
  samples: 3,
  skipped: 0,
  ...parts,
});

it('names every source and reader once, and nothing that no part has', () => {
  expect(mergeData([data(), data({ source: 't/' }), data()])).toEqual({
    source: 's/, t/',
    reader: 'npy',
    samples: 9,
    skipped: 0,
  });
});

it('keeps the preprocessing, in which the parts agree, and the first hundred samples that were skipped', () => {
  const skips = (from: number) =>
    Array.from({ length: 70 }, (_, i) => ({ origin: `${from + i}`, reason: 'r' }));
  const merged = mergeData([
    data({ preprocessing: { scale: 2 }, skipped: 70, skippedSamples: skips(0) }),
    data({ preprocessing: { scale: 2 }, skipped: 70, skippedSamples: skips(70) }),
  ]);
  expect(merged.preprocessing).toEqual({ scale: 2 });
  expect(merged.skipped).toBe(140);
  expect(merged.skippedSamples).toHaveLength(100);
  expect(merged.skippedSamples?.at(-1)?.origin).toBe('99');
});

it('counts the labels of all parts, and weighs their accuracies by the samples', () => {
  const one = { classes: 9, samples: 1, top1: 1, top5: 1, counts: { cat: 1 } };
  const two = { classes: 9, samples: 6, top1: 0.5, top5: 1, counts: { dog: 2, cat: 4 } };
  const merged = mergeData([data({ labels: one }), data({ labels: two }), data()]);
  // (1 + 3) of 7 samples.
  expect(merged.labels).toEqual({ classes: 9, samples: 7, top1: 4 / 7, top5: 1, counts: { cat: 5, dog: 2 } });
  const { top1: _, top5: __, ...unmeasured } = two;
  expect(mergeData([data({ labels: one }), data({ labels: unmeasured })]).labels).toEqual({
    classes: 2,
    samples: 7,
    counts: { cat: 5, dog: 2 },
  });
});
