import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { delve } from '../support/commandLine.js';
import { CROSS, crossModel } from '../support/crossData.js';
import { lastingFolder } from '../support/folder.js';

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
  test('lists layers with operator, shape and parameters, and runs nothing', async () => {
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
