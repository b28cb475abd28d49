import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Api from '../../src/index.js';
import { CkaSums } from '../../src/similarity/cka.js';
import { centredGram, unbiasedHsic } from '../../src/similarity/hsic.js';
import { meanCorrelation, whitening } from '../../src/similarity/svcca.js';
import { npyBytes } from '../data/npyBytes.js';
import { built } from '../support/built.js';
import { delve } from '../support/commandLine.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { isMutationTest } from '../support/mutationTest.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const { similarity } = await built<typeof Api>('index.js');

const goldens: Record<string, { layers: string[]; cka: number[][]; svcca: number[][] }> = JSON.parse(
  await readFile('fixtures/similarity/goldens.json', 'utf8'),
);

async function floatImages(): Promise<string> {
  const raw = await readFile('fixtures/mnist.npy');
  const pixels = Float32Array.from(raw.subarray(raw.length - 397 * 784), (byte) => Math.fround(byte) / 255);
  const path = join(await temporaryDirectory(), 'images.npy');
  await writeFile(path, npyBytes("'<f4'", '(397, 28, 28)', pixels));
  return path;
}

describe.each(Object.entries(goldens))('%s', (model, { layers, cka, svcca }) => {
  it('has the CKA and SVCCA of NumPy between its layers', async () => {
    const found = await similarity({
      ...{ model: resolve(`fixtures/${model}.onnx`), data: await floatImages(), layers, provider: 'cpu' },
    });
    expect(found.layers).toEqual(layers);
    for (const [i, row] of cka.entries()) {
      for (const [j, expected] of row.entries()) {
        expect(Math.abs((found.cka[i][j] ?? -1) - expected), `CKA ${layers[i]} ${layers[j]}`).toBeLessThan(
          1e-6,
        );
        expect(
          Math.abs((found.svcca[i][j] ?? -1) - svcca[i][j]),
          `SVCCA ${layers[i]} ${layers[j]}`,
        ).toBeLessThan(1e-6);
      }
    }
  });
});

describe('the unbiased HSIC', () => {
  it('is 0 in expectation where one kernel is constant, and scales with both', () => {
    const constant = centredGram(new Float64Array(25).fill(3), 5);
    const other = centredGram(
      Float64Array.from({ length: 25 }, (_, i) => ((i % 5) * Math.floor(i / 5)) % 4),
      5,
    );
    expect(Math.abs(unbiasedHsic(constant, other))).toBeLessThan(1e-12);
    const doubled = {
      ...other,
      values: other.values.map((v) => 2 * v),
      rows: other.rows.map((v) => 2 * v),
      total: 2 * other.total,
    };
    expect(unbiasedHsic(other, doubled)).toBeCloseTo(2 * unbiasedHsic(other, other), 12);
  });
});

describe('CKA', () => {
  it('of two models is that of one with itself where they are the same', () => {
    const grams = [1, 2, 3].map((seed) =>
      centredGram(
        Float64Array.from({ length: 36 }, (_, i) => {
          const [a, b] = [i % 6, Math.floor(i / 6)];
          return Math.cos(seed * a) * Math.cos(seed * b) + (a === b ? 1 : 0);
        }),
        6,
      ),
    );
    const one = new CkaSums(3);
    const two = new CkaSums(3, 3);
    one.add(grams);
    two.add(grams, grams);
    const [a, b] = [one.matrix(), two.matrix()];
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(a[i][j]).toBeCloseTo(b[i][j] ?? -1, 12);
  });
});

describe('SVCCA', () => {
  it('is 1 between features and any rotation of them, and 0 between orthogonal ones', () => {
    expect(meanCorrelation(Float64Array.of(0.6, -0.8, 0.8, 0.6), 2, 2)).toBeCloseTo(1, 12);
    expect(meanCorrelation(new Float64Array(6), 2, 3)).toBe(0);
    // Singular values 0.5 and 0.25, from either side.
    expect(meanCorrelation(Float64Array.of(0.5, 0, 0, 0, 0.25, 0), 2, 3)).toBeCloseTo(0.375, 12);
    expect(meanCorrelation(Float64Array.of(0.5, 0, 0, 0.25, 0, 0), 3, 2)).toBeCloseTo(0.375, 12);
  });

  it('has no directions where nothing varies', () => {
    expect(
      whitening({ count: 4, sum: Float64Array.of(8), scatter: Float64Array.of(16) }, 0.99),
    ).toBeUndefined();
  });
});

