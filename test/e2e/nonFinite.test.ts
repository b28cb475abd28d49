import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../src/run/schema.js';
import { npyBytes } from '../data/npyBytes.js';
import { delve } from '../support/commandLine.js';
import { folderWith } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const identity = tensor('w', 'float32', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1]);
const inputs = [value('x', 'float32', ['n', 3])];
const layer = (from: string, to: string, name: string, weight = 'w') =>
  node('MatMul', [from, weight], [to], {}, { name: `/${name}/MatMul` });

/** Twelve samples (i/10, i/20, 1.5 − i/10), but for some. */
function samples(odd: Readonly<Record<number, readonly number[]>>): Buffer {
  const rows = Array.from({ length: 12 }, (_, i) => odd[i] ?? [i / 10, i / 20, 1.5 - i / 10]);
  return npyBytes("'<f4'", '(12, 3)', Float32Array.from(rows.flat()));
}

async function analysed(model: Uint8Array, data: Buffer, ...options: string[]) {
  const folder = await folderWith({ 'model.onnx': model, 'x.npy': data });
  const at = (name: string) => join(folder, name);
  const { code, stderr, stdout } = await delve([
    'analyze',
    at('model.onnx'),
    '--data',
    at('x.npy'),
    '--in-order',
    '--out',
    at('run'),
    ...options,
  ]);
  const read = async (): Promise<Run> => JSON.parse(await readFile(at('run/run.json'), 'utf8'));
  return { code, stderr, stdout, folder, read };
}

describe('where NaN or Inf came from', () => {
  const root = modelBytes({
    inputs,
    nodes: [
      layer('x', 'h', 'before'),
      node('Sqrt', ['h'], ['s'], {}, { name: '/root/Sqrt' }),
      node('Mul', ['s', 's'], ['m'], {}, { name: '/square/Mul' }),
      layer('m', 'g', 'after'),
      layer('g', 'y', 'last'),
    ],
    initializers: [identity],
    outputs: ['y'],
  });

  test.each([['1'], ['4'], ['5'], ['12'], ['auto']])(
    'the first layer, the sample and the operator, with --batch %s',
    async (batch) => {
      const { code, stderr, read, folder } = await analysed(
        root,
        samples({ 6: [0.5, -0.25, 1], 8: [-1, -1, -1] }),
        '--batch',
        batch,
      );
      expect(code).toBe(0);
      const { nonFinite, warnings, layers } = await read();
      expect(nonFinite).toMatchObject({
        layer: 'after',
        value: 'NaN',
        sample: `${join(folder, 'x.npy')}, sample 6`,
        from: 'operator',
        operator: { node: '/root/Sqrt', op: 'Sqrt' },
        reason: 'Sqrt (node /root/Sqrt) made it of h (-0.25 to 1)',
      });
      expect(warnings?.join('\n')).toMatch(
        /^NaN came up first in layer after, on .*x.npy, sample 6 \(batch \d+\)/m,
      );
      expect(stderr).toMatch(/NaN came up first in layer after/);
      expect(layers.map(({ saturation }) => saturation === null)).toEqual([false, true, true]);
    },
  );

  test('an overflow, through the NaN that was made of it', async () => {
    const overflow = modelBytes({
      inputs,
      nodes: [
        layer('x', 'h', 'before'),
        node('Exp', ['h'], ['e'], {}, { name: '/Exp' }),
        node('Sub', ['e', 'e'], ['d'], {}, { name: '/Sub' }),
        layer('d', 'y', 'after'),
      ],
      initializers: [identity],
      outputs: ['y'],
    });
    const { read } = await analysed(overflow, samples({ 3: [100, 1, 0] }));
    expect((await read()).nonFinite).toMatchObject({
      layer: 'after',
      value: 'NaN',
      operator: { node: '/Sub', op: 'Sub' },
      reason:
        'Sub (node /Sub) made it of e (1 to 2.72 and 1 infinity); the infinity: Exp (node /Exp) made it of h (0 to 100)',
    });
  });

  test('infinities that are meant, as those of a mask, are passed over', async () => {
    const masked = modelBytes({
      inputs,
      nodes: [
        layer('x', 'h', 'before'),
        node('Add', ['h', 'mask'], ['scores'], {}, { name: '/Add' }),
        node('Softmax', ['scores'], ['p'], {}, { name: '/Softmax' }),
        node('Log', ['h'], ['l'], {}, { name: '/Log' }),
        node('Add', ['p', 'l'], ['s'], {}, { name: '/Add_1' }),
        layer('s', 'y', 'after'),
      ],
      initializers: [identity, tensor('mask', 'float32', [3], [0, 0, Number.NEGATIVE_INFINITY])],
      outputs: ['y'],
    });
    const odd = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [i, [1 + i, 2, 3 + i / 2]]));
    const { read } = await analysed(masked, samples({ ...odd, 7: [1, -2, 3] }));
    expect((await read()).nonFinite).toMatchObject({
      layer: 'after',
      sample: expect.stringMatching(/sample 7$/),
      operator: { node: '/Log', op: 'Log' },
    });
  });

  test('the weights', async () => {
    const broken = modelBytes({
      inputs,
      nodes: [layer('x', 'h', 'before'), layer('h', 'y', 'after', 'v')],
      initializers: [identity, tensor('v', 'float32', [3, 3], [1, 0, 0, Number.NaN, 1, 0, 0, 0, 1])],
      outputs: ['y'],
    });
    const { read } = await analysed(broken, samples({}), '--measure-at', 'output');
    expect((await read()).nonFinite).toMatchObject({
      layer: 'after',
      from: 'weights',
      tensor: 'v',
      operator: { node: '/after/MatMul', op: 'MatMul' },
      reason: 'MatMul (node /after/MatMul) has it in its weights v',
    });
  });

  test('the data', async () => {
    const { read } = await analysed(root, samples({ 9: [0, Number.NaN, 0] }), '--batch', '4');
    expect((await read()).nonFinite).toMatchObject({
      layer: 'before',
      batch: 3,
      sample: expect.stringMatching(/sample 9$/),
      from: 'data',
      tensor: 'x',
      reason: 'the data hold it, in input x',
    });
  });

  test('of a model that fixes its batch size', async () => {
    const fixed = modelBytes({
      inputs: [value('x', 'float32', [5, 3])],
      nodes: [layer('x', 'h', 'before'), node('Sqrt', ['h'], ['s']), layer('s', 'y', 'after')],
      initializers: [identity],
      outputs: ['y'],
    });
    const { read } = await analysed(fixed, samples({ 11: [1, 1, -1] }));
    expect((await read()).nonFinite).toMatchObject({ batch: 3, sample: expect.stringMatching(/sample 11$/) });
  });

  test('of products that overflow, though all numbers are finite, there is nothing to tell', async () => {
    const { read } = await analysed(root, samples({ 2: [1e25, 0, 1] }), '--precision', 'float32');
    const run = await read();
    expect(run.layers[0].invalid?.reason).toMatch(/products overflow/);
    expect(run.nonFinite).toBeUndefined();
  });

  test('a healthy run says nothing', async () => {
    const { read, stderr } = await analysed(root, samples({}));
    expect((await read()).nonFinite).toBeUndefined();
    expect(stderr).not.toMatch(/NaN/);
  });
});

