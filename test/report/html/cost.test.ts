import { expect, test } from 'vitest';
import { multiplications, partOf } from '../../../src/report/html/cost.js';
import { layer, run } from '../../support/runs.js';

test('a convolution takes its weights once at each position of a sample', () => {
  // 8 filters of 3 × 3 × 3, at 28 × 28 positions of 2 samples.
  const conv = layer('conv', 4, 8, { weightShape: [8, 3, 3, 3], observations: 2 * 28 * 28 });
  const whole = run([conv], { data: { ...run([]).data, samples: 2 } });
  expect(multiplications(whole, conv)).toBe(8 * 27 * 784);
});

test('says nothing where an observation is not a position', () => {
  const conv = layer('conv', 4, 8, { weightShape: [8, 3, 3, 3], observations: 2 });
  const base = run([conv]);
  expect(
    multiplications({ ...base, settings: { ...base.settings, convMethod: 'mean' } }, conv),
  ).toBeUndefined();
});

test('shares nothing where there is nothing', () => {
  expect(partOf(undefined, [1])).toBeUndefined();
  expect(partOf(0, [0, undefined])).toBeUndefined();
  expect(partOf(1, [1, 3, undefined])).toBe(0.25);
});
