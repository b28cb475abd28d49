import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultTarget, readMoments, readRun } from '../../dist/index.js';
import type { Run, RunLayer } from '../../src/run/schema.js';
import { analyses } from '../support/analyses.js';
import { delve } from '../support/commandLine.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { at, put } = analyses();
const MODEL = 'fixtures/mnist-cnn.onnx';
const DATA = ['--data', 'fixtures/mnist', '--batch', '16', '--provider', 'cpu'];

/** A pointwise convolution so wide that it is measured at its input, behind another one. */
function wideModel(): Uint8Array {
  const weight = (name: string, ...dims: number[]) => {
    const count = dims.reduce((product, size) => product * size, 1);
    return tensor(
      name,
      'float32',
      dims,
      Array.from({ length: count }, (_, i) => Math.sin(1 + i * i)),
    );
  };
  return modelBytes({
    inputs: [value('x', 'float32', ['n', 2, 8, 8])],
    nodes: [
      node('Conv', ['x', 'a'], ['y'], { pads: [1n, 1n, 1n, 1n] }, { name: '/first/Conv' }),
      node('Relu', ['y'], ['z']),
      node('Conv', ['z', 'b'], ['out'], {}, { name: '/wide/Conv' }),
    ],
    initializers: [weight('a', 6, 2, 3, 3), weight('b', 160, 6, 1, 1)],
    outputs: ['out'],
  });
}

