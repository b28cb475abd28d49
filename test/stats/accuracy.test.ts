import { describe, expect, test } from 'vitest';
import { accuracyOf, isAtChance, isPermuted, type LabelAnswers } from '../../src/stats/accuracy.js';

/** From how often each class was answered; top-5 sees the same. */
const answers = (...first: readonly (readonly [number, number])[]): LabelAnswers => ({
  samples: first.reduce((sum, [, count]) => sum + count, 0),
  first: new Map(first),
  among: new Map(first),
});

describe('accuracy', () => {
  test('is the share of samples whose class was answered', () => {
    const labels = new Map([
      ['cat', answers([0, 6], [1, 2])],
      ['dog', { samples: 4, first: new Map([[0, 3]]), among: new Map([[1, 4]]) }],
    ]);
    const found = accuracyOf(labels, (label) => ['cat', 'dog'].indexOf(label));
    // 6 of 12 first; 6 + 4 of 12 among five; the most frequent label has 8.
    expect(found).toMatchObject({ samples: 12, top1: 0.5, top5: 10 / 12, guessing: 8 / 12 });
  });

  test('under another order is that of the best pairs, each label and class once', () => {
    const labels = new Map([
      ['a', answers([1, 9], [0, 1])],
      ['b', answers([1, 8], [2, 2])],
      ['c', answers([0, 10])],
    ]);
    // c→0 (10), a→1 (9), b→2 (2) of 30.
    expect(accuracyOf(labels, () => undefined)).toMatchObject({ top1: 0, reordered: 21 / 30 });
  });

  const at = (top1: number, guessing: number, samples = 10_000) => ({
    ...{ samples, top1, guessing },
    ...{ top5: 1, reordered: top1 },
  });

  test.each([
    // FashionMNIST with default scaling; scaled rightly.
    [at(0.118, 0.1), true],
    [at(0.873, 0.1), false],
    [at(0.32, 0.1), false],
    [at(0.9, 0.9), true],
    [at(0.97, 0.9), false],
    // All of one label: nothing can be said. Ten samples: neither.
    [at(0, 1), false],
    [at(0.1, 0.1, 10), false],
    // 1,000 classes: twice of guessing is not yet knowing where few samples were seen.
    [at(0.002, 0.001, 1000), true],
    [at(0.002, 0.001, 1_000_000), false],
  ])('%j at chance: %s', (accuracy, expected) => {
    expect(isAtChance(accuracy)).toBe(expected);
  });

  test('points to another order where that would at least halve the errors', () => {
    expect(isPermuted({ ...at(0.76, 0.1), reordered: 0.99 }, 10)).toBe(true);
    expect(isPermuted({ ...at(0.7, 0.1), reordered: 0.72 }, 10)).toBe(false);
    // With a sample or two a label any order fits.
    expect(isPermuted({ ...at(0, 0.1, 10), reordered: 1 }, 10)).toBe(false);
  });
});
