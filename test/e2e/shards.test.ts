import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultTarget, readMoments, readRun } from '../../dist/index.js';
import { analyses } from '../support/analyses.js';
import { delve } from '../support/commandLine.js';

const { at, put } = analyses();
const MODEL = 'fixtures/mnist-cnn.onnx';
const DATA = ['--data', 'fixtures/mnist', '--batch', '16', '--provider', 'cpu'];

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
