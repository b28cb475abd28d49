import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnalyzeOptions, Run } from '../../src/index.js';
import { npyBytes } from '../data/npyBytes.js';
import { folderWith, lastingFolder } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const { analyze }: typeof import('../../src/index.js') = await import(
  new URL('../../dist/index.js', import.meta.url).href
);

const WIDTH = 6;
const numbers = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i + 0.1 * i * i));

/**
 * Tokens → embedding → a linear layer of [N, T, F], one of [N · T, F], one of [T, N, F], a convolution over [N, F, T] and a
 * head on the mean of the valid tokens. None looks at other positions, so that a text alone, without padding, tells what
 * each of them has to be.
 */
const model = (length: number | string) =>
  modelBytes({
    inputs: [
      value('input_ids', 'int64', ['batch', length]),
      value('attention_mask', 'int64', ['batch', length]),
    ],
    outputs: ['logits', 'steps', 'conv'],
    initializers: [
      tensor('table', 'float32', [900, WIDTH], numbers(900 * WIDTH, 1)),
      tensor('wide', 'float32', [WIDTH, 200], numbers(WIDTH * 200, 9)),
      tensor('w1', 'float32', [WIDTH, WIDTH], numbers(WIDTH ** 2, 2)),
      tensor('w2', 'float32', [WIDTH, WIDTH], numbers(WIDTH ** 2, 3)),
      tensor('w3', 'float32', [WIDTH, WIDTH], numbers(WIDTH ** 2, 4)),
      tensor('k', 'float32', [4, WIDTH, 1], numbers(4 * WIDTH, 5)),
      tensor('w4', 'float32', [WIDTH, 3], numbers(WIDTH * 3, 6)),
      tensor('flat', 'int64', [2], [-1, WIDTH]),
      tensor('last', 'int64', [1], [2]),
      tensor('middle', 'int64', [1], [1]),
    ],
    nodes: [
      node('Gather', ['table', 'input_ids'], ['e']),
      node('MatMul', ['e', 'wide'], ['g'], {}, { name: '/wide/MatMul' }),
      node('MatMul', ['e', 'w1'], ['a'], {}, { name: '/tokens/MatMul' }),
      node('Relu', ['a'], ['r']),
      node('Reshape', ['r', 'flat'], ['f']),
      node('MatMul', ['f', 'w2'], ['b'], {}, { name: '/flat/MatMul' }),
      node('Transpose', ['r'], ['s'], { perm: [1n, 0n, 2n] }),
      node('MatMul', ['s', 'w3'], ['steps'], {}, { name: '/steps/MatMul' }),
      node('Transpose', ['r'], ['c'], { perm: [0n, 2n, 1n] }),
      node('Conv', ['c', 'k'], ['conv'], {}, { name: '/conv/Conv' }),
      node('Cast', ['attention_mask'], ['m'], { to: 1n }),
      node('Unsqueeze', ['m', 'last'], ['m3']),
      node('Mul', ['r', 'm3'], ['rm']),
      node('ReduceSum', ['rm', 'middle'], ['pooled'], { keepdims: 0n }),
      node('MatMul', ['pooled', 'w4'], ['head'], {}, { name: '/head/MatMul' }),
      node('ReduceMax', ['b'], ['x'], { keepdims: 0n }),
      node('ReduceMax', ['g'], ['y'], { keepdims: 0n }),
      node('Add', ['head', 'x'], ['h']),
      node('Add', ['h', 'y'], ['logits']),
    ],
  });

const folder = lastingFolder();
const texts = resolve('fixtures/formats/text/sentences.txt');
const tokenizer = resolve('fixtures/formats/text/wordpiece.json');

async function run(options: Partial<AnalyzeOptions>, length: number | string = 'sequence'): Promise<Run> {
  const path = join(folder.path, `${length}.onnx`);
  await writeFile(path, model(length));
  return analyze({
    model: path,
    data: texts,
    text: { tokenizer },
    threads: 1,
    uncertainty: false,
    ...options,
  });
}

function expectSame(found: Run, wanted: Run, places = 6): void {
  expect(found.layers.map(({ name }) => name)).toEqual(wanted.layers.map(({ name }) => name));
  for (const [i, layer] of found.layers.entries()) {
    const other = wanted.layers[i];
    expect(layer.observations, layer.name).toBe(other.observations);
    const scale = other.eigenvalues[0];
    for (const [k, eigenvalue] of layer.eigenvalues.entries()) {
      expect(eigenvalue / scale, `${layer.name} ${k}`).toBeCloseTo(other.eigenvalues[k] / scale, places);
    }
  }
}

