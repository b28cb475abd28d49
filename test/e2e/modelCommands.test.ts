import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { delve } from '../support/commandLine.js';
import { CROSS, crossModel } from '../support/crossData.js';
import { lastingFolder } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const RNN = resolve('fixtures/mnist-rnn.onnx');

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
/** Runs a command that must succeed and say nothing on stderr. */
async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await delve(args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

beforeAll(async () => {
  await writeFile(at('cross.onnx'), crossModel());
});

describe('delve inspect', () => {
  test('lists layers with operator, shape and parameters', async () => {
    const table = await printed('inspect', RNN);
    expect(table).toMatch(/lstm +LSTM +32 +2×64×28 +5,888 /);
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('--json gives inputs, layers and what cannot be observed', async () => {
    const inspection = JSON.parse(await printed('inspect', RNN, '--json', '--layers', 'fc'));
    expect(inspection).toMatchObject({
      inputs: [{ name: 'input', type: 'float32', shape: ['batch', 28, 28] }],
      layers: [{ name: 'fc', op: 'Gemm', parameters: 330 }],
      notObservable: [],
    });
  });
});

describe('delve inspect, the cost', () => {
  const VGG = resolve('fixtures/cost/vgg13.onnx');

  test('as JSON, by the names of the contract', async () => {
    const { layers, totals, inputShapes } = JSON.parse(await printed('inspect', VGG, '--format', 'json'));
    // 32 × 32 × 4 outputs of 3 × 3 × 3 each; 3 × 3 × 3 × 4 weights and 4 biases.
    expect(layers[0]).toMatchObject({
      name: 'features.0',
      outputShape: [1, 4, 32, 32],
      macs: 110592,
      parameters: 112,
      receptiveField: { min: [3, 3], max: [3, 3] },
      stride: [1, 1],
      predictedUnproductive: false,
    });
    expect(totals.macs).toBe(layers.reduce((sum: number, { macs }: { macs: number }) => sum + macs, 0));
    expect(layers[3].macsShare).toBeCloseTo(layers[3].macs / totals.macs, 12);
    expect(inputShapes).toEqual({ x: [3, 32, 32] });
  });

  test('as CSV, one row per layer', async () => {
    const [header, first, ...rest] = (await printed('inspect', VGG, '--format', 'csv')).trim().split('\r\n');
    expect(header).toMatch(
      /^layer,op,features,weightShape,outputShape,parameters,macs,macsShare,receptiveFieldMin,/,
    );
    expect(first).toMatch(/^features\.0,Conv,4,4x3x3x3,1x4x32x32,112,110592,0\.\d+,3x3,3x3,1x1,false$/);
    expect(rest).toHaveLength(10);
  });

  test('in the table, with what it means that an input has seen everything', async () => {
    const table = await printed('inspect', VGG);
    expect(table).toMatch(/features\.22 .* 140 +16 +sees all before/);
    expect(table).toContain('these 4 layers');
  });

  test('beside the saturation of a run of the same model only', async () => {
    const run = at('vgg.delve');
    await delve(['analyze', VGG, '--data', 'random:40', '--out', run, '--quiet']);
    const { layers } = JSON.parse(await printed('inspect', VGG, '--run', run, '--format', 'json'));
    const { layers: measured } = JSON.parse(await printed('report', run, '--format', 'json'));
    expect(layers.map(({ saturation }: { saturation: number }) => saturation)).toEqual(
      measured.map(({ saturation }: { saturation: number }) => saturation),
    );
    expect(layers.map(({ reading }: { reading: string }) => reading)).toEqual(
      measured.map(({ reading }: { reading: string }) => reading),
    );
    const page = await printed('inspect', VGG, '--run', run, '--format', 'html');
    expect(page).toMatch(/^<!doctype html>[\s\S]*features\.22[\s\S]*sees all before[\s\S]*<\/html>\n$/);
    const { code, stderr } = await delve(['inspect', RNN, '--run', run]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/is a run of .*vgg13\.onnx, not of this model/),
    ]);
  });

  test('takes the shape that the model leaves open, and says where it needs one', async () => {
    const open = at('open.onnx');
    await writeFile(open, openModel());
    expect(await printed('inspect', open)).toMatch(
      /input x leaves its shape open \(2×height×width a sample\): [\s\S]*--shape\s+x=2x224x224/,
    );
    const { layers } = JSON.parse(await printed('inspect', open, '--shape', 'x=2x5x7', '--json'));
    expect(layers[0].outputShape).toEqual([1, 3, 5, 7]);
    expect(layers[0].macs).toBe(3 * 5 * 7 * 2);
    expect(JSON.parse(await printed('inspect', open, '--no-cost', '--json')).layers[0].macs).toBe(null);
  });

  test.each([
    [['--shape', 'y=2x5x7'], /--shape y: the model has no such input \(its inputs: x\)/],
    [['--shape', 'x=5x7'], /--shape for x does not fit/],
    [['--shape', 'x=3x5x7'], /--shape for x does not fit/],
    [['--shape', 'x=2x9000000x9000000'], /does not fit into memory: give a smaller --shape/],
    [['--format', 'yaml'], /--format yaml is invalid: choose/],
  ])('%j is refused', async (args, message) => {
    const open = at('open.onnx');
    await writeFile(open, openModel());
    const { code, stdout, stderr } = await delve(['inspect', open, ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

/** A convolution of one pixel over images of any size. */
function openModel(): Uint8Array {
  return modelBytes({
    inputs: [value('x', 'float32', ['n', 2, 'height', 'width'])],
    nodes: [node('Conv', ['x', 'w'], ['y'], {}, { name: '/conv/Conv' })],
    initializers: [tensor('w', 'float32', [3, 2, 1, 1], [1, 2, 3, 4, 5, 6])],
    outputs: ['y'],
  });
}

describe('delve instrument', () => {
  test.each([['float64'], ['float32']])(
    'writes a model that gives the moments in plain ONNX Runtime (%s)',
    async (precision) => {
      const path = at(`moments-${precision}.onnx`);
      const { code, stdout, stderr } = await delve([
        'instrument',
        at('cross.onnx'),
        '--output',
        path,
        '--precision',
        precision,
      ]);
      expect([code, stdout]).toEqual([0, '']);
      expect(stderr).toBe(
        `model written to ${path}: it gives the moments of 1 layer of ${at('cross.onnx')}\n`,
      );

      const session = await ort.InferenceSession.create(path);
      const outputs = await session.run({ x: new ort.Tensor('float32', Float32Array.from(CROSS), [4, 3]) });
      await session.release();
      expect(Number(outputs['delve/fc/count'].data[0])).toBe(4);
      // Σ xxᵀ about the shift, which is the mean, (0, 0, 0): diag(16, 4, 0).
      expect([...(outputs['delve/fc/sum'].data as Float64Array)]).toEqual([0, 0, 0]);
      expect([...(outputs['delve/fc/scatter'].data as Float64Array)]).toEqual([16, 0, 0, 0, 4, 0, 0, 0, 0]);
    },
  );

  test('leaves only the asked layers, and what they need', async () => {
    await delve(['instrument', RNN, '--output', at('lstm.onnx'), '--layers', 'lstm']);
    const inspected = JSON.parse(await printed('inspect', at('lstm.onnx'), '--json'));
    expect(inspected.layers.map(({ op }: { op: string }) => op)).not.toContain('GRU');
  });
});

test('inspect lists a model whose inputs fix different batch sizes, and says why it does not run', async () => {
  const model = 'fixtures/onnx-operators/node/test_gemm_all_attributes/model.onnx';
  const { code, stdout } = await delve(['inspect', model, '--json']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).costUnknown).toMatch(
    /the model fixes different batch sizes: 4 for input a, 5 for input b/,
  );
});
