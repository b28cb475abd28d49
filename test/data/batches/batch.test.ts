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

  it('gives room to the first sound sample, whatever a refused one took', () => {
    const batch = new Batch([{ input: input('x', 'int32', ['n', null]), shapeless: false }], 2, false);
    expect(batch.add([sample([0.5])])?.reason).toContain('is not an integer');
    expect(batch.add([sample([1, 2])])).toBeUndefined();
    expect(batch.add([sample([3, 4])])).toBeUndefined();
    expect(batch.take().tensors.x).toMatchObject({ dims: [2, 2], data: Int32Array.of(1, 2, 3, 4) });
  });

  it('refuses what does not fit its input, with both shapes', () => {
    const batch = new Batch([{ input: input('x', 'float32', ['n', 2]), shapeless: false }], 2, false);
    expect(batch.add([sample([1, 2, 3])])).toEqual({
      origin: 'sample 1,2,3',
      reason: 'it has the shape 3, but input x wants 2 a sample',
    });
  });

  it('tells shapes of another number of axes apart', () => {
    const batch = new Batch([{ input: input('x', 'float32'), shapeless: false }], 3, false);
    batch.add([sample([1, 2])]);
    expect(batch.add([sample([3, 4], { dims: [2, 1] })])?.reason).toContain('it has the shape 2×1, but');
    expect(batch.add([sample([5, 6], { dims: [1, 2] })])?.reason).toContain('it has the shape 1×2, but');
  });

  it('takes another capacity between two batches only', () => {
    const batch = batchOf(2);
    batch.add([sample([1])]);
    expect(() => batch.resize(3)).toThrow('a batch that has begun keeps its capacity');
    batch.take();
    batch.resize(3);
    expect(batch.capacity).toBe(3);
    for (const value of [2, 3, 4]) batch.add([sample([value])]);
    expect(batch.take().tensors.x.data).toEqual(Float32Array.of(2, 3, 4));
  });

  it('goes on with samples whose value for every input has the shape of those in it', () => {
    const inputs = ['a', 'b'].map((name) => ({ input: input(name, 'float32'), shapeless: false }));
    const batch = new Batch(inputs, 4, false);
    batch.add([sample([1, 2]), sample([3])]);
    expect(batch.continues([sample([4, 5]), sample([6])])).toBe(true);
    expect(batch.continues([sample([4, 5]), sample([6, 7])])).toBe(false);
    expect(batch.continues([sample([4]), sample([6])])).toBe(false);
    const fixed = new Batch([{ input: input('x', 'float32', ['n', 2, 2]), shapeless: true }], 4, false);
    fixed.add([sample([1, 2, 3, 4])]);
    // A row takes the shape of its input.
    expect(fixed.continues([sample([5, 6, 7, 8], { dims: [4] })])).toBe(true);
    expect(fixed.continues([sample([5, 6])])).toBe(false);
  });

  it('larger than memory is refused before room is made', () => {
    expect(() => batchOf(2 ** 44).add([sample([1, 2])])).toThrow(
      /^a batch of 17592186044416 samples of 2 values for input x takes .*: use a smaller --batch/,
    );
  });
});

describe('samples of any length', () => {
  const ids = (shape: (string | number | null)[]) => input('ids', 'int64', shape);
  const padded = (left: boolean, shape: (string | number | null)[] = ['n', 'length']) => [
    { input: ids(shape), shapeless: false, padding: { value: 7, left } },
  ];
  const filled = (columns: ReturnType<typeof padded>, ...rows: number[][]) => {
    const batch = new Batch(columns, 4, true);
    for (const row of rows) expect(batch.add([sample(row)])).toBeUndefined();
    return batch.take().tensors.ids;
  };

  it('are filled up to the longest, behind or before', () => {
    expect(filled(padded(false), [1], [2, 3, 4], [5, 6])).toEqual({
      type: 'int64',
      dims: [3, 3],
      data: BigInt64Array.of(1n, 7n, 7n, 2n, 3n, 4n, 5n, 6n, 7n),
    });
    expect(filled(padded(true), [1], [2, 3, 4], [5, 6]).data).toEqual(
      BigInt64Array.of(7n, 7n, 1n, 2n, 3n, 4n, 7n, 5n, 6n),
    );
  });

  it('are filled up to what the input fixes, and none is longer', () => {
    const fixed = padded(false, ['n', 3]);
    expect(filled(fixed, [1], [2, 3, 4])).toMatchObject({
      dims: [2, 3],
      data: BigInt64Array.of(1n, 7n, 7n, 2n, 3n, 4n),
    });
    const batch = new Batch(fixed, 4, true);
    expect(batch.add([sample([1, 2, 3, 4])])?.reason).toBe(
      'it has the shape 4, but input ids wants 3 a sample',
    );
  });

  it('are filled up in any input whose rank is open', () => {
    const open = [{ input: input('ids', 'int64'), shapeless: false, padding: { value: 0, left: false } }];
    expect(filled(open, [1, 2], [3]).data).toEqual(BigInt64Array.of(1n, 2n, 3n, 0n));
  });

  it('have one axis, as their input has, and values that it takes', () => {
    const add = (columns: ReturnType<typeof padded>, given: Sample) =>
      new Batch(columns, 2, true).add([given]);
    expect(add(padded(false), sample([1, 2], { dims: [2, 1] }))?.reason).toContain('it has the shape 2×1');
    expect(add(padded(false), sample([1], { dims: [] }))?.reason).toContain(
      'it has the shape a single value',
    );
    expect(add(padded(false, ['n', 'a', 'b']), sample([1, 2]))?.reason).toContain('wants a×b a sample');
    expect(add(padded(false), sample([1, 0.5]))?.reason).toContain('0.5 is not an integer');
  });

  it('go on whatever their length, and leave a place to the next where another input refuses one', () => {
    const columns = [...padded(false), { input: input('y', 'int8', ['n', 1]), shapeless: false }];
    const batch = new Batch(columns, 4, true);
    batch.add([sample([1, 2, 3]), sample([1])]);
    expect(batch.continues([sample([9]), sample([2])])).toBe(true);
    expect(batch.add([sample([4, 5, 6, 7]), sample([300])])?.reason).toContain('300 does not fit');
    batch.add([sample([8]), sample([3])]);
    batch.add([sample([4, 5, 6, 7]), sample([300])]);
    const { samples, tensors } = batch.take();
    expect(samples).toBe(2);
    expect(tensors.ids).toMatchObject({ dims: [2, 3], data: BigInt64Array.of(1n, 2n, 3n, 8n, 7n, 7n) });
    expect(tensors.y.data).toEqual(Int8Array.of(1, 3));
    // Nothing of it is left for the next.
    batch.add([sample([6]), sample([4])]);
    expect(batch.take().tensors.ids).toMatchObject({ dims: [1, 1], data: BigInt64Array.of(6n) });
  });
});
