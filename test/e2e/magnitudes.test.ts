import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { analyze, mergeSavedRuns } from '../../dist/index.js';
import { readRun } from '../../src/run/files/readRun.js';
import { folderWith } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { runProgram } from '../support/program.js';

const FEATURES = 5;
const wave = (count: number, scale: number) =>
  Array.from({ length: count }, (_, i) => scale * Math.sin(1 + 1.7 * i));

/** Two layers, the second with values of up to some hundred thousand. */
const parts = (batch: number | string) => ({
  inputs: [value('x', 'float32', [batch, 6])],
  initializers: [
    tensor('w', 'float32', [6, FEATURES], wave(6 * FEATURES, 1)),
    tensor('v', 'float32', [FEATURES, FEATURES], wave(FEATURES ** 2, 20_000)),
  ],
  nodes: [
    node('MatMul', ['x', 'w'], ['a'], {}, { name: 'small/MatMul' }),
    node('MatMul', ['a', 'v'], ['b'], {}, { name: 'large/MatMul' }),
  ],
  outputs: ['a', 'b'],
});

/** By plain code, over the outputs of the model itself. */
async function expected(bytes: Uint8Array, data: Float32Array): Promise<Record<string, object>> {
  const session = await ort.InferenceSession.create(bytes);
  const outputs = await session.run({ x: new ort.Tensor('float32', data, [data.length / 6, 6]) });
  const of = (name: string) => {
    const sizes = Array.from(outputs[name].data as Float32Array, Math.abs);
    return {
      largest: Math.max(...sizes),
      beyondFloat16: sizes.filter((size) => size >= 65520).length,
      values: sizes.length,
    };
  };
  return { small: of('a'), large: of('b') };
}

/** A `.npy` file of float32 rows. */
function npy(data: Float32Array): Uint8Array {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${data.length / 6}, 6), }`.padEnd(117);
  return Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]),
    Buffer.from(`${header}\n`),
    Buffer.from(data.buffer),
  ]);
}

const SAMPLES = 70;
const data = Float32Array.from({ length: 6 * SAMPLES }, (_, i) => 2 * Math.cos(i * i));

describe('--magnitudes', () => {
  test.each([
    ['a free batch', 'n', 16],
    ['a fixed batch, whose last one is filled up with copies', 16, 16],
  ])(
    'tells the largest and how many are beyond float16, over batches and a partial one: %s',
    async (_, batch, size) => {
      const cwd = await folderWith({ 'net.onnx': modelBytes(parts(batch)), 'x.npy': npy(data) });
      const run = await analyze({
        model: join(cwd, 'net.onnx'),
        data: join(cwd, 'x.npy'),
        batchSize: size,
        magnitudes: true,
      });
      const wanted = await expected(modelBytes(parts('n')), data);
      expect(wanted.large).toMatchObject({ beyondFloat16: expect.any(Number) });
      for (const { name, magnitudes } of run.layers) expect(magnitudes).toEqual(wanted[name]);
      expect(run.layers.map(({ measuredAt }) => measuredAt)).toEqual([undefined, undefined]);
    },
  );

  test('adds up over shards, and a part that was not asked leaves the whole without', async () => {
    const cwd = await folderWith({ 'net.onnx': modelBytes(parts('n')), 'x.npy': npy(data) });
    const shard = (of: string, magnitudes: boolean) =>
      analyze({
        model: join(cwd, 'net.onnx'),
        data: join(cwd, 'x.npy'),
        batchSize: 8,
        shard: of,
        magnitudes,
        measureAt: 'output',
        out: join(cwd, `${of.replace('/', '-')}.${magnitudes}`),
      });
    await Promise.all([shard('1/2', true), shard('2/2', true), shard('2/2', false)]);
    const merged = async (names: string[]) =>
      mergeSavedRuns(
        names.map((name) => join(cwd, name)),
        { out: join(cwd, `m${names[1]}`) },
      );
    const wanted = await expected(modelBytes(parts('n')), data);
    const whole = await merged(['1-2.true', '2-2.true']);
    for (const { name, magnitudes } of whole.layers) expect(magnitudes).toEqual(wanted[name]);
    const half = await merged(['1-2.true', '2-2.false']);
    expect(half.layers.map(({ magnitudes }) => magnitudes)).toEqual([undefined, undefined]);
  });

  test('is said in words and in columns', async () => {
    const cwd = await folderWith({ 'net.onnx': modelBytes(parts('n')), 'x.npy': npy(data) });
    const args = ['analyze', 'net.onnx', '--data', 'x.npy', '--batch', '8', '--out', 'run', '--magnitudes'];
    const { code, stdout } = await runProgram(args, { cwd });
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /float16 holds numbers up to 65504: values of 1 layer of 2 would become infinite, `large` \(up to 2\.7e\+5, \d+\.?\d* % of its values\)/,
    );
    const run = await readRun(join(cwd, 'run'));
    expect(run.settings).toMatchObject({ magnitudes: true, measureAt: 'output' });
    const csv = (await runProgram(['report', 'run', '--format', 'csv'], { cwd })).stdout.split('\r\n');
    const [head, ...rows] = csv.map((line) => line.split(','));
    const told = rows.slice(0, 2).map((row) => Number(row[head.indexOf('beyondFloat16')]));
    expect(told).toEqual(run.layers.map(({ magnitudes }) => magnitudes?.beyondFloat16));
  });

  test('says where nothing would become infinite, and refuses what it cannot have', async () => {
    const cwd = await folderWith({});
    const args = ['analyze', resolve('fixtures/mnist-cnn.onnx'), '--data', 'random:8', '--magnitudes'];
    const fine = await runProgram(args, { cwd });
    expect(fine.stdout.replace(/\s+/g, ' ')).toMatch(
      /the largest of 20 layers is [\d.]+ \(`[\w.]+`\): none would become infinite/,
    );
    const refused = await runProgram([...args, '--accumulate', '4'], { cwd });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /--accumulate 4 adds batches up inside the model, and --magnitudes looks at each/,
    );
  });
});
