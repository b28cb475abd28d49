import { expect, test } from 'vitest';
import { labelAccuracy } from '../../src/api/labelAccuracy.js';
import { ClassCounts } from '../../src/engine/collect/classCounts.js';

/** A model of `width` classes that answered these classes to samples with these labels. */
function answered(width: number, labels: readonly string[], classes: readonly number[]) {
  const counts = new ClassCounts();
  const scores = new Float32Array(width * labels.length);
  classes.forEach((k, i) => {
    scores[i * width + k] = 1;
  });
  counts.add(labels, scores, width);
  return counts.result();
}

const top1 = (...args: Parameters<typeof labelAccuracy>) => labelAccuracy(...args).accuracy?.top1;
const given = (...names: string[]) => ({ names, source: '--classes' });

test('names go before positions, and differ in case and underscores without harm', () => {
  const birds = answered(3, ['Great_Tit', 'wren'], [2, 0]);
  expect(top1(birds, given('wren', 'owl', 'great tit'), 2)).toBe(1);
  const numbers = answered(2, ['1', '0'], [0, 1]);
  expect(top1(numbers, given('1', '0'), 2)).toBe(1);
  expect(top1(numbers, undefined, 2)).toBe(0);
});

test('numbers that are no names are positions', () => {
  expect(top1(answered(3, ['0', '2'], [0, 2]), given('wren', 'owl', 'tit'), 2)).toBe(1);
});

test('words without names stand for the classes in their order, as in torchvision', () => {
  expect(top1(answered(3, ['b', 'a', 'c'], [1, 0, 2]), undefined, 3)).toBe(1);
});

test.each([
  [answered(4, ['a', 'b'], [0, 1]), undefined, "the data has 2 labels, and the model's output 4 numbers"],
  [answered(2, ['a', 'x'], [0, 1]), given('a', 'b'), 'the labels x are not among the classes of --classes'],
  [
    answered(3, ['0', '1'], [0, 1]),
    given('a', 'b'),
    "--classes names 2 classes, but the model's output has 3",
  ],
  [answered(3, ['0', '3'], [0, 1]), undefined, 'label 3 is outside the 3 classes (0 to 2)'],
  // The features of a network without a head.
  [
    answered(8, Array(9).fill('1'), Array(9).fill(1)),
    undefined,
    "the labels go up to 1, and the model's output has 8 numbers",
  ],
])('where labels and output do not go together, it says so: %#', (answers, names, message) => {
  const { accuracy, warnings } = labelAccuracy(answers, names, 9);
  expect(accuracy).toBeUndefined();
  expect(warnings).toEqual([expect.stringContaining(`no accuracy: ${message}`)]);
});
