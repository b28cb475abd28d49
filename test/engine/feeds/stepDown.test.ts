import { describe, expect, it } from 'vitest';
import type { Feed } from '../../../src/data/feed.js';
import { MomentCollector } from '../../../src/engine/collect/momentCollector.js';
import { type Stack, type Step, StepDown } from '../../../src/engine/feeds/stepDown.js';
import { BatchTooLargeError } from '../../../src/engine/session/batchTooLarge.js';
import type { ModelSession } from '../../../src/engine/session/modelSession.js';
import { runError } from '../../../src/engine/session/ortErrors.js';
import { Recurrence } from '../../../src/engine/session/recurrence.js';

const feedOf = (values: readonly number[]): Feed => ({
  samples: values.length,
  tensors: { x: { type: 'float32', dims: [values.length, 1], data: Float32Array.from(values) } },
  labels: values.map(String),
});

/** Remembers what it ran on; memory suffices for so many samples. */
function runner(room: number) {
  const ran: number[][] = [];
  const labels: unknown[] = [];
  let completed = 0;
  return {
    ran,
    labels,
    completed: () => completed,
    async add({ feed: { samples, tensors, labels: of } }: Stack) {
      if (samples > room) throw tooLarge('memory');
      completed++;
      ran.push([...tensors.x.data].map(Number));
      labels.push(...(of ?? []));
    },
  };
}

