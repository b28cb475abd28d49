import { describe, expect, it } from 'vitest';
import type { Feed } from '../../../src/data/feed.js';
import { Recurrence } from '../../../src/engine/session/recurrence.js';
import { UserError } from '../../../src/errors.js';

/** A state of [1, 2 + the steps of x]. */
const inputs = [
  { input: 'h', output: 'next', type: 'float32', sizes: [[1], [2, { input: 'x', axis: 1 }]] },
] as const;

const sample = (...steps: number[]): Feed => ({
  samples: 1,
  tensors: { x: { type: 'float32', dims: [1, steps.length], data: Float32Array.from(steps) } },
});
const state = (...values: number[]) =>
  ({ type: 'float32', dims: [1, values.length], data: Float32Array.from(values) }) as const;
/** What a run gives. */
const given = (type: string, ...values: number[]) =>
  ({ next: { type, dims: [1, values.length], data: Float32Array.from(values) } }) as never;

describe('what a model remembers', () => {
  it('is zero at the beginning, in the size that the sample gives it', () => {
    const { h, x } = new Recurrence(inputs).fed(sample(1, 2, 3)).tensors;
    expect(h).toEqual(state(0, 0, 0, 0, 0));
    expect(x.data).toEqual(Float32Array.of(1, 2, 3));
  });

  it('is what the run before gave, and zero again where a sequence begins', () => {
    const recurrence = new Recurrence(inputs);
    recurrence.remember(given('float32', 5, 6, 7));
    expect(recurrence.fed(sample(1)).tensors.h).toEqual(state(5, 6, 7));
    expect(recurrence.fed({ ...sample(1), begins: [false] }).tensors.h).toEqual(state(5, 6, 7));
    expect(recurrence.fed({ ...sample(1), begins: [true] }).tensors.h).toEqual(state(0, 0, 0));
  });

  it('can be kept and given back', () => {
    const first = new Recurrence(inputs);
    expect(first.state).toBeUndefined();
    first.remember(given('float32', 5, 6, 7));
    const second = new Recurrence(inputs);
    second.state = first.state;
    expect(second.fed(sample(1)).tensors.h).toEqual(state(5, 6, 7));
    expect(second.outputs).toEqual(['next']);
  });

  it('takes the size of an input that is not fed for one', () => {
    const [{ sizes: _, ...input }] = inputs;
    const { h } = new Recurrence([{ ...input, sizes: [[1], [2, { input: 'z', axis: 0 }]] }]).fed(
      sample(1),
    ).tensors;
    expect(h).toEqual(state(0, 0, 0));
  });

  it('is refused where the output is of another type, or is none', () => {
    const recurrence = new Recurrence(inputs);
    const other = () => recurrence.remember(given('float64', 1));
    expect(other).toThrow(UserError);
    expect(other).toThrow('--state h=next: the output is of type float64 and the input of float32');
    expect(() => recurrence.remember({})).toThrow('the output is of type none');
  });

  it('is nothing where nothing is fed back, of batches of any size', () => {
    const recurrence = new Recurrence([]);
    const feed = { ...sample(1), samples: 4 };
    expect(recurrence.fed(feed)).toBe(feed);
    recurrence.remember(given('float64', 1));
    expect(recurrence.state).toBeUndefined();
    expect(() => new Recurrence(inputs).fed(feed)).toThrow('one by one');
  });
});