describe('--on-nonfinite skip', () => {
  const root = (batch: number | string = 'n') =>
    modelBytes({
      inputs: [value('x', 'float32', [batch, 3])],
      nodes: [layer('x', 'h', 'before'), node('Sqrt', ['h'], ['s']), layer('s', 'y', 'after')],
      initializers: [identity],
      outputs: [value('y', 'float32', [batch, 3])],
    });
  const bad = { 0: [1, -1, 1], 6: [0.5, -0.25, 1], 11: [-1, -1, -1] };
  const rows = Array.from({ length: 12 }, (_, i) => i).filter((i) => !(i in bad));

  test.each([
    ['n', '1'],
    ['n', '4'],
    ['n', '5'],
    ['n', '12'],
    [5, '5'],
  ] as const)(
    'gives the numbers of the other samples (model of batch %s, --batch %s)',
    async (size, batch) => {
      const skipped = await analysed(root(size), samples(bad), '--on-nonfinite', 'skip', '--batch', batch);
      expect(skipped.code).toBe(0);
      const run = await skipped.read();
      expect(run.data).toMatchObject({ samples: 9, skipped: 3, available: 12 });
      expect(run.data.skippedSamples?.map(({ origin }) => origin.replace(/.*, /, ''))).toEqual([
        'sample 0',
        'sample 6',
        'sample 11',
      ]);
      expect(run.nonFinite).toBeUndefined();
      const others = npyBytes(
        "'<f4'",
        '(9, 3)',
        Float32Array.from(rows.flatMap((i) => [i / 10, i / 20, 1.5 - i / 10])),
      );
      const whole = await (await analysed(root(), others)).read();
      for (const [k, { name, observations, eigenvalues, trace }] of whole.layers.entries()) {
        expect(run.layers[k]).toMatchObject({ name, observations });
        expect(run.layers[k].trace).toBeCloseTo(trace ?? Number.NaN, 12);
        for (const [i, eigenvalue] of eigenvalues.entries())
          expect(run.layers[k].eigenvalues[i]).toBeCloseTo(eigenvalue, 12);
      }
    },
  );

  test('counts the answers of the others only', async () => {
    const folder = await folderWith({
      'model.onnx': root(),
      'x.npy': samples(bad),
      'labels.txt': `${Array.from({ length: 12 }, (_, i) => (i < 8 ? 2 : 0)).join('\n')}\n`,
    });
    const at = (name: string) => join(folder, name);
    const { code, stdout } = await delve([
      ...['analyze', at('model.onnx'), '--data', at('x.npy'), '--labels', at('labels.txt'), '--json'],
      ...['--on-nonfinite', 'skip', '--batch', '4', '--in-order', '--out', at('run')],
    ]);
    expect(code).toBe(0);
    const run: Run = JSON.parse(stdout);
    // √ keeps the order: 1.5 − i/10 is the largest up to i = 7, and i/10 from 8 on.
    expect(run.data.labels).toMatchObject({ samples: 9, top1: 1 });
  });

  test('where all samples are bad, says so', async () => {
    const all = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [i, [-1, -1, -1]]));
    const { code, stderr } = await analysed(root(), samples(all), '--on-nonfinite', 'skip', '--quiet');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^delve: all 12 samples make a layer NaN or infinite, .*x.npy, sample 0 to begin with/,
    );
  });

  test('is refused where samples of a batch act on each other, and with --embedding', async () => {
    const bytes = modelBytes({
      inputs: [value('x', 'float32', [4, 3])],
      nodes: [
        layer('x', 'h', 'before'),
        node('ReduceMean', ['h'], ['m'], { axes: [0n], keepdims: 1n }),
        node('Sub', ['h', 'm'], ['d']),
        layer('d', 'y', 'after'),
      ],
      initializers: [identity],
      outputs: ['y'],
    });
    const refused = await analysed(bytes, samples({}), '--on-nonfinite', 'skip', '--quiet');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/ReduceMean.* cannot tell which one is at fault/);
    const embedding = await analysed(root(), samples({}), '--on-nonfinite', 'skip', '--embedding', '--quiet');
    expect(embedding.code).toBe(2);
    expect(embedding.stderr).toMatch(/--embedding shows all samples/);
  });
});
