import { beforeAll, describe, expect, test } from 'vitest';
import { npyBytes } from '../data/npyBytes.js';
import { analyses } from '../support/analyses.js';
import { delve } from '../support/commandLine.js';
import { CROSS } from '../support/crossData.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const CNN = 'fixtures/mnist-cnn.onnx';
const IMAGES = 'fixtures/mnist';
const { at, put, analyze } = analyses();

/** y = x I, as `crossData` has it, with the shape of its output. */
const crossModel = (batch: 'n' | number) =>
  modelBytes({
    inputs: [value('x', 'float32', [batch, 3])],
    nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
    initializers: [tensor('w', 'float32', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])],
    outputs: [value('y', 'float32', [batch, 3])],
  });

beforeAll(async () => {
  // y = x, so that the highest of the three values is the answer: classes 0, 0, 1, 2.
  await put('x.npy', npyBytes("'<f8'", '(4, 3)', Float64Array.from(CROSS)));
  await put('cross.onnx', crossModel('n'));
  await put('fixed.onnx', crossModel(3));
  await put('l.txt', '0\n2\n1\n1\n');
  await put(
    'early.onnx',
    modelBytes({
      inputs: [value('x', 'float32', ['n', 3])],
      nodes: [
        node('MatMul', ['x', 'w'], ['h'], {}, { name: '/fc/MatMul' }),
        node('MatMul', ['h', 'w'], ['y'], {}, { name: '/head/MatMul' }),
      ],
      initializers: [tensor('w', 'float32', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])],
      outputs: [value('y', 'float32', ['n', 3])],
    }),
  );
});

describe('the accuracy of the same pass', () => {
  // onnxruntime in Python, on pixels that Pillow decoded: 393 of 397 first, all among five.
  test('is that of the model on the images', async () => {
    const { data } = await analyze(CNN, '--data', IMAGES);
    expect(data.labels).toMatchObject({ classes: 10, samples: 397, top1: 393 / 397, top5: 1 });
    expect(data.labels?.counts).toMatchObject({ 0: 33, 9: 41 });
  });

  test('does not depend on the size of batches, nor on one that the model fixes', async () => {
    for (const options of [
      [at('cross.onnx'), '--batch', '4'],
      [at('cross.onnx'), '--batch', '3'],
      [at('fixed.onnx')],
      // The class output is computed even where only an earlier layer is observed.
      [at('early.onnx'), '--layers', 'fc'],
    ]) {
      const { data } = await analyze(...options, '--data', at('x.npy'), '--labels', at('l.txt'));
      // The third sample, (−2, 1, 0), is 1; the fourth, (−2, −1, 0), would be 2.
      expect(data.labels, options.join(' ')).toEqual({
        classes: 3,
        samples: 4,
        top1: 0.5,
        counts: { 0: 1, 1: 2, 2: 1 },
      });
    }
  });

  test('points to the preprocessing where it is at chance, and to the order of classes', async () => {
    const wrong = await delve(['analyze', CNN, '--data', IMAGES, '--mean', '72.9', '--out', at('wrong')]);
    expect(wrong.stderr).toContain('no more than guessing');
    expect(wrong.stdout).toContain('look at the preprocessing');
    const order = ['--classes', '1,0,3,2,5,4,7,6,9,8'];
    const swapped = await delve(['analyze', CNN, '--data', IMAGES, ...order, '--out', at('swapped')]);
    expect(swapped.stdout.replace(/\s+/g, ' ')).toContain(
      'would be about 99.0 % if the labels stood for its classes',
    );
  });
});

describe('a limit on the samples', () => {
  const of = (...options: string[]) =>
    analyze(CNN, '--data', IMAGES, '--max-samples', '60', '--layers', 'stem', ...options);

  test('draws them from all classes, and the run says how', async () => {
    const drawn = await of();
    expect(Object.keys(drawn.data.labels?.counts ?? {}).length).toBeGreaterThan(5);
    expect(drawn.settings).toMatchObject({ maxSamples: 60, order: 'drawn', orderSeed: 0 });
    expect(await of('--seed', '1')).toMatchObject({ settings: { orderSeed: 1 } });
  });

  test('takes the first with --in-order, and the difference is told', async () => {
    const first = await of('--in-order');
    expect(Object.keys(first.data.labels?.counts ?? {})).toEqual(['0', '1']);
    expect(first.settings).toMatchObject({ maxSamples: 60, order: 'first' });
    await put('first.json', JSON.stringify(first));
    await put('drawn.json', JSON.stringify(await of()));
    const { stdout } = await delve(['diff', at('first.json'), at('drawn.json'), '--format', 'json']);
    expect(JSON.parse(stdout).settings).toMatchObject([
      { setting: 'order', before: 'first', after: 'drawn', isDecisive: false },
      { setting: 'orderSeed' },
    ]);
  });
});
