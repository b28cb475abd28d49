import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type * as Api from '../../src/index.js';
import { npyBytes } from '../data/npyBytes.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

// The engine's workers exist as built files only.
const { compress, projectLayers, analyze } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof Api;

const CNN = resolve('fixtures/mnist-cnn.onnx');
const IMAGES = resolve('fixtures/mnist');
const WORDS = ['nought', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const options = { model: CNN, data: IMAGES, provider: 'cpu' as const, layers: ['layer6.conv2'] };

/** The digits in one list, class after class, and a file with a label for each. */
async function digits(nameOf: (digit: number) => string) {
  const folder = await temporaryDirectory();
  const paths: string[] = [];
  const names: string[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const inside = join(IMAGES, String(digit));
    for (const file of (await readdir(inside)).sort()) {
      paths.push(join(inside, file));
      names.push(nameOf(digit));
    }
  }
  const [list, labels] = [join(folder, 'list.txt'), join(folder, 'labels.txt')];
  await writeFile(list, `${paths.join('\n')}\n`);
  await writeFile(labels, `${names.join('\n')}\n`);
  return { data: `@${list}`, labels };
}

describe('the accuracy before and after', () => {
  it('goes by the names of the classes', async () => {
    const given = await digits((digit) => WORDS[digit]);
    const named = await compress({ ...options, ...given, classes: WORDS, threshold: 0.98 });
    expect(named.accuracy?.before).toBeCloseTo(393 / 397, 6);
    expect(named.warnings).toBeUndefined();
    // In the order of their names they would be other classes, which is said.
    const unnamed = await compress({ ...options, ...given, threshold: 0.98 });
    expect(unnamed.warnings).toEqual([
      expect.stringMatching(
        /would be about 99\.0 % if the labels stood for its classes in another order: pass --classes/,
      ),
    ]);
  });

  it('is none where labels are no classes of the output, with the reason', async () => {
    const given = await digits((digit) => String(digit + 1));
    const compression = await compress({ ...options, ...given, threshold: 0.98 });
    expect(compression.accuracy).toBeUndefined();
    expect(compression.warnings).toEqual([
      'no accuracy: label 10 is outside the 10 classes (0 to 9) of the model’s output: check the labels'.replace(
        '’',
        "'",
      ),
    ]);
    const projection = await projectLayers({ ...options, ...given, threshold: 0.98 });
    expect(projection.accuracy).toBeNull();
    expect(projection.warnings).toEqual(compression.warnings);
  });

  it('counts classes of which no sample is held out among the others', async () => {
    // The first class is in the first batch alone, which is not judged: the others must not move up.
    const given = await digits((digit) => `class ${digit}`);
    const size = (await readdir(join(IMAGES, '0'))).length;
    const held = await compress({ ...options, ...given, batchSize: size, maxDrop: 0.5 });
    expect(held.data.heldOut).toBe(true);
    expect(held.accuracy?.before).toBeGreaterThan(0.95);
  });
});

describe('a dead layer', () => {
  it('can be taken for a constant: every output stays as it is', async () => {
    const folder = await temporaryDirectory();
    const [model, x] = ['model.onnx', 'x.npy'].map((name) => join(folder, name));
    const numbers = (count: number, seed: number) =>
      Array.from({ length: count }, (_, i) => Math.sin(seed * (i * i + i) + seed));
    await writeFile(
      model,
      modelBytes({
        inputs: [value('x', 'float32', ['n', 12])],
        nodes: [
          node('Gemm', ['x', 'w', 'b'], ['h'], {}, { name: '/live/Gemm' }),
          node('Relu', ['h'], ['r']),
          node('Gemm', ['r', 'zero', 'c'], ['d'], {}, { name: '/still/Gemm' }),
          node('Relu', ['d'], ['s']),
          node('Add', ['r', 's'], ['both']),
          node('Gemm', ['both', 'v', 'e'], ['y'], {}, { name: '/out/Gemm' }),
        ],
        outputs: ['y'],
        initializers: [
          tensor('w', 'float32', [12, 24], numbers(288, 1.1)),
          tensor('b', 'float32', [24], numbers(24, 0.7)),
          tensor(
            'zero',
            'float32',
            [24, 24],
            numbers(576, 0).map(() => 0),
          ),
          tensor('c', 'float32', [24], numbers(24, 1.9)),
          tensor('v', 'float32', [24, 5], numbers(120, 2.9)),
          tensor('e', 'float32', [5], numbers(5, 0.3)),
        ],
      }),
    );
    await writeFile(x, npyBytes("'<f4'", '(200, 12)', Float32Array.from(numbers(2400, 2.3))));
    const asked = { model, data: x, provider: 'cpu' as const };
    const { layers } = await analyze(asked);
    expect(layers.find(({ name }) => name === 'still')).toMatchObject({ deadFeatures: 24 });
    const { fidelity, layers: changed } = await compress({ ...asked, layers: ['still'], threshold: 0.9 });
    expect(changed[1]).toMatchObject({ action: 'factored', kept: 1, explained: 1 });
    expect(fidelity.outputs[0].relativeError).toBeLessThan(1e-6);
    // Of a layer that does vary the same cut is felt.
    const live = await compress({ ...asked, layers: ['live'], threshold: 0.5 });
    expect(live.fidelity.outputs[0].relativeError).toBeGreaterThan(0.01);
  });
});

describe('what is measured', () => {
  it('says which run the eigenvectors come from', async () => {
    const run = join(await temporaryDirectory(), 'half.delve');
    await analyze({ ...options, maxSamples: 200, moments: true, out: run });
    const { data } = await compress({ ...options, run, threshold: 0.9 });
    expect(data).toEqual({
      source: IMAGES,
      samples: 397,
      heldOut: false,
      run: { path: run, source: IMAGES, samples: 200 },
    });
    const projection = await projectLayers({ ...options, run, threshold: 0.9 });
    expect(projection.data.run).toEqual({ path: run, source: IMAGES, samples: 200 });
  });

  it('takes padding for no observation, as analyze does', async () => {
    const folder = await temporaryDirectory();
    const model = join(folder, 'tokens.onnx');
    const numbers = (count: number, seed: number) =>
      Array.from({ length: count }, (_, i) => Math.sin(seed + i * (1.7 + 0.01 * seed)));
    await writeFile(
      model,
      modelBytes({
        inputs: [value('x', 'float32', ['n', 't', 12]), value('attention_mask', 'int64', ['n', 't'])],
        nodes: [
          node('MatMul', ['x', 'w'], ['h']),
          node('Relu', ['h'], ['r']),
          node('Cast', ['attention_mask'], ['m'], { to: 1n }),
          node('Unsqueeze', ['m', 'last'], ['wide']),
          node('Mul', ['r', 'wide'], ['y']),
        ],
        outputs: ['y'],
        initializers: [tensor('w', 'float32', [12, 24], numbers(288, 1)), tensor('last', 'int64', [1], [2])],
      }),
    );
    const [x, mask] = [join(folder, 'x.npy'), join(folder, 'mask.npy')];
    // Padding is large and in one direction: counted, it would be the only one that matters.
    const isPadding = (position: number) => position % 5 > 2;
    const values = numbers(40 * 5 * 12, 2).map((each, i) =>
      isPadding(Math.floor(i / 12)) ? 50 * (i % 2) : each,
    );
    await writeFile(x, npyBytes("'<f4'", '(40, 5, 12)', Float32Array.from(values)));
    const ones = BigInt64Array.from({ length: 200 }, (_, i) => (isPadding(i) ? 0n : 1n));
    await writeFile(mask, npyBytes("'<i8'", '(40, 5)', ones));
    const tokens = { model, data: [`x=${x}`, `attention_mask=${mask}`], provider: 'cpu' as const };
    const run = join(folder, 'run');
    await analyze({ ...tokens, moments: true, out: run });
    const asked = { ...tokens, threshold: 0.8 };
    const [stored, first, all] = [
      await projectLayers({ ...asked, run }),
      await projectLayers(asked),
      await projectLayers({ ...asked, mask: false }),
    ];
    expect(first.layers).toEqual(stored.layers);
    expect(first.result.outputs[0].relativeError).toBeCloseTo(
      stored.result.outputs[0].relativeError ?? -1,
      6,
    );
    expect(all.layers[0].kept).toBe(1);
    expect(first.layers[0].kept).toBeGreaterThan(1);
  });

  it('fills inputs with a number, and writes a model that takes them', async () => {
    const folder = await temporaryDirectory();
    const [model, x, output] = ['model.onnx', 'x.npy', 'small.onnx'].map((name) => join(folder, name));
    const numbers = (count: number, seed: number) =>
      Array.from({ length: count }, (_, i) => Math.sin(seed * i + seed));
    await writeFile(
      model,
      modelBytes({
        inputs: [value('x', 'float32', ['n', 12]), value('state', 'float32', ['n', 12])],
        nodes: [
          node('Add', ['x', 'state'], ['s']),
          node('MatMul', ['s', 'w'], ['h']),
          node('Relu', ['h'], ['y']),
        ],
        outputs: ['y'],
        initializers: [tensor('w', 'float32', [12, 24], numbers(288, 1.1))],
      }),
    );
    await writeFile(x, npyBytes("'<f4'", '(50, 12)', Float32Array.from(numbers(600, 2.3))));
    const { fidelity } = await compress({
      ...{ model, data: x, inputs: { state: 0.5 }, threshold: 0.7, output, provider: 'cpu' },
    });
    const session = await ort.InferenceSession.create(output);
    expect(session.inputNames).toEqual(['x', 'state']);
    const tensors = {
      x: new ort.Tensor('float32', Float32Array.from(numbers(600, 2.3)), [50, 12]),
      state: new ort.Tensor('float32', new Float32Array(600).fill(0.5), [50, 12]),
    };
    const before = (await (await ort.InferenceSession.create(model)).run(tensors)).y.data as Float32Array;
    const after = (await session.run(tensors)).y.data as Float32Array;
    const norm = (of: Float32Array) => Math.hypot(...of);
    const error = norm(after.map((each, i) => each - before[i])) / norm(before);
    expect(fidelity.outputs[0].relativeError).toBeCloseTo(error, 5);
    expect(error).toBeGreaterThan(0.01);
    expect((await readFile(output)).length).toBeGreaterThan(0);
  });
});
