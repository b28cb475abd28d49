import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../dist/index.js';
import { readLayers } from '../../src/readings/layerReadings.js';
import { readRun } from '../../src/run/files/readRun.js';
import { folderWith } from '../support/folder.js';
import { body, nodeWithBodies } from '../support/graphs.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { runProgram } from '../support/program.js';

const SAMPLES = 70;
const wave = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i));
const initializers = [
  tensor('w', 'float32', [6, 5], wave(30, 1)),
  tensor('v', 'float32', [6, 5], wave(30, 2)),
  tensor('u', 'float32', [5, 4], wave(20, 3)),
  tensor('none', 'float32', [], [0]),
];
const product = (x: string, w: string, y: string) => node('MatMul', [x, w], [y], {}, { name: `${y}/MatMul` });
const inputs = [value('x', 'float32', ['n', 6])];

/** One product or the other, as the first number of the batch says, then a layer outside. */
const choosing = modelBytes({
  inputs,
  initializers: [...initializers, tensor('place', 'int64', [], [0])],
  nodes: [
    node('Gather', ['x', 'place'], ['first'], { axis: 0n }),
    node('Gather', ['first', 'place'], ['number'], { axis: 0n }),
    node('Greater', ['number', 'none'], ['c']),
    nodeWithBodies(
      'If',
      ['c'],
      ['chosen'],
      {
        then_branch: body([product('x', 'w', 'positive')], ['positive']),
        else_branch: body([product('x', 'v', 'negative')], ['negative']),
      },
      'choice',
    ),
    product('chosen', 'u', 'head'),
  ],
  outputs: ['head'],
});

const plain = (weight: string) =>
  modelBytes({ inputs, initializers, nodes: [product('x', weight, 'all')], outputs: ['all'] });

describe('a model whose layers stand in bodies', () => {
  it('is analysed over batches, with partial ones, and says where its layers stand', async () => {
    const cwd = await folderWith({ 'if.onnx': choosing, 'w.onnx': plain('w'), 'v.onnx': plain('v') });
    const made = await runProgram(
      ['analyze', 'if.onnx', '--data', `random:${SAMPLES}`, '--batch', '16', '--out', 'run', '--quiet'],
      { cwd },
    );
    expect(made).toMatchObject({ code: 0 });
    const run = await readRun(join(cwd, 'run'));
    expect(run.layers.map(({ name, inside }) => [name, inside])).toEqual([
      ['positive', 'the then_branch of If choice'],
      ['negative', 'the else_branch of If choice'],
      ['head', undefined],
    ]);
    const [positive, negative, head] = run.layers;
    expect(positive.observations + negative.observations).toBe(SAMPLES);
    expect(positive.observations % 16 === 0 || negative.observations % 16 === 0).toBe(true);
    expect(Math.min(positive.observations, negative.observations)).toBeGreaterThan(0);
    expect(head.observations).toBe(SAMPLES);
    // Random data are no reason to judge; that a layer stands in a body is one of its own.
    const { data: _, ...rest } = run;
    const { layers } = readLayers({ ...rest, data: { ...run.data, reader: 'npy' } });
    expect(layers.map(({ kind }) => kind)).toEqual(['not judged', 'not judged', 'output']);
    expect(layers[0].reasons.join()).toMatch(/it stands in the then_branch of If choice, where/);
  });

  it('gives the numbers that the same layer has outside', async () => {
    const turns = modelBytes({
      inputs,
      initializers: [...initializers, tensor('once', 'int64', [], [1])],
      nodes: [
        nodeWithBodies('Loop', ['once'], ['all'], {
          body: body(
            [node('Identity', ['going'], ['goes']), product('x', 'w', 'each')],
            ['goes', 'each'],
            [value('turn', 'int64', []), value('going', 'bool', [])],
          ),
        }),
      ],
      outputs: ['all'],
    });
    const cwd = await folderWith({ 'loop.onnx': turns, 'plain.onnx': plain('w') });
    const options = { data: `random:${SAMPLES}`, batchSize: 16, threads: 1 };
    const [inside, outside] = await Promise.all(
      ['loop.onnx', 'plain.onnx'].map((model) => analyze({ ...options, model: resolve(cwd, model) })),
    );
    const [a, b] = [inside.layers[0], outside.layers[0]];
    expect(a).toMatchObject({ name: 'each', observations: SAMPLES, features: 5 });
    expect(a.intrinsicDimensionality).toBe(b.intrinsicDimensionality);
    for (const [i, eigenvalue] of a.eigenvalues.entries()) {
      expect(Math.abs(eigenvalue - b.eigenvalues[i])).toBeLessThan(1e-6 * b.eigenvalues[0]);
    }
    expect(a.weights).toBeUndefined();
    expect(a.parameters).toBe(30);
  });
});
