import { describe, expect, it } from 'vitest';
import { type CompareOptions, compareModels } from '../../src/engine/compareModels.js';
import { UserError } from '../../src/errors.js';
import { memorySource } from '../support/engine.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const cpu = { provider: 'cpu', batchSize: 2 } as const;

/** y = x + the shift, and what is added to it. */
const shifted = (shift: readonly number[], more: 'nothing' | 'text' | 'sum' = 'nothing') => ({
  bytes: modelBytes({
    inputs: [value('x', 'float32', ['n', 3])],
    nodes: [
      node('Add', ['x', 'shift'], ['y']),
      ...(more === 'sum' ? [node('ReduceSum', ['x'], ['s'], { keepdims: 1n })] : []),
      ...(more === 'text' ? [node('Cast', ['x'], ['s'], { to: 8n })] : []),
    ],
    initializers: [tensor('shift', 'float32', [3], shift)],
    outputs: more === 'nothing' ? ['y'] : ['y', 's'],
  }),
});

/** Three samples; their largest entries are the first, the last and the second. */
const x = Float32Array.of(3, 0, 0, 0, 0, 4, 0, 5, 0);
const source = (labels?: readonly (string | undefined)[]) => {
  const made = memorySource({ x: { type: 'float32', dims: [3, 3], data: x } });
  return {
    ...made,
    async *feeds(options: Parameters<typeof made.feeds>[0]) {
      let start = 0;
      for await (const feed of made.feeds(options)) {
        yield labels ? { ...feed, labels: labels.slice(start, start + feed.samples) } : feed;
        start += feed.samples;
      }
    },
  };
};
const compared = (
  shifts: readonly (readonly number[])[],
  labels?: readonly (string | undefined)[],
  more: Partial<CompareOptions> = {},
) =>
  compareModels(
    shifts.map((shift) => shifted(shift)),
    source(labels),
    { ...cpu, ...more },
  );

describe('models on the same batches', () => {
  it('differ by ‖a − b‖ / ‖b‖, over all samples', async () => {
    const { samples, models } = await compared([
      [0, 0, 0],
      [0.5, 0, 0],
    ]);
    expect(samples).toBe(3);
    expect(models[0].outputs).toEqual([{ name: 'y', relativeError: 0 }]);
    // Three times 0.5² over 3² + 4² + 5².
    expect(models[1].outputs[0].relativeError).toBeCloseTo(Math.sqrt(0.75 / 50), 12);
    for (const { millisecondsPerSample } of models) expect(millisecondsPerSample).toBeGreaterThan(0);
  });

  it('agree where the largest entries are the same', async () => {
    // Of the second model the largest entries are the first, the first and the second.
    const { models } = await compared([
      [0, 0, 0],
      [4.5, 0, 0],
    ]);
    expect(models.map(({ agreement }) => agreement)).toEqual([1, 2 / 3]);
  });

  it('answer for samples of known class, whose names count although no batch of theirs is wanted', async () => {
    const { models } = await compared([[0, 0, 0]], ['ant', undefined, 'bee'], {
      isWanted: (batch) => batch === 0,
    });
    const labels = models[0].answers?.labels;
    expect(labels?.get('ant')?.samples).toBe(1);
    expect(labels?.get('bee')?.samples).toBe(0);
  });

  it('are looked at on the batches that are wanted', async () => {
    const { samples, models } = await compared(
      [
        [0, 0, 0],
        [0, 3, 0],
      ],
      undefined,
      { isWanted: (batch) => batch === 1 },
    );
    expect(samples).toBe(1);
    // The third sample alone, (0, 5, 0).
    expect(models[1].outputs[0].relativeError).toBeCloseTo(3 / 5, 12);
  });

  it('tell how many samples have gone, and leave out a batch that the model does not take', async () => {
    const told: number[] = [];
    const { samples } = await compared([[0, 0, 0]], undefined, {
      fixedBatch: 2,
      onProgress: (count) => told.push(count),
    });
    expect([samples, told]).toEqual([2, [2]]);
    const none = compared([[0, 0, 0]], undefined, { fixedBatch: 5 });
    await expect(none).rejects.toThrow(UserError);
    await expect(none).rejects.toThrow('no sample is left');
  });

  it('are not compared where an output has another shape or is none of numbers', async () => {
    const found = await compareModels(
      [shifted([0, 0, 0], 'sum'), shifted([0, 0, 0], 'text'), shifted([0, 0, 0])],
      source(),
      cpu,
    );
    expect(found.models.map(({ outputs }) => outputs)).toEqual([
      [
        { name: 'y', relativeError: 0 },
        { name: 's', relativeError: 0 },
      ],
      [
        { name: 'y', relativeError: 0 },
        { name: 's', relativeError: null },
      ],
      [
        { name: 'y', relativeError: 0 },
        { name: 's', relativeError: null },
      ],
    ]);
  });

  it('have no agreement and no answers where there is one number a sample', async () => {
    const one = {
      bytes: modelBytes({
        inputs: [value('x', 'float32', ['n', 3])],
        nodes: [node('ReduceSum', ['x', 'axis'], ['y'])],
        initializers: [tensor('axis', 'int64', [1], [1])],
        outputs: ['y'],
      }),
    };
    const { models } = await compareModels([one], source(['0', '1', '0']), cpu);
    expect(models[0]).toMatchObject({ agreement: null, answers: null, outputs: [{ relativeError: 0 }] });
  });

  it('are left at once where the caller gives up', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(compared([[0, 0, 0]], undefined, { signal })).rejects.toThrow('enough');
  });
});
