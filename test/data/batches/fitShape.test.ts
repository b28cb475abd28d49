import { describe, expect, it } from 'vitest';
import { describeInput, fitShape, sampleShape, shapeMismatch } from '../../../src/data/batches/fitShape.js';
import { sampleDims } from '../../../src/data/sampleDims.js';
import { input } from '../reading.js';

const wanting = (...shape: (number | string | null)[]) => input('x', 'float32', ['n', ...shape]);

describe('a sample fits', () => {
  it.each([
    ['its own shape', [3, 28, 28], [3, 28, 28], [3, 28, 28]],
    ['open dimensions', [3, 17, 5], [3, 'height', null], [3, 17, 5]],
    ['with an axis of one left out', [28, 28], [1, 28, 28], [1, 28, 28]],
    ['with axes of one added', [1, 28, 1, 28], [28, 28], [28, 28]],
    ['with an axis of one elsewhere', [28, 28, 1], [1, 28, 28], [1, 28, 28]],
    ['an open dimension beside one of one', [28, 5], [28, 1, null], [28, 1, 5]],
    ['a single value', [], [1], [1]],
    ['a single value as one', [1], [], []],
  ])('%s', (_, dims, shape, fitted) => {
    expect(fitShape(dims, wanting(...shape))).toEqual(fitted);
  });

  it('any input whose rank is open, and none without a batch axis', () => {
    expect(fitShape([2, 3], input('x', 'float32'))).toEqual([2, 3]);
    expect(fitShape([], input('x', 'float32', []))).toBeUndefined();
  });

  it.each([
    [
      [3, 28, 29],
      [3, 28, 28],
    ],
    [
      [28, 28],
      [3, 28, 28],
    ],
    [
      [3, 28, 28],
      [28, 28],
    ],
    [
      [28, 3],
      [3, 28],
    ],
    [[784], [28, 28]],
  ])('nothing else: %j in %j', (dims, shape) => {
    expect(fitShape(dims, wanting(...shape))).toBeUndefined();
  });
});

describe('a row of numbers fits', () => {
  it.each([
    [[784], [1, 28, 28], [1, 28, 28]],
    [[12], [3, null], [3, 4]],
    [[12], ['any', 3, 2], [2, 3, 2]],
    [[3], ['any', 3], [1, 3]],
  ])('%j in %j', (dims, shape, fitted) => {
    expect(fitShape(dims, wanting(...shape), true)).toEqual(fitted);
  });

  it.each([
    [[13], [3, null]],
    [[12], [null, null]],
    [[24], [3, 4]],
    [[6], [3, 4]],
  ])('but not %j in %j', (dims, shape) => {
    expect(fitShape(dims, wanting(...shape), true)).toBeUndefined();
  });
});

it('what the model leaves open is unknown: names, nothing, and sizes that are none', () => {
  expect(sampleShape(wanting(3, 'h', null, 0, -1, 5))).toEqual([
    3,
    undefined,
    undefined,
    undefined,
    undefined,
    5,
  ]);
  expect(sampleShape(input('x', 'float32'))).toBeUndefined();
  expect(sampleShape(input('x', 'float32', []))).toBeUndefined();
});

it('shapes are said in the words of the model', () => {
  expect(describeInput(wanting(3, 'height', null, 0, -1))).toBe('3×height×?×?×?');
  expect(describeInput(wanting())).toBe('a single value');
  expect(describeInput(input('x', 'float32'))).toBe('any shape');
  expect(shapeMismatch([], wanting(2, 3))).toBe(
    'it has the shape a single value, but input x wants 2×3 a sample',
  );
  expect(shapeMismatch([4, 5], wanting())).toBe(
    'it has the shape 4×5, but input x wants a single value a sample',
  );
});

it('the shape of a sample is what was given, where it fits, else what the model fixes', () => {
  expect(sampleDims(wanting(3, 'h'), { x: [3, 7] })).toEqual([3, 7]);
  expect(sampleDims(wanting(3, 'h'), { other: [3, 7] })).toBeUndefined();
  expect(sampleDims(wanting(3, 4), {})).toEqual([3, 4]);
  expect(sampleDims(input('toString', 'float32', ['n', 2]), {})).toEqual([2]);
  expect(sampleDims(input('x', 'float32'), {})).toBeUndefined();
});