describe('padded positions', () => {
  let alone: Run;
  beforeAll(async () => {
    alone = await run({ batchSize: 1, mask: false });
  });

  it.each<[string, Partial<AnalyzeOptions>]>([
    ['in batches of 16, the last of 4', { batchSize: 16 }],
    ['several batches a run', { batchSize: 7, accumulate: 3 }],
    ['at the outputs', { batchSize: 16, measureAt: 'output' }],
  ])('are no observations, %s', async (_, options) => {
    const found = await run(options);
    expectSame(found, alone);
    expect(found.settings.mask).toBe('attention_mask');
    expect(found.layers.find(({ name }) => name === 'head')?.observations).toBe(100);
  });

  it('are none in float32 either, and where the model fixes their number', async () => {
    expectSame(
      await run({ batchSize: 16, precision: 'float32' }),
      await run({ batchSize: 1, precision: 'float32' }),
      4,
    );
    expectSame(await run({ batchSize: 16 }, 200), alone);
  });

  it('have no last step that counts', async () => {
    // Byte-level BPE is filled up on the left.
    const bpe = resolve('fixtures/formats/text/bpe.json');
    const options = { sequenceMethod: 'last', text: { tokenizer: bpe } } as const;
    const found = await run({ ...options, batchSize: 16 });
    const wanted = await run({ ...options, batchSize: 1, mask: false });
    // Without a mask [N · T, F] and [T, N, F] do not tell where a text ends.
    const ordered = ['wide', 'tokens', 'conv', 'head'];
    const only = (of: Run): Run => ({
      ...of,
      layers: of.layers.filter(({ name }) => ordered.includes(name)),
    });
    expectSame(only(found), only(wanted));
    expect(found.layers.find(({ name }) => name === 'tokens')?.observations).toBe(100);
    // The last token of WordPiece is [SEP], whatever the text.
    const { layers } = await run({ sequenceMethod: 'last', batchSize: 16 });
    const names = ['tokens', 'flat', 'steps'];
    const same = layers.filter(({ name }) => names.includes(name));
    expect(same.map(({ observations }) => observations)).toEqual([100, 100, 100]);
    for (const { trace, name } of same) expect(trace, name).toBeLessThan(1e-9);
  });

  it('count where that is asked for, which moves the numbers', async () => {
    const padded = await run({ batchSize: 16, mask: false });
    const masked = await run({ batchSize: 16 });
    expect(padded.settings.mask).toBeUndefined();
    const [all, valid] = [padded, masked].map(({ layers }) => layers[0].observations);
    expect(all).toBeGreaterThan(valid);
    expect(padded.layers[0].trace).not.toBeCloseTo(masked.layers[0].trace ?? 0, 3);
  });

  it('are told by whatever input is named, which has to be a mask', async () => {
    const folder = await folderWith({
      'model.onnx': modelBytes({
        inputs: [value('x', 'float32', ['n', 3, 2]), value('valid', 'float32', ['n', 3])],
        outputs: ['y', 'v'],
        initializers: [tensor('w', 'float32', [2, 2], [1, 0, 0, 1])],
        nodes: [
          node('MatMul', ['x', 'w'], ['y'], {}, { name: '/l/MatMul' }),
          node('Identity', ['valid'], ['v']),
        ],
      }),
      'x.npy': npyBytes("'<f4'", '(2, 3, 2)', Float32Array.of(1, 2, 3, 5, 100, 100, 4, 4, -100, 7, 6, 1)),
      'valid.npy': npyBytes("'<f4'", '(2, 3)', Float32Array.of(1, 1, 0, 1, 0, 1)),
    });
    const options = {
      model: join(folder, 'model.onnx'),
      data: [`x=${join(folder, 'x.npy')}`, `valid=${join(folder, 'valid.npy')}`],
    };
    const found = await analyze({ ...options, mask: 'valid' });
    // (1, 2), (3, 5), (4, 4), (6, 1): means 3.5 and 3, sums of squares about them 13 and 10, of products −3, by 4.
    expect(found.layers[0].observations).toBe(4);
    expect(found.layers[0].trace).toBeCloseTo(23 / 4, 12);
    const half = Math.sqrt(((13 - 10) / 8) ** 2 + (-3 / 4) ** 2);
    expect(found.layers[0].eigenvalues[0]).toBeCloseTo(23 / 8 + half, 12);
    // A mask of real numbers is none by itself.
    expect((await analyze(options)).layers[0].observations).toBe(6);
    await expect(analyze({ ...options, mask: 'no' })).rejects.toThrow(
      '--mask no: the model has no such input',
    );
    await expect(analyze({ ...options, mask: 'x' })).rejects.toThrow('this input has 3 axes');
  });
});
