import { expect, test } from 'vitest';
import { addedAnswers, ClassCounts } from '../../../src/engine/collect/classCounts.js';

/** The answers in plain lists. */
function plain({ labels }: ReturnType<ClassCounts['result']>) {
  return Object.fromEntries(
    [...labels].map(([label, { samples, first, among }]) => [
      label,
      { samples, first: [...first], among: [...among.keys()] },
    ]),
  );
}

test('the five highest scores, the first of equal ones before the others, NaN nowhere', () => {
  const counts = new ClassCounts();
  counts.add(
    ['a', undefined, 'b'],
    [1, 7, 7, 3, 2, 5, 4, 9, 9, 9, 9, 9, 9, 9, Number.NaN, 0, 0, 1, 0, 0, 0],
    7,
  );
  // numpy.argsort(-x, kind='stable')[:5]
  expect(plain(counts.result())).toEqual({
    a: { samples: 1, first: [[1, 1]], among: [1, 2, 5, 6, 3] },
    b: { samples: 1, first: [[3, 1]], among: [3, 1, 2, 4, 5] },
  });
});

test('samples of which all scores are NaN count as answered wrongly', () => {
  const counts = new ClassCounts();
  counts.add(['a'], [Number.NaN, Number.NaN], 2);
  expect(plain(counts.result())).toEqual({ a: { samples: 1, first: [], among: [] } });
});

test('what several workers counted adds up', () => {
  const [one, two] = [new ClassCounts(), new ClassCounts()];
  one.add(['a', 'b'], [0, 1, 1, 0], 2);
  two.add(['a'], [0, 1], 2);
  expect(plain(addedAnswers([one.result(), two.result()]))).toEqual({
    a: { samples: 2, first: [[1, 2]], among: [1, 0] },
    b: { samples: 1, first: [[0, 1]], among: [0, 1] },
  });
});
