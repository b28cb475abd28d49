import { describe, expect, it } from 'vitest';
import { Batch } from '../../../src/data/batches/batch.js';
import type { Sample } from '../../../src/data/sample.js';
import { input } from '../reading.js';

const x = input('x', 'float32', ['n', null]);
const sample = (values: readonly number[], parts: Partial<Sample> = {}): Sample => ({
  type: 'float64',
  data: Float64Array.from(values),
  dims: [values.length],
  origin: `sample ${values}`,
  ...parts,
});
const batchOf = (capacity: number, oneShape = false) =>
  new Batch([{ input: x, shapeless: false }], capacity, oneShape);

describe('a batch', () => {
  it('holds its samples one after the other, and nothing else', () => {
    const batch = batchOf(3);
    for (const values of [
      [1, 2],
      [3, 4],
    ])
      expect(batch.add([sample(values)])).toBeUndefined();
    expect(batch.samples).toBe(2);
    expect(batch.take()).toEqual({
      samples: 2,
      origins: ['sample 1,2', 'sample 3,4'],
      tensors: { x: { type: 'float32', dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) } },
    });
    expect(batch.samples).toBe(0);
  });

  it('begins anew when it was taken, with what was taken as it was', () => {
    const batch = batchOf(1);
    batch.add([sample([1, 2], { label: 'cat' })]);
    const first = batch.take();
    batch.add([sample([3, 4])]);
    const second = batch.take();
    expect([...first.tensors.x.data]).toEqual([1, 2]);
    expect([...second.tensors.x.data]).toEqual([3, 4]);
    expect(first.labels).toEqual(['cat']);
    expect(second).not.toHaveProperty('labels');
  });

  it('has a label a sample, also where some have none', () => {
    const batch = batchOf(3);
    batch.add([sample([1])]);
    batch.add([sample([2], { label: 'dog' })]);
    expect(batch.take().labels).toEqual([undefined, 'dog']);
  });

  it('takes samples of one shape', () => {
    const batch = batchOf(3);
    batch.add([sample([1, 2])]);
    expect(batch.add([sample([1, 2, 3])])).toMatchObject({
      origin: 'sample 1,2,3',
      reason: expect.stringContaining('it has the shape 3, but the samples before it have 2'),
    });
    expect(batch.samples).toBe(1);
    expect(batch.add([sample([5, 6])])).toBeUndefined();
    expect([...batch.take().tensors.x.data]).toEqual([1, 2, 5, 6]);
  });

  it('may have another shape than the one before it, unless all are to have one', () => {
    for (const oneShape of [false, true]) {
      const batch = batchOf(2, oneShape);
      batch.add([sample([1, 2])]);
      batch.take();
      const refused = batch.add([sample([7, 8, 9])]);
      expect(refused === undefined).toBe(!oneShape);
      if (!oneShape) expect(batch.take().tensors.x).toMatchObject({ dims: [1, 3] });
    }
  });

  it('does not take the shape of a sample that was refused', () => {
    const batch = new Batch([{ input: input('x', 'int32', ['n', null]), shapeless: false }], 2, true);
    expect(batch.add([sample([0.5])])?.reason).toContain('is not an integer');
    expect(batch.add([sample([1, 2])])).toBeUndefined();
    expect(batch.take().tensors.x).toEqual({ type: 'int32', dims: [1, 2], data: Int32Array.of(1, 2) });
  });

  it('cannot be taken empty', () => {
    expect(() => batchOf(2).take()).toThrow('an empty batch was taken');
  });
});
