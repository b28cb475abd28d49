import { describe, expect, it } from 'vitest';
import { AccumulationTuner } from '../../../src/engine/feeds/accumulationTuner.js';

const MIB = 2 ** 20;

/**
 * What a pass of 20 runs settles at, on a machine where a run of k batches of 8 samples takes `seconds(k)`; the first run
 * of each size takes a second more.
 */
function tuned(seconds: (batches: number) => number, bytes = 1, most?: number) {
  const settled: number[] = [];
  const tuner = new AccumulationTuner((batches) => settled.push(batches));
  const tried = new Set<number>();
  if (most !== undefined) tuner.ranOut(most);
  for (let run = 0; run < 20; run++) {
    const { batches } = tuner;
    const warmUp = tried.has(batches) ? 0 : 1;
    tried.add(batches);
    tuner.ran({ samples: 8 * batches, batches, seconds: seconds(batches) + warmUp, memory: 0 }, 8, bytes);
  }
  return { tried: [...tried], settled, batches: tuner.batches };
}

describe('the number of batches a run', () => {
  it('makes what a run costs whatever it takes a twentieth of what its batches do', () => {
    // T(k) = 0.75/128 + k/64: 0.75/128 is a twentieth of 7.5 batches.
    expect(tuned((k) => 0.75 / 128 + k / 64)).toEqual({ tried: [1, 2, 8], settled: [8], batches: 8 });
  });

  it('is 1 where a run costs nothing beside its batches, or two batches take more than twice as long', () => {
    expect(tuned((k) => k / 64)).toEqual({ tried: [1, 2], settled: [1], batches: 1 });
    expect(tuned((k) => k ** 2 / 64).batches).toBe(1);
  });

  it('is no more than 16, also where the batches themselves seem to take no time', () => {
    expect(tuned((k) => 1 / 8 + k / 1024).batches).toBe(16);
    expect(tuned(() => 1 / 64).batches).toBe(16);
  });

  it('keeps a run within half a second', () => {
    // T(1) = 1/4, T(2) = 5/16: eight batches of 1/16 are half a second.
    expect(tuned((k) => 3 / 16 + k / 16).batches).toBe(8);
    // Two batches would already be longer.
    expect(tuned((k) => 1 / 4 + k / 16)).toEqual({ tried: [1], settled: [1], batches: 1 });
  });

  it('keeps the inputs of a run within 256 MiB', () => {
    const slow = (k: number) => 1 / 8 + k / 1024;
    expect(tuned(slow, 64 * MIB).batches).toBe(4);
    expect(tuned(slow, 100 * MIB).batches).toBe(2);
    expect(tuned(slow, 129 * MIB)).toEqual({ tried: [1], settled: [1], batches: 1 });
  });

  it('is no more than memory sufficed for', () => {
    const slow = (k: number) => 1 / 8 + k / 1024;
    expect(tuned(slow, 1, 4)).toEqual({ tried: [1, 2, 4], settled: [4], batches: 4 });
    expect(tuned(slow, 1, 1)).toEqual({ tried: [1], settled: [1], batches: 1 });
    const tuner = new AccumulationTuner(() => {});
    for (let run = 0; run < 3; run++) tuner.ran({ samples: 8, batches: 1, seconds: 0.1, memory: 0 }, 8, 1);
    expect(tuner.batches).toBe(2);
    tuner.ranOut(1);
    expect(tuner.batches).toBe(1);
    tuner.ranOut(4);
    expect(tuner.batches).toBe(1);
  });

  it('learns nothing from runs of another size', () => {
    const tuner = new AccumulationTuner(() => {});
    for (let run = 0; run < 9; run++) {
      tuner.ran({ samples: 7, batches: 1, seconds: 0.1, memory: 0 }, 8, 1);
      tuner.ran({ samples: 16, batches: 2, seconds: 0.1, memory: 0 }, 8, 1);
    }
    expect(tuner.batches).toBe(1);
  });
});
