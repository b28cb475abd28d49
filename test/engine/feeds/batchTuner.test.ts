import { describe, expect, it } from 'vitest';
import { BatchTuner } from '../../../src/engine/feeds/batchTuner.js';

/** Runs a pass of 60 batches on a machine where a batch of n samples takes `seconds(n)`. */
function tuned(
  seconds: (samples: number) => number,
  memory: (samples: number) => number = () => 0,
  limit = Number.POSITIVE_INFINITY,
) {
  const tuner = new BatchTuner(32, 100, limit);
  const sizes: number[] = [];
  for (let batch = 0; batch < 60; batch++) {
    const samples = tuner.size;
    sizes.push(samples);
    tuner.ran({ batches: 1, samples, seconds: seconds(samples), memory: 100 + memory(samples) });
  }
  return { sizes: [...new Set(sizes)], settled: sizes[59], best: tuner.best };
}

describe('the tuned batch size', () => {
  it('stays where twice the batch takes twice the time', () => {
    expect(tuned((n) => 0.01 * n)).toEqual({ sizes: [32, 64, 128], settled: 32, best: 32 });
  });

  it('grows while what a batch costs whatever its size is worth sharing out', () => {
    // A sample: 0.01 + 0.64 / n. From 256 to 512 that gains 1.25 in 12.5, a tenth; to 1024 a twentieth.
    expect(tuned((n) => 0.01 * n + 0.64)).toMatchObject({ settled: 1024, best: 1024 });
    // 0.01 + 0.08 / n: from 128 to 256 that gains 3.03 %, from there to 1024 only 2.3 %.
    expect(tuned((n) => 0.01 * n + 0.08)).toEqual({
      sizes: [32, 64, 128, 256, 512, 1024],
      settled: 256,
      best: 256,
    });
  });

  it('goes back where a larger batch is slower, as beyond the cache', () => {
    expect(tuned((n) => (n > 64 ? 0.02 * n : 0.01 * n + 0.3))).toEqual({
      sizes: [32, 64, 128, 256],
      settled: 64,
      best: 64,
    });
  });

  it('does not double where twice the memory would pass the limit', () => {
    const seconds = (n: number) => 0.01 * n + 10;
    expect(tuned(seconds, (n) => n, 100 + 128)).toMatchObject({ settled: 128 });
    expect(tuned(seconds, (n) => n, 100 + 127)).toMatchObject({ settled: 64 });
  });

  it('is not misled by a slow first batch of a size', () => {
    const seen = new Set<number>();
    expect(
      tuned((n) => {
        const first = !seen.has(n);
        seen.add(n);
        return (first ? 100 : 0) + 0.01 * n + 0.64;
      }),
    ).toMatchObject({ settled: 1024 });
  });

  it('is not misled by one size that met with a busy machine', () => {
    expect(tuned((n) => (n === 64 ? 3 : 1) * (0.01 * n + 0.64))).toMatchObject({ settled: 1024 });
  });

  it('learns nothing from batches of other sizes', () => {
    const tuner = new BatchTuner(32, 0, Number.POSITIVE_INFINITY);
    for (let i = 0; i < 10; i++) tuner.ran({ batches: 1, samples: 7, seconds: 1, memory: 0 });
    expect(tuner.size).toBe(32);
  });

  it('goes back to what fits where memory ran out, and does not grow beyond it', () => {
    const tuner = new BatchTuner(32, 0, Number.POSITIVE_INFINITY);
    const run = (samples: number, seconds: number) => {
      for (let i = 0; i < 4; i++) tuner.ran({ batches: 1, samples, seconds, memory: 1 });
    };
    run(32, 1);
    run(64, 1);
    expect(tuner.size).toBe(128);
    tuner.ranOut(64);
    expect([tuner.size, tuner.best]).toEqual([64, 64]);
    run(64, 0.1);
    expect(tuner.size).toBe(64);
  });

  it('goes on with the fastest size that fits, and tries no more', () => {
    const tuner = new BatchTuner(32, 0, Number.POSITIVE_INFINITY);
    const run = (samples: number, seconds: number) => {
      for (let i = 0; i < 4; i++) tuner.ran({ batches: 1, samples, seconds, memory: 1 });
    };
    run(32, 1);
    run(64, 3);
    expect([tuner.size, tuner.best]).toEqual([128, 32]);
    tuner.ranOut(64);
    expect([tuner.size, tuner.settled]).toEqual([32, true]);
  });

  it('does not mind that memory ran out above what it tries', () => {
    const tuner = new BatchTuner(32, 0, Number.POSITIVE_INFINITY);
    const run = () => {
      for (let i = 0; i < 4; i++) tuner.ran({ batches: 1, samples: tuner.size, seconds: 1, memory: 1 });
    };
    run();
    expect(tuner.size).toBe(64);
    tuner.ranOut(64);
    expect([tuner.size, tuner.settled]).toEqual([64, false]);
    run();
    expect([tuner.size, tuner.best, tuner.settled]).toEqual([64, 64, true]);
  });

  it('steps below the first size where that does not fit', () => {
    const tuner = new BatchTuner(32, 0, Number.POSITIVE_INFINITY);
    tuner.ranOut(16);
    expect([tuner.size, tuner.best]).toEqual([16, 16]);
    for (let i = 0; i < 4; i++) tuner.ran({ batches: 1, samples: 16, seconds: 1, memory: 1 });
    expect(tuner.size).toBe(16);
  });
});
