import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../src/run/schema.js';
import { npyBytes } from '../data/npyBytes.js';
import { analyses, expectClose } from '../support/analyses.js';
import { delve } from '../support/commandLine.js';
import { crossFiles, crossModel, crossNumbers } from '../support/crossData.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { at, put, analyze } = analyses();

beforeAll(async () => {
  await put('cross.onnx', crossModel());
  for (const [name, content] of Object.entries(crossFiles)) await put(name, content);
});

test('--batch auto gives the numbers of one batch, and says at which size it ended', async () => {
  const samples = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i * i));
  await put('thousand.npy', npyBytes("'<f4'", '(1000, 3)', samples));
  const data = ['--data', at('thousand.npy')];
  const whole = await analyze(at('cross.onnx'), ...data, '--batch', '1000');
  const auto = await analyze(at('cross.onnx'), ...data, '--batch', 'auto', '--max-samples', '999');
  const cut = await analyze(at('cross.onnx'), ...data, '--batch', '999', '--max-samples', '999');
  expect(auto.data.samples).toBe(999);
  expect([32, 64, 128, 256, 512]).toContain(auto.settings.batchSize);
  expectClose(auto, cut, 1e-10);
  // Not so loose that one sample more or less would go unnoticed.
  expect(() => expectClose(auto, whole, 1e-10)).toThrow();
});

describe('a model that fixes its batch size', () => {
  const samples = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i * i));

  test.each([1, 3, 4, 16])(
    'to %i gives the numbers of the open one, the last batch being filled up',
    async (batch) => {
      await put('ten.npy', npyBytes("'<f4'", '(10, 3)', samples));
      await put(`fixed${batch}.onnx`, crossModel(batch));
      const open = await analyze(at('cross.onnx'), '--data', at('ten.npy'));
      const fixed = await analyze(at(`fixed${batch}.onnx`), '--data', at('ten.npy'));
      expect(fixed.settings.batchSize).toBe(batch);
      expect(fixed.data.samples).toBe(10);
      expect(fixed.layers[0].observations).toBe(10);
      expectClose(fixed, open, 1e-10);
    },
  );

  test('is left at it by --batch auto, without a word', async () => {
    await put('fixed4.onnx', crossModel(4));
    const args = [
      'analyze',
      at('fixed4.onnx'),
      '--data',
      at('x.npy'),
      '--batch',
      'auto',
      '--out',
      at('auto4'),
    ];
    const { stderr } = await delve(args);
    expect(stderr).not.toMatch(/batch/);
  });

  test('says that another --batch is ignored', async () => {
    await put('fixed4.onnx', crossModel(4));
    const args = ['analyze', at('fixed4.onnx'), '--data', at('x.npy'), '--batch', '2', '--out', at('fixed4')];
    const { stderr } = await delve(args);
    expect(stderr).toMatch(/^the model fixes its batch size to 4: --batch 2 is ignored\n/);
    const same = ['analyze', at('fixed4.onnx'), '--data', at('x.npy'), '--batch', '4', '--out', at('same4')];
    expect((await delve(same)).stderr).not.toMatch(/ignored/);
  });
});

describe('NaN in one sample', () => {
  // `before` passes the samples through; √ makes NaN of the negative ones before `after`.
  const root = modelBytes({
    inputs: [value('x', 'float32', ['n', 3])],
    nodes: [
      node('MatMul', ['x', 'w'], ['h'], {}, { name: '/before/MatMul' }),
      node('Sqrt', ['h'], ['s']),
      node('MatMul', ['s', 'w'], ['y'], {}, { name: '/after/MatMul' }),
    ],
    initializers: [tensor('w', 'float32', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])],
    outputs: ['y'],
  });

  test('marks only the layers behind it, with the batch; the report says so, the check fails', async () => {
    await put('root.onnx', root);
    const out = at('nan');
    const args = [
      'analyze',
      at('root.onnx'),
      '--data',
      at('x.npy'),
      '--batch',
      '1',
      '--in-order',
      '--out',
      out,
      '--quiet',
    ];
    const { code, stdout } = await delve(args);
    expect(code).toBe(0);
    // (2, 1, 0) is fine, (2, −1, 0) is not.
    expect(stdout).toMatch(/`after`: invalid: NaN or Inf came up in batch 2/);
    const run: Run = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
    expect(run.layers[0]).toMatchObject({ ...crossNumbers, name: 'before' });
    expect(run.layers[1]).toMatchObject({ saturation: null, eigenvalues: [], invalid: { batch: 2 } });

    const check = await delve(['check', out, '--min-saturation', '0']);
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/✗ after {2}has no saturation that could be checked \(invalid: NaN or Inf/);
  });
});