describe.skipIf(isMutationTest)('delve similarity', () => {
  const CNN = 'fixtures/mnist-cnn.onnx';

  it('gives JSON by the names of the contract, of one model and of two', async () => {
    const args = [
      '--data',
      'fixtures/mnist',
      '--layers',
      'layer6.*,fc',
      '--format',
      'json',
      '--quiet',
      '--provider',
      'cpu',
    ];
    const one = JSON.parse((await delve(['similarity', CNN, ...args])).stdout);
    expect(one.layers).toEqual(['layer6.conv1', 'layer6.conv2', 'layer6.down.0', 'fc']);
    expect(one.cka).toHaveLength(4);
    expect(one.cka[1][1]).toBe(1);
    expect(one).not.toHaveProperty('layersB');
    const two = JSON.parse((await delve(['similarity', CNN, 'fixtures/mnist-cnn-bn.onnx', ...args])).stdout);
    expect(two.layersB).toEqual(expect.arrayContaining(['fc']));
    expect(two.svcca[0]).toHaveLength(two.layersB.length);
    // The same network before its BatchNorm was folded: the logits are the same.
    expect(two.cka[3][two.layersB.indexOf('fc')]).toBeCloseTo(1, 6);
  });

  it('draws a heatmap and lists pairs', async () => {
    const folder = await temporaryDirectory();
    const args = [
      '--data',
      'fixtures/mnist',
      '--layers',
      'layer6.*',
      '--max-samples',
      '64',
      '--quiet',
      '--provider',
      'cpu',
    ];
    for (const name of ['a.svg', 'a.png', 'a.csv']) {
      const { code } = await delve(['similarity', CNN, ...args, '--output', join(folder, name)]);
      expect(code).toBe(0);
    }
    expect(await readFile(join(folder, 'a.svg'), 'utf8')).toContain('Linear CKA');
    expect((await readFile(join(folder, 'a.png'))).subarray(1, 4).toString()).toBe('PNG');
    expect((await readFile(join(folder, 'a.csv'), 'utf8')).trim().split('\r\n')).toHaveLength(10);
    const table = await delve(['similarity', CNN, ...args]);
    expect(table.stdout).toMatch(/layer6\.conv1 +1\.00 /);
  });

  it('says null of a layer that gives the same for all samples', async () => {
    const folder = await temporaryDirectory();
    const model = join(folder, 'flat.onnx');
    await writeFile(
      model,
      modelBytes({
        inputs: [value('x', 'float32', ['n', 3])],
        nodes: [
          node('Gemm', ['x', 'zero', 'b'], ['flat'], {}, { name: '/flat/Gemm' }),
          node('Gemm', ['x', 'w', 'b'], ['y'], {}, { name: '/real/Gemm' }),
        ],
        initializers: [
          tensor('zero', 'float32', [3, 2], [0, 0, 0, 0, 0, 0]),
          tensor('w', 'float32', [3, 2], [1, 2, 3, 4, 5, 7]),
          tensor('b', 'float32', [2], [1, 1]),
        ],
        outputs: ['flat', 'y'],
      }),
    );
    const { cka, svcca } = await similarity({ model, data: 'random:40', provider: 'cpu' });
    expect(cka).toEqual([
      [null, null],
      [null, 1],
    ]);
    expect(svcca).toEqual([
      [null, null],
      [null, 1],
    ]);
  });

  it.each([
    [[CNN], /--data is missing/],
    [
      [CNN, 'fixtures/mnist-rnn.onnx', '--data', 'fixtures/mnist', '--batch', '2'],
      /CKA needs batches of 4 samples/,
    ],
    [[CNN, '--data', 'random:3'], /holds 3 samples, too few/],
    [[CNN, '--data', 'fixtures/mnist', '--output', CNN], /would be written over/],
    [[CNN, '--data', 'fixtures/mnist', '--format', 'png'], /--format png goes to a file/],
  ])('%j: one sentence and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await delve([
      'similarity',
      ...args,
      '--quiet',
      '--provider',
      'cpu',
      '--max-samples',
      '40',
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});
