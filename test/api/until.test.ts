import { describe, expect, it } from 'vitest';
import { Until, untilOf, untilTargets } from '../../src/api/until.js';
import { layer, run } from '../support/runs.js';

describe('targets of --until', () => {
  it('are half widths for all layers, or for those of a glob, which count after', () => {
    expect(untilTargets([0.01, 'layer4.*=0.005', ' 0.02 ', 'a=b = 0.1'])).toEqual([
      { within: 0.01 },
      { within: 0.02 },
      { layers: 'layer4.*', within: 0.005 },
      { layers: 'a=b', within: 0.1 },
    ]);
  });

  it.each(['', '0', '1', '-0.1', 'x', '=0.1', 'a=', 'a=1', 'a=x', '1%', 'NaN'])('are not %j', (text) => {
    expect(() => untilTargets([text])).toThrow(`--until ${text} says not how well saturation is to be known`);
  });
});

const statistics = { thresholds: [0.99], rule: 'explained', axes: true, uncertainty: true } as never;
const names = ['conv1', 'conv2', 'fc'];
const until = (targets: readonly (string | number)[], size?: number) =>
  new Until(untilTargets(targets), names, statistics, 8, undefined, size);

describe('a pass that may end early', () => {
  it('is about layers that there are', () => {
    expect(() => until(['conv*=0.1', 'gru*=0.1'])).toThrow(
      '--until gru*=0.1 matches no layer: the model has conv1, conv2, fc',
    );
  });

  it('is looked at after 32 batches, where that takes no time yet', () => {
    const { isDue } = until([0.01]).pause;
    expect([isDue(255, 1), isDue(256, 1), isDue(1000, 1)]).toEqual([false, true, true]);
  });

  // The interval of a saturation is its two ends.
  const known = (half: number, bias = 0) => ({
    ...{ groups: 13, degreesOfFreedom: 12 },
    saturation: { standardError: half / 2, bias, interval: [0.5 - half, 0.5 + half] as const },
    intrinsicDimensionality: { standardError: 1, bias: 0, interval: [1, 2] as const },
    effectiveRank: { standardError: 1, bias: 0, interval: [1, 2] as const },
  });

  it('tells which layers are not known well enough, of those that a target is about', () => {
    const all = run([
      layer('conv1', 2, 4, { uncertainty: known(0.04) }),
      layer('conv2', 2, 4, { uncertainty: known(0.2) }),
      layer('fc', 2, 4, { uncertainty: known(0.2) }),
    ]);
    const told = until(['conv*=0.05']).told(all);
    expect(told.until).toMatchObject({ reached: false, open: ['conv2'], looks: 0 });
    expect(told.warnings).toHaveLength(1);
    const wide = until([0.5]).told(all);
    expect(wide.until).toMatchObject({ reached: true, open: [] });
    expect(wide.warnings).toBeUndefined();
  });

  it('counts the bias of few samples, and waits for errors, but not for a layer without numbers', () => {
    const all = run([
      layer('conv1', 2, 4, { uncertainty: known(0.01, -0.3) }),
      layer('conv2', 2, 4),
      layer('fc', 0, 4, { saturation: null }),
    ]);
    expect(until([0.05]).told(all).until?.open).toEqual(['conv1', 'conv2']);
  });
});

describe('what ends a pass early', () => {
  const source = { source: 'x.npy', reader: 'npy', size: 100 };
  const of = (options: Parameters<typeof untilOf>[0], isShuffled = true, from = source) =>
    untilOf(options, from, isShuffled, { ...(statistics as object), batchSize: 8 } as never, names);

  it('is nothing where nothing is said', () => {
    expect(of({})).toBeUndefined();
    expect(of({ until: 0.01 })).toBeInstanceOf(Until);
    expect(of({ until: ['0.01', 'fc=0.1'] })).toBeInstanceOf(Until);
    expect(of({ until: 0.01, inOrderIsRandom: true }, false)).toBeInstanceOf(Until);
    expect(of({ until: 0.01 }, false, { ...source, reader: 'random' })).toBeInstanceOf(Until);
  });

  it.each<[Parameters<typeof untilOf>[0], boolean, string]>([
    [{ inOrderIsRandom: true }, true, '--in-order-is-random has no effect without --until'],
    [{ until: 0.01, uncertainty: false }, true, '--until needs the errors that --no-uncertainty leaves out'],
    [{ until: 0.01, shard: '1/2' }, true, '--until does not go with --shard: each would end elsewhere'],
    [{ until: 0.01, embedding: true }, true, '--until does not go with --embedding, whose second pass'],
    [{ until: 0.01 }, false, '--until judges by the first samples, and x.npy is read in order'],
    [{ until: 2 }, true, '--until 2 says not'],
  ])('is refused: %j, shuffled %s', (options, isShuffled, message) => {
    expect(() => of(options, isShuffled)).toThrow(message);
  });
});