describe('NaN in all layers', () => {
  const job = async (name: string, parts: object) => {
    await put(name, JSON.stringify({ model: 'cross.onnx', data: 'nans.npy', out: 'job.delve', ...parts }));
    return delve([
      'run',
      '--config',
      at(name),
      '--quiet',
      ...('baseline' in parts ? ['--update-baseline'] : []),
    ]);
  };
  const said =
    /^delve: no layer could be measured: in fc, NaN or Inf came up in batch 1; .*is kept in .*\.delve\)\n$/;

  beforeAll(() => put('nans.npy', npyBytes("'<f4'", '(1, 3)', Float32Array.of(1, Number.NaN, 0))));

  test('ends analyze in an error, with the run kept', async () => {
    const args = [
      'analyze',
      at('cross.onnx'),
      '--data',
      at('nans.npy'),
      '--out',
      at('nans.delve'),
      '--quiet',
    ];
    expect(await delve(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(said) });
    expect(JSON.parse(await readFile(at('nans.delve/run.json'), 'utf8')).layers[0].invalid.batch).toBe(1);
  });

  test('ends a job in an error, unless its check has failed', async () => {
    expect(await job('plain.json', {})).toMatchObject({ code: 2, stderr: expect.stringMatching(said) });
    const passing = { rules: [{ statistic: 'invalid', max: 5 }] };
    expect(await job('passing.json', passing)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(said),
    });
    expect(await job('failing.json', { minSaturation: 0 })).toMatchObject({ code: 1, stderr: '' });
  });

  test('makes no baseline', async () => {
    const update = await job('update.json', { baseline: 'nanbase.delve' });
    expect(update).toMatchObject({ code: 2, stderr: expect.stringMatching(said) });
    await expect(readFile(at('nanbase.delve/run.json'))).rejects.toThrow(/ENOENT/);
  });
});

test('no sample at all is an error', async () => {
  await put('none.npy', npyBytes("'<f4'", '(0, 3)', new Float32Array(0)));
  const { code, stderr } = await delve([
    'analyze',
    at('cross.onnx'),
    '--data',
    at('none.npy'),
    '--quiet',
    '--out',
    at('no'),
  ]);
  expect(stderr).toMatch(/^delve: .*none\.npy.*\n$/);
  expect(code).toBe(2);
});

/** Every number of every layer, relative to the largest of its kind in the layer. */

describe('a network whose first axis holds the time steps', () => {
  // x: [6 steps, 4 samples, 3 features]; its first axis is taken for six samples.
  const steps = modelBytes({
    inputs: [value('x', 'float32', ['steps', 'samples', 3])],
    nodes: [node('RNN', ['x', 'w', 'r'], ['y'], { hidden_size: 2n }, { name: '/rnn/RNN' })],
    initializers: [
      tensor('w', 'float32', [1, 2, 3], [1, 0, 0, 0, 1, 0]),
      tensor('r', 'float32', [1, 2, 2], [0, 0, 0, 0]),
    ],
    outputs: ['y'],
  });

  test('is given away by the number of observations, which the run says', async () => {
    const values = Float32Array.from({ length: 72 }, (_, i) => Math.sin(i * i));
    await put('steps.onnx', steps);
    await put('steps.npy', npyBytes("'<f4'", '(6, 4, 3)', values));
    const run = await analyze(at('steps.onnx'), '--data', at('steps.npy'));
    expect(run.layers[0].warnings).toContain(
      '4 observations of 6 samples, though each should give one: is the first axis of the data not that of the samples?',
    );
    const each = await analyze(
      at('steps.onnx'),
      '--data',
      at('steps.npy'),
      '--sequence-method',
      'timestepwise',
    );
    expect(each.layers[0]).toMatchObject({ observations: 24, warnings: [] });
  });
});
