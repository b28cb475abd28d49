import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { ModelTally } from '../../src/engine/modelTally.js';

type Outputs = Parameters<ModelTally['add']>[0];

const feed = (samples: number, labels?: (string | undefined)[]) => ({ samples, tensors: {}, labels });
const float32 = (values: number[], dims: number[]): Outputs => ({
  y: new Tensor('float32', Float32Array.from(values), dims),
});

describe('a model beside another', () => {
  it('is off by ‖a − b‖ / ‖b‖ over all batches, and agrees where the largest of a row is the same', () => {
    const tally = new ModelTally();
    tally.add(float32([1, 2, 5, 3], [2, 2]), float32([0, 2, 3, 4], [2, 2]), feed(2));
    tally.add(float32([4, 0], [1, 2]), float32([4, 0], [1, 2]), feed(1));
    // (1 + 0 + 4 + 1) / (4 + 9 + 16 + 16)
    expect(tally.score()).toMatchObject({
      agreement: 2 / 3,
      outputs: [{ name: 'y', relativeError: Math.sqrt(6 / 45) }],
    });
  });

  it('is compared by the numbers of float16, not by their bit patterns', () => {
    const half = (...patterns: number[]): Outputs => ({
      y: { type: 'float16', dims: [1, 2], data: Uint16Array.from(patterns) } as unknown as Outputs[string],
    });
    const tally = new ModelTally();
    // −0.5 and 1 beside −1 and 1: as patterns, −1 would be the largest.
    tally.add(half(0xb800, 0x3c00), half(0xbc00, 0x3c00), feed(1, ['1']));
    expect(tally.score()).toMatchObject({
      agreement: 1,
      outputs: [{ relativeError: Math.sqrt(0.25 / 2) }],
      answers: { width: 2, labels: new Map([['1', { samples: 1, first: new Map([[1, 1]]) }]]) },
    });
  });

  it('cannot be compared where shapes differ or a number is none', () => {
    for (const [mine, reference] of [
      [float32([1, 2], [2]), float32([1, 2], [1, 2])],
      [float32([Number.NaN, 2], [1, 2]), float32([1, 2], [1, 2])],
      [float32([1, 2], [1, 2]), float32([0, 0], [1, 2])],
    ]) {
      const tally = new ModelTally();
      tally.add(mine, reference, feed(1));
      expect(tally.score().outputs).toEqual([{ name: 'y', relativeError: null }]);
    }
  });

  it('answers nothing where its first output has no row a sample', () => {
    const tally = new ModelTally();
    tally.add(float32([1, 2, 3, 4], [1, 2, 2]), float32([1, 2, 3, 4], [1, 2, 2]), feed(1, ['0']));
    expect(tally.score()).toMatchObject({ answers: null, agreement: 1 });
  });

  it('knows labels of which it has seen no sample', () => {
    const tally = new ModelTally();
    tally.mention(['a', undefined, 'b']);
    tally.add(float32([1, 2], [1, 2]), float32([1, 2], [1, 2]), feed(1, ['b']));
    expect([...(tally.score().answers?.labels ?? [])].map(([name, { samples }]) => [name, samples])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });
});
