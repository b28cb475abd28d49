import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../dist/index.js';
import { withConstantInputs } from '../../src/instrument/constantInputs.js';
import type { Dimension } from '../../src/onnx/graph.js';
import { serializeModel } from '../../src/onnx/modelFile.js';
import { readRun } from '../../src/run/files/readRun.js';
import { folderWith } from '../support/folder.js';
import { inMemory } from '../support/graphs.js';
import { model, modelBytes, node, tensor, value } from '../support/models.js';
import { runProgram } from '../support/program.js';

const wave = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i));

/** A layer of x, and a constant of this type and shape that is an output as it is. */
const parts = (
  shape: readonly Dimension[] | undefined,
  type: 'float32' | 'int64' | 'bool' | 'float16' = 'float32',
) => ({
  inputs: [value('x', 'float32', ['batch', 'time', 4]), value('state', type, shape)],
  initializers: [tensor('w', 'float32', [4, 3], wave(12, 1))],
  nodes: [
    node('MatMul', ['x', 'w'], ['y'], {}, { name: 'layer/MatMul' }),
    node('Identity', ['state'], ['given']),
  ],
  outputs: ['y', 'given'],
});

async function filled(
  shape: readonly Dimension[],
  number: number,
  given: Parameters<typeof parts>[1] = 'float32',
  shapes: Record<string, number[]> = {},
) {
  const { model: made, shapes: left } = withConstantInputs(
    inMemory(model(parts(shape, given))),
    { state: number },
    shapes,
  );
  const session = await ort.InferenceSession.create(serializeModel(made.proto));
  expect(session.inputNames).toEqual(['x']);
  const { given: found } = await session.run({
    x: new ort.Tensor('float32', new Float32Array(3 * 7 * 4), [3, 7, 4]),
  });
  return { dims: found.dims, data: Array.from(found.data as ArrayLike<number | bigint>, Number), left };
}

describe('an input that holds one number', () => {
  test.each<[string, Dimension[], Record<string, number[]>, number[]]>([
    ['nothing but itself', [], {}, []],
    ['sizes that the model fixes', [2, 5], {}, [2, 5]],
    ['the batch, wherever it is', [2, null, 8], {}, [2, 3, 8]],
    ['the batch and an axis called as another', ['batch', 'time'], {}, [3, 7]],
    ['an axis that is told', ['batch', 2, 'other'], { state: [2, 6] }, [3, 2, 6]],
    ['an axis that is told to be empty', ['batch', 2, 'other'], { 'sta*': [2, 0] }, [3, 2, 0]],
    ['an axis as long as two others and two more', ['batch', 'time + past_steps + 2'], {}, [3, 9]],
    ['an empty past', ['batch', 2, 'past_sequence_length', 8], {}, [3, 2, 0, 8]],
  ])('has %s as its shape', async (_, shape, shapes, dims) => {
    const found = await filled(shape, 0.5, 'float32', shapes);
    expect(found.dims).toEqual(dims);
    expect(found.data).toEqual(new Array(dims.reduce((size, dim) => size * dim, 1)).fill(0.5));
    expect(found.left).toEqual({});
  });

  test.each([
    ['int64', 16000],
    ['bool', 1],
    ['float16', 0x3c00],
  ] as const)('may be of type %s', async (type, stored) => {
    const found = await filled([2], type === 'float16' ? 1 : stored, type);
    expect(found.data).toEqual([stored, stored]);
  });

  test('is refused where its shape or its number is not known', () => {
    const fill = (
      shape: Dimension[] | undefined,
      constants: Record<string, number>,
      type: 'float32' | 'int64' = 'float32',
    ) => withConstantInputs(inMemory(model(parts(shape, type))), constants);
    expect(() => fill([null, null], { state: 0 })).toThrow(
      /--input state: the model leaves its shape open \(\[\?, \?\]\), add --shape state=16$/,
    );
    expect(() => fill(undefined, { state: 0 })).toThrow(/does not declare how many axes/);
    expect(() => fill([2], { stat: 0 })).toThrow(
      /--input stat: the model has no such input \(its inputs: x, state\)/,
    );
    expect(() => fill([2], { state: 0.5 }, 'int64')).toThrow(/--input state=0.5: the input is of type int64/);
    expect(() => fill([2], { '*': 0 })).toThrow(/every input of the model a constant: one has to be fed/);
  });

  test('is told in the run, and counts where runs are compared', async () => {
    const cwd = await folderWith({ 'net.onnx': modelBytes(parts([2, null])) });
    const args = ['analyze', 'net.onnx', '--data', 'random:40', '--shape', 'x=5x4', '--quiet'];
    const missing = await runProgram(args, { cwd });
    expect(missing.code).toBe(2);
    for (const number of [0, 1]) {
      const made = await runProgram([...args, '--input', `state=${number}`, '--out', `run${number}`], {
        cwd,
      });
      expect(made).toMatchObject({ code: 0 });
    }
    const run = await readRun(join(cwd, 'run1'));
    expect(run.settings.inputs).toEqual({ state: 1 });
    expect(run.data.samples).toBe(40);
    const checked = await runProgram(['check', 'run1', '--baseline', 'run0', '--max-drop', '0.1'], { cwd });
    expect(checked.code).toBe(2);
    expect(checked.stderr).toMatch(
      /the baseline was made with inputs state=0, this run with state=1 \(--input\)/,
    );
  });

  test('gives the numbers that data of it would', async () => {
    const cwd = await folderWith({
      'net.onnx': modelBytes({
        inputs: [value('x', 'float32', ['batch', 4]), value('gain', 'float32', ['batch', 1])],
        initializers: [tensor('w', 'float32', [4, 3], wave(12, 1))],
        nodes: [
          node('Mul', ['x', 'gain'], ['g']),
          node('MatMul', ['g', 'w'], ['y'], {}, { name: 'layer/MatMul' }),
        ],
        outputs: ['y'],
      }),
    });
    const [half, one] = await Promise.all(
      [0.5, 1].map((gain) =>
        analyze({ model: resolve(cwd, 'net.onnx'), data: 'random:70', batchSize: 16, inputs: { gain } }),
      ),
    );
    expect((half.layers[0].trace ?? 0) / (one.layers[0].trace ?? 1)).toBeCloseTo(0.25, 9);
  });
});
