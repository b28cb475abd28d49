import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyze, mergeSavedRuns, readMoments, readRun } from '../../dist/index.js';
import type { LayerUncertainty } from '../../src/stats/uncertainty.js';
import { delve } from '../support/commandLine.js';
import { folderWith, lastingFolder } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const MODEL = 'fixtures/mnist-rnn.onnx';
const DATA = ['--data', 'fixtures/mnist', '--batch', '16', '--provider', 'cpu', '--threads', '1', '--quiet'];

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await delve(args);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return stdout;
}

/** That all errors and intervals are the same to so many digits after the point, and not 0. */
function expectSameErrors(
  found: LayerUncertainty | undefined,
  expected: LayerUncertainty | undefined,
  digits: number,
): void {
  for (const key of ['saturation', 'intrinsicDimensionality', 'effectiveRank'] as const) {
    const [a, b] = [expected?.[key], found?.[key]];
    expect(a?.standardError).toBeGreaterThan(0);
    expect(b?.standardError).toBeCloseTo(a?.standardError ?? Number.NaN, digits);
    expect(b?.bias).toBeCloseTo(a?.bias ?? Number.NaN, digits);
    expect(b?.interval[0]).toBeCloseTo(a?.interval[0] ?? Number.NaN, digits);
    expect(b?.interval[1]).toBeCloseTo(a?.interval[1] ?? Number.NaN, digits);
  }
}

describe('how well the numbers of a run are known', () => {
  it('is the same for merged shards, in any order, as for one pass', async () => {
    await done('analyze', MODEL, ...DATA, '--moments', '--out', at('whole'));
    for (const shard of ['1', '2', '3']) {
      await done('analyze', MODEL, ...DATA, '--shard', `${shard}/3`, '--out', at(`part${shard}`));
    }
    await done('merge', at('part2'), at('part3'), at('part1'), '--out', at('merged'), '--quiet');
    const [whole, merged] = await Promise.all([readRun(at('whole')), readRun(at('merged'))]);
    for (const [i, layer] of whole.layers.entries()) {
      const { uncertainty } = layer;
      const other = merged.layers[i].uncertainty;
      expect(uncertainty?.groups).toBe(16);
      expectSameErrors(other, uncertainty, 10);
    }
    const moments = await readMoments(at('whole'), whole);
    expect(moments.get('fc')?.groups).toHaveLength(16);
  });

  it('is the same for layers that are measured at their inputs as at their outputs', async () => {
    const weights = (seed: number) => Array.from({ length: 24 * 256 }, (_, i) => Math.sin(seed + i * i));
    const product = (w: string, y: string) => node('MatMul', ['s', w], [y], {}, { name: `${y}/MatMul` });
    const cwd = await folderWith({
      'wide.onnx': modelBytes({
        inputs: [value('x', 'float32', ['n', 24])],
        initializers: [
          tensor('w', 'float32', [24, 256], weights(1)),
          tensor('v', 'float32', [24, 256], weights(2)),
          tensor(
            'u',
            'float32',
            [256, 320],
            Array.from({ length: 256 * 320 }, (_, i) => Math.sin(i * i * 0.7)),
          ),
        ],
        // Squares are skewed, so that groups differ.
        // The last is so wide that statistics are computed in workers.
        nodes: [
          node('Mul', ['x', 'x'], ['s']),
          product('w', 'first'),
          product('v', 'second'),
          node('MatMul', ['second', 'u'], ['third'], {}, { name: 'third/MatMul' }),
        ],
        outputs: ['first', 'third'],
      }),
    });
    const options = {
      model: join(cwd, 'wide.onnx'),
      data: 'random:2000',
      batchSize: 16,
      threads: 1,
    } as const;
    const runs = join(cwd, 'runs');
    for (const part of ['1', '2', '3']) {
      await analyze({ ...options, shard: `${part}/3`, out: join(runs, part) });
    }
    await mergeSavedRuns(
      ['3', '1', '2'].map((part) => join(runs, part)),
      { out: join(runs, 'merged') },
    );
    const merged = await readRun(join(runs, 'merged'));
    const [atInput, atOutput] = await Promise.all(
      (['cheaper', 'output'] as const).map((measureAt) => analyze({ ...options, measureAt })),
    );
    expect(atInput.layers.map(({ measuredAt }) => measuredAt)).toEqual(['input', 'input', undefined]);
    expect(atOutput.layers.map(({ measuredAt }) => measuredAt)).toEqual([undefined, undefined, undefined]);
    for (const [i, { uncertainty }] of atInput.layers.entries()) {
      expectSameErrors(merged.layers[i].uncertainty, uncertainty, 10);
      const other = atOutput.layers[i].uncertainty;
      expect([i, uncertainty?.groups, other?.groups]).toEqual([i, 16, 16]);
      expect(uncertainty?.degreesOfFreedom).toBeCloseTo(other?.degreesOfFreedom ?? 0, 10);
      expectSameErrors(other, uncertainty, 5);
    }
  });

  it('is left out by --no-uncertainty, and with fewer than four batches', async () => {
    await done('analyze', MODEL, ...DATA, '--no-uncertainty', '--moments', '--out', at('without'));
    const without = await readRun(at('without'));
    expect(without.layers.every(({ uncertainty }) => uncertainty === undefined)).toBe(true);
    expect((await readMoments(at('without'), without)).get('fc')?.groups).toBeUndefined();
    await done('analyze', MODEL, ...DATA, '--max-samples', '40', '--out', at('few'));
    expect((await readRun(at('few'))).layers[0].uncertainty).toBeUndefined();
  });
});