const tooLarge = (because: 'memory' | 'kernel' | 'count') =>
  new BatchTooLargeError('memory ran out', because, 'memory ran out');

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('StepDown', () => {
  it('runs every sample once and in order, whatever memory there is', async () => {
    for (const room of [1, 2, 3, 5, 8, 100]) {
      const found = runner(room);
      const steps: Step[] = [];
      const careful = new StepDown(found, (step) => steps.push(step));
      await careful.run(feedOf(upTo(11)));
      await careful.run(feedOf(upTo(30).slice(11)));
      expect(found.ran.flat()).toEqual(upTo(30));
      expect(found.labels).toEqual(upTo(30).map(String));
      expect(Math.max(...found.ran.map((values) => values.length))).toBeLessThanOrEqual(room);
      // Told once, with what the smaller size came from.
      expect(steps.length).toBeLessThanOrEqual(2);
      for (const { from, to } of steps) expect(to).toBeLessThan(from);
    }
  });

  it('does not try again what did not fit', async () => {
    const found = runner(3);
    const steps: Step[] = [];
    const careful = new StepDown(found, (step) => steps.push(step));
    await careful.run(feedOf(upTo(8)));
    await careful.run(feedOf(upTo(8)));
    expect(steps).toEqual([{ of: 'samples a batch', from: 8, to: 2, reason: 'memory ran out' }]);
    expect(found.ran.map((values) => values.length)).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
  });

  it('takes fewer batches a run first where memory runs out, and keeps to that', async () => {
    const found = runner(5);
    const steps: Step[] = [];
    const careful = new StepDown(found, (step) => steps.push(step), 'all', true);
    await careful.run(feedOf(upTo(16)), 2);
    // Of eight batches of 2 four are tried, then two.
    expect(found.ran.map((values) => values.length)).toEqual([4, 4, 4, 4]);
    expect(steps).toEqual([{ of: 'batches a run', from: 8, to: 2, reason: 'memory ran out' }]);
    await careful.run(feedOf(upTo(8)), 2);
    expect(found.ran.map((values) => values.length)).toEqual([4, 4, 4, 4, 4, 4]);
  });

  it('takes fewer batches, and then smaller ones', async () => {
    const found = runner(1);
    const steps: Step[] = [];
    await new StepDown(found, (step) => steps.push(step), 'all', true).run(feedOf(upTo(6)), 2);
    expect(found.ran).toEqual([[0], [1], [2], [3], [4], [5]]);
    expect(steps).toEqual([
      { of: 'batches a run', from: 3, to: 1, reason: 'memory ran out' },
      { of: 'samples a batch', from: 2, to: 1, reason: 'memory ran out' },
    ]);
  });

  it.each([
    ['all', 'memory', true],
    ['all', 'kernel', true],
    ['withoutKernel', 'memory', false],
    ['withoutKernel', 'kernel', true],
    ['withoutKernel', 'count', true],
    ['none', 'memory', false],
    ['none', 'kernel', false],
  ] as const)('where %s may be cut, a batch too large for its %s is: %s', async (mayCut, because, isCut) => {
    const ran: number[] = [];
    const found = {
      completed: () => 0,
      async add({ feed: { samples } }: Stack) {
        if (samples > 1) throw tooLarge(because);
        ran.push(samples);
      },
    };
    const careful = new StepDown(found, () => {}, mayCut);
    if (isCut) {
      await careful.run(feedOf([1, 2]));
      expect(ran).toEqual([1, 1]);
    } else {
      await expect(careful.run(feedOf([1, 2]))).rejects.toThrow('memory ran out');
    }
  });

  it('cuts batches of one run where a kernel is what lacks, and not their number', async () => {
    const sizes: number[] = [];
    const found = {
      completed: () => 0,
      async add({ feed: { samples }, batch }: Stack) {
        if (batch > 2) throw tooLarge('kernel');
        sizes.push(samples);
      },
    };
    await new StepDown(found, () => {}, 'all', true).run(feedOf(upTo(8)), 4);
    expect(sizes).toEqual([8]);
  });

  it('runs a feed that cannot be cut whole, and one of no samples, once', async () => {
    const found: [number, number, number][] = [];
    const careful = new StepDown(
      {
        completed: () => 0,
        async add({ feed: { samples }, batch, numberOf }: Stack) {
          found.push([samples, batch, numberOf(0)]);
        },
      },
      () => {},
    );
    const stuck = {
      samples: 4,
      tensors: { x: { type: 'float32', dims: [1, 4], data: new Float32Array(4) } },
    } as const;
    await careful.run(stuck, 2, 7);
    await careful.run(feedOf([]), 2, 8);
    expect(found).toEqual([
      [4, 4, 7],
      [0, 0, 8],
    ]);
  });

  it('gives up on a single sample, and on inputs that it cannot cut', async () => {
    await expect(new StepDown(runner(0), () => {}).run(feedOf([1, 2]))).rejects.toThrow('memory ran out');
    const stuck = {
      samples: 4,
      tensors: { x: { type: 'float32', dims: [1, 4], data: new Float32Array(4) } },
    } as const;
    await expect(new StepDown(runner(2), () => {}).run(stuck)).rejects.toThrow('memory ran out');
  });

  it('leaves other errors alone, and does not repeat what may have been counted', async () => {
    const broken = { completed: () => 0, add: () => Promise.reject(new Error('broken')) };
    await expect(new StepDown(broken, () => {}).run(feedOf([1, 2]))).rejects.toThrow('broken');
    let completed = 0;
    const later = {
      completed: () => completed,
      async add() {
        completed++;
        throw new BatchTooLargeError('after the model had run', 'memory', 'memory ran out');
      },
    };
    await expect(new StepDown(later, () => {}).run(feedOf([1, 2]))).rejects.toThrow(
      'after the model had run',
    );
    expect(completed).toBe(1);
  });

  it('numbers batches of a share as among those of all', async () => {
    const numbers: number[][] = [];
    const careful = new StepDown(
      {
        completed: () => 0,
        async add({ feed: { samples }, numberOf }: Stack) {
          numbers.push(upTo(samples).map(numberOf));
        },
      },
      () => {},
      'all',
      true,
      { index: 2, count: 5 },
    );
    // Its batches are the third, the eighth, the thirteenth, … of all.
    await careful.run(feedOf(upTo(4)), 2, 1);
    await careful.run(feedOf(upTo(3)), 2, 3);
    expect(numbers).toEqual([[3, 3, 8, 8], [13, 13], [18]]);
  });

  it('adds up the moments of all samples where a session runs out of memory', async () => {
    let completed = 0;
    const session = {
      recurrence: new Recurrence([]),
      async run({ samples, tensors }: Feed) {
        // As ONNX Runtime says it.
        const message = `Non-zero status code returned while running Conv node. Name:'c' Status Message: Failed to allocate memory for requested buffer of size ${samples}`;
        if (samples > 3) throw runError(new Error(message), tensors);
        completed++;
        const values = Float64Array.from(tensors.x.data, Number);
        const sum = values.reduce((a, b) => a + b, 0);
        const scatter = values.reduce((a, b) => a + b * b, 0);
        return {
          n: { data: BigInt64Array.of(BigInt(samples)) },
          s: { data: Float64Array.of(sum) },
          q: { data: Float64Array.of(scatter) },
        };
      },
    };
    const outputs = [{ layer: 'fc', count: 'n', sum: 's', scatter: 'q' }];
    const collector = new MomentCollector(session as unknown as ModelSession, { outputs }, undefined);
    const careful = new StepDown(
      { add: (stack) => collector.add(stack), completed: () => completed },
      () => {},
    );
    await careful.run(feedOf(upTo(10)));
    const { layers } = await collector.result();
    // Σ 0…9 = 45, Σ squares = 285.
    expect(layers[0].moments).toEqual({ count: 10, sum: Float64Array.of(45), scatter: Float64Array.of(285) });
  });
});