describe('delve analyze --shard', () => {
  it('takes the samples of its batches, keeps their moments, and says which shard it is', async () => {
    // 100 samples are 6 batches of 16 and one of 4: the third of three shards has the batches 3 and 6.
    const args = ['analyze', MODEL, ...DATA, '--max-samples', '100', '--shard', '3/3', '--out', at('third')];
    const { code, stdout, stderr } = await delve(args);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    const run = await readRun(at('third'));
    expect(run.data).toMatchObject({ samples: 32, shard: { parts: [3], count: 3, block: 16 } });
    expect(stdout).toMatch(/32 samples drawn .* shard 3 of 3/);
    const moments = await readMoments(at('third'), run);
    expect(moments.get('fc')?.count).toBe(32);
    const other = await delve([...args.map((arg) => (arg === '3/3' ? '2/3' : arg))]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/holds another run \(shard 3 of 3 there, 2 of 3 here\)/);
  });

  it('makes a run without samples where there are fewer batches than shards', async () => {
    const { code, stderr } = await delve([
      ...['analyze', MODEL, ...DATA, '--max-samples', '20', '--shard', '4/4', '--out', at('none'), '--quiet'],
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const run = await readRun(at('none'));
    expect(run.data.samples).toBe(0);
    expect(
      run.layers.every(({ observations, saturation }) => observations === 0 && saturation === null),
    ).toBe(true);
  });

  it('keeps moments that can be read and merged, in float32 of few observations at inputs too', async () => {
    // Products in float32 leave directions of 1e-7 that are not there, and each group of samples cuts off its own.
    await put('wide.onnx', wideModel());
    const shard = (part: string) =>
      delve([
        ...['analyze', at('wide.onnx'), '--data', 'random:23', '--batch', '5', '--provider', 'cpu'],
        ...['--conv-method', 'mean', '--precision', 'float32', '--shard', `${part}/2`],
        ...['--out', at(`few-${part}`), '--quiet'],
      ]);
    for (const part of ['1', '2']) expect((await shard(part)).stderr).toBe('');
    const run = await readRun(at('few-1'));
    expect(run.layers.some(({ measuredAt }) => measuredAt === 'input')).toBe(true);
    expect((await readMoments(at('few-1'), run)).size).toBe(run.layers.length);
    const merged = await delve(['merge', at('few-1'), at('few-2'), '--out', at('few')]);
    expect([merged.code, merged.stderr]).toEqual([0, expect.any(String)]);
    expect((await readRun(at('few'))).data.samples).toBe(23);
  });

  it('is named by its shard where nothing is said', () => {
    expect(defaultTarget('models/net.onnx', '3/16')).toMatch(/[\\/]net\.shard-3-of-16\.delve$/);
  });

  it('is taken by a configuration, and by the task of an array, which is said', async () => {
    vi.stubEnv('JOB_COMPLETION_INDEX', '1');
    vi.stubEnv('JOB_COMPLETIONS', '2');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const settings = { batchSize: 8, shard: 'auto', provider: 'cpu' };
    const job = { model: join(process.cwd(), MODEL), data: 'random:40', out: 'out', analyze: settings };
    await put('job/delve.config.json', JSON.stringify(job));
    const { code, stderr } = await delve(['run', '--config', at('job/delve.config.json')]);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    expect(stderr).toContain('shard 2 of 2 (Kubernetes: JOB_COMPLETION_INDEX and JOB_COMPLETIONS)');
    // Batches 2 and 4 of five.
    expect((await readRun(at('job/out'))).data).toMatchObject({ samples: 16, shard: { parts: [2] } });
  });
});

/** Every number of a layer: counts the same, all others to 1e-12 of their size, eigenvalues to that of the largest. */
function expectSame(merged: Run, whole: Run): void {
  expect(merged.layers.map(({ name }) => name)).toEqual(whole.layers.map(({ name }) => name));
  for (const [i, layer] of merged.layers.entries()) {
    const expected = whole.layers[i];
    const [scale = 0] = expected.eigenvalues;
    for (const [key, value] of Object.entries(expected) as [keyof RunLayer, unknown][]) {
      const found = layer[key];
      if (key === 'eigenvalues') {
        for (const [k, eigenvalue] of layer.eigenvalues.entries()) {
          expect(Math.abs(eigenvalue - expected.eigenvalues[k])).toBeLessThanOrEqual(1e-12 * scale);
        }
      } else if (key === 'uncertainty') {
        // Differences of statistics, so as exact as these are: to 1e-12 of the most that they can be.
        expectNear(found, value, 1e-12 * expected.features);
      } else if (typeof value !== 'number') {
        expect([key, found]).toEqual([key, value]);
      } else if (Number.isInteger(value)) {
        expect([layer.name, key, found]).toEqual([layer.name, key, value]);
      } else {
        expect(Math.abs(Number(found) - value)).toBeLessThanOrEqual(
          tolerance(key, expected) * Math.abs(value),
        );
      }
    }
  }
}

function expectNear(found: unknown, expected: unknown, within: number): void {
  if (typeof expected === 'object' && expected !== null) {
    for (const [key, value] of Object.entries(expected)) {
      expectNear((found as Record<string, unknown>)[key], value, within);
    }
  } else if (typeof expected === 'number') {
    expect(Math.abs(Number(found) - expected)).toBeLessThanOrEqual(within);
  } else expect(found).toBe(expected);
}

/** Each eigenvalue is known to 1e-15 of the largest, and so the product of all to the sum of what that is of each. */
function tolerance(key: string, { eigenvalues }: RunLayer): number {
  if (!/determinant$/i.test(key)) return 1e-12;
  return eigenvalues.reduce((sum, eigenvalue) => sum + (1e-15 * eigenvalues[0]) / eigenvalue, 0);
}

describe('delve merge of shards', () => {
  const analyze = async (out: string, ...more: string[]): Promise<Run> => {
    const args = ['analyze', MODEL, ...DATA, '--quiet', '--out', at(out), ...more];
    expect(await delve(args)).toMatchObject({ code: 0, stderr: '' });
    return readRun(at(out));
  };
  const merge = async (out: string, ...names: string[]) =>
    delve(['merge', ...names.map(at), '--quiet', '--out', at(out)]);

  it('equals one pass for every statistic and the accuracy, in any order and in a tree', async () => {
    const limit = ['--max-samples', '150'];
    const whole = await analyze('whole', ...limit);
    for (const i of [1, 2, 3, 4]) await analyze(`s${i}`, ...limit, '--shard', `${i}/4`);
    expect((await merge('all', 's3', 's1', 's4', 's2')).code).toBe(0);
    const all = await readRun(at('all'));
    expectSame(all, whole);
    const { labels: expected, ...data } = whole.data;
    const { labels, ...rest } = all.data;
    expect(rest).toEqual(data);
    expect(labels?.counts).toEqual(expected?.counts);
    expect(labels?.top1).toBeCloseTo(expected?.top1 ?? Number.NaN, 12);
    expect(all.settings).toEqual({ ...whole.settings, accumulate: 1 });

    const missing = await merge('part', 's1', 's3');
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/shards 2, 4 of 4 are missing: /),
    });
    const halves = [
      ['odd', 's1', 's3'],
      ['even', 's4', 's2'],
    ];
    for (const [out, ...names] of halves) {
      const half = await delve(['merge', ...names.map(at), '--partial', '--out', at(out)]);
      expect(half.code).toBe(0);
      expect(half.stdout).toMatch(/shards (1, 3|2, 4) of 4/);
    }
    expect((await merge('tree', 'even', 'odd')).code).toBe(0);
    expectSame(await readRun(at('tree')), whole);
    const twice = await merge('twice', 'odd', 's2', 's3', 's4');
    expect(twice.stderr).toMatch(/both hold shard 3 of 4, so that its data would count twice/);
  });
});
