import { describe, expect, it } from 'vitest';
import { RunSizes, type WantedSizes } from '../../../src/engine/feeds/runSizes.js';
import type { Provider } from '../../../src/run/settingValues.js';

function opened(wanted: Partial<WantedSizes>, provider: Provider = 'cuda', accumulates = true) {
  const notices: string[] = [];
  const sizes = new RunSizes(
    { batchSize: 32, tuneBatch: false, accumulate: 1, ...wanted },
    (text) => void notices.push(text),
  );
  sizes.opened(provider, accumulates);
  return { sizes, notices };
}

/** Runs whatever is wanted next, so often, where a run takes a quarter of a second and a batch 1/1024 more. */
function run(sizes: RunSizes, times: number): void {
  for (let i = 0; i < times; i++) {
    const samples = sizes.next() || 32;
    const batches = sizes.accumulate;
    sizes.ran({ samples, batches, seconds: 1 / 8 + batches / 1024, memory: 0 }, 1);
  }
}

describe('the sizes of a pass', () => {
  it('are those of the feeds where nothing is to be found out', () => {
    const { sizes } = opened({});
    expect(sizes.next()).toBe(0);
    expect([sizes.batchSize, sizes.gathered, sizes.accumulate]).toEqual([32, 32, 1]);
  });

  it('are as many batches a run as was asked for, where the model takes several', () => {
    const { sizes } = opened({ accumulate: 4 });
    expect([sizes.next(), sizes.gathered, sizes.accumulate]).toEqual([128, 32, 4]);
    expect(opened({ accumulate: 4 }, 'cuda', false).sizes.next()).toBe(0);
  });

  it('are found out on CUDA, which is said', () => {
    const { sizes, notices } = opened({ accumulate: 'auto' });
    run(sizes, 20);
    expect([sizes.next(), sizes.accumulate]).toEqual([512, 16]);
    expect(notices).toEqual(['batches of 32, 16 a run']);
  });

  it('are not found out on the CPU, and nothing is said of one batch a run', () => {
    const { sizes, notices } = opened({ accumulate: 'auto' }, 'cpu');
    run(sizes, 20);
    expect([sizes.accumulate, notices]).toEqual([1, []]);
    const slow = opened({ accumulate: 'auto' });
    for (let i = 0; i < 20; i++) {
      slow.sizes.ran({ samples: 32, batches: 1, seconds: 1, memory: 0 }, 1);
    }
    expect([slow.sizes.accumulate, slow.notices]).toEqual([1, []]);
  });

  it('are doubled as long as that pays, and batches a run are counted only then', () => {
    const { sizes } = opened({ tuneBatch: true, accumulate: 'auto' });
    expect(sizes.next()).toBe(32);
    // Of 32 · 2ᵏ samples every run takes as long: 1,024 are tried, the largest there is.
    for (let i = 0; i < 24; i++) {
      expect(sizes.accumulate).toBe(1);
      sizes.ran({ samples: sizes.next(), batches: 1, seconds: 1 / 8, memory: 0 }, 1);
    }
    expect([sizes.batchSize, sizes.gathered]).toEqual([1024, 1024]);
    run(sizes, 20);
    expect(sizes.accumulate).toBe(16);
  });

  it('step down to fewer batches a run, and to fewer samples a batch, which is said', () => {
    const { sizes, notices } = opened({ accumulate: 8 });
    sizes.steppedDown({ of: 'batches a run', from: 8, to: 4, reason: 'memory ran out' });
    expect([sizes.accumulate, sizes.next()]).toEqual([4, 128]);
    sizes.steppedDown({ of: 'samples a batch', from: 32, to: 16, reason: 'memory ran out' });
    expect(sizes.batchSize).toBe(16);
    sizes.steppedDown({ of: 'samples a batch', from: 32, to: 20, reason: 'no kernel' });
    expect(sizes.batchSize).toBe(16);
    expect(notices).toEqual([
      'memory ran out at 8 batches a run: going on with 4',
      'memory ran out at a batch of 32: going on with 16',
      'no kernel at a batch of 32: going on with 20',
    ]);
  });

  it('step down while they are being found out', () => {
    const { sizes } = opened({ accumulate: 'auto' });
    run(sizes, 20);
    sizes.steppedDown({ of: 'batches a run', from: 16, to: 8, reason: 'memory ran out' });
    expect(sizes.accumulate).toBe(8);
    const tuned = opened({ tuneBatch: true }).sizes;
    for (let i = 0; i < 8; i++) tuned.ran({ samples: tuned.next(), batches: 1, seconds: 1, memory: 0 }, 1);
    expect(tuned.next()).toBe(128);
    tuned.steppedDown({ of: 'samples a batch', from: 128, to: 64, reason: 'memory ran out' });
    expect(tuned.next()).toBe(64);
  });
});
