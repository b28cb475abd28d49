import { describe, expect, it } from 'vitest';
import { verdict } from '../../src/readings/advice.js';
import { readLayers } from '../../src/readings/layerReadings.js';
import type { ReadRun } from '../../src/readings/network.js';
import { recutRun } from '../../src/run/compare/recutRun.js';
import { unicode } from '../../src/text/symbols.js';
import { Architecture, runOf } from '../support/architecture.js';
import { layer, run } from '../support/runs.js';

const said = (of: ReadRun) => verdict(readLayers(of), ({ name }) => name, unicode);
const kinds = (of: ReadRun) => readLayers(of).layers.map(({ kind }) => kind);
const network = (...percents: number[]) => ({
  layers: [
    ...percents.map((percent, i) => layer(`l${i}`, percent, 100)),
    layer('out', 9, 10, { op: 'Gemm' }),
  ],
});
const pooled = (net: Architecture, from: string) => net.op('Flatten', [net.op('GlobalAveragePool', [from])]);

describe('a tail longer than what is before it', () => {
  it('has to lie below a quarter of that', () => {
    const long = Array.from({ length: 20 }, () => 28);
    expect(kinds(network(70, 65, ...long))).not.toContain('tail');
    expect(kinds(network(70, 65, ...long.map(() => 16))).filter((kind) => kind === 'tail')).toHaveLength(20);
    expect(kinds(network(70, 65, ...long.map(() => 17)))).not.toContain('tail');
  });

  it('may lie below half where it is no longer', () => {
    expect(kinds(network(70, 65, 28, 28)).filter((kind) => kind === 'tail')).toHaveLength(2);
    expect(kinds(network(70, 65, 28, 28, 28))).not.toContain('tail');
  });
});

describe('readings', () => {
  it('are made at a threshold of their own', () => {
    // 60 equal eigenvalues, and 40 that hold half a per cent together: 99 % needs the 60, 99.9 % nearly all.
    const eigenvalues = [...new Array(60).fill(1), ...new Array(40).fill(0.3 / 40)];
    const layers = ['a', 'b', 'c'].map((name) => layer(name, 60, 100, { eigenvalues }));
    const of = run([...layers, layer('out', 9, 10)]);
    for (const threshold of [0.9, 0.99, 0.999]) {
      const cut = recutRun(of, threshold);
      expect(kinds(cut)).toEqual(['healthy', 'healthy', 'healthy', 'output']);
      expect(said(cut)).toEqual(['No tail and no narrow layer: the layers use 60 % of their features.']);
    }
    expect(recutRun(of, 0.999).layers[0].saturation).toBeGreaterThan(0.9);
  });

  it('are not made of random data', () => {
    const data = { source: 'random:10', reader: 'random', samples: 10, skipped: 0 };
    const of = { ...network(80, 80, 95, 4), data };
    expect(new Set(kinds(of))).toEqual(new Set(['not judged']));
    expect(said(of)).toEqual(['No advice: the data is random. The numbers are shown, and not judged.']);
    expect(readLayers(of).layers.every(({ advice }) => advice === null)).toBe(true);
  });

  it('are not made of a network that was not trained', () => {
    const of = { ...network(80, 80, 4, 4), initialWeights: { layers: 4, of: 5 } };
    expect(new Set(kinds(of))).toEqual(new Set(['not judged']));
    expect(said(of)).toEqual([
      'No advice: the network seems not to be trained: the weights of 4 of 5 layers are distributed as an initialisation draws them. The numbers are shown, and not judged.',
    ]);
    expect(readLayers(of).layers.every(({ advice }) => advice === null)).toBe(true);
  });

  it('leave what was asked for by name alone, and judge the layers as without it', () => {
    const net = new Architecture();
    let x = net.op('Relu', [net.conv('c1', net.input('x', 3, 8, 8), 3, 16)], {}, 'r1');
    x = net.op('Relu', [net.conv('c2', x, 16, 16)], {}, 'r2');
    x = net.op('Relu', [net.conv('c3', x, 16, 16)], {}, 'r3');
    const file = net.file([net.dense('fc', pooled(net, x), 16, 10)]);
    const percents = { c1: 75, c2: 69, c3: 6, fc: 90, r1: 100, r2: 100, r3: 94 };
    const { layers } = readLayers(runOf(file, percents, ['Relu']));
    expect(layers.map(({ layer: { name, op }, kind }) => [op === 'Relu' ? 'Relu' : name, kind])).toEqual([
      ['c1', 'healthy'],
      ['Relu', 'not judged'],
      ['c2', 'healthy'],
      ['Relu', 'not judged'],
      ['c3', 'tail'],
      ['Relu', 'not judged'],
      ['fc', 'output'],
    ]);
    expect(layers[1].reasons.at(-1)).toBe('Relu was asked for by name: it is shown, and not judged');
  });
});

describe('sentences', () => {
  const residual = (last: boolean) => {
    const net = new Architecture();
    let x = net.relu(net.conv('stem', net.input('x', 3, 32, 32), 3, 16));
    for (const block of ['l1', 'l2', 'l3']) {
      const y = net.conv(`${block}.conv2`, net.relu(net.conv(`${block}.conv1`, x, 16, 16)), 16, 16);
      x = net.relu(net.op('Add', [y, x]));
    }
    if (last) x = net.relu(net.conv('late', x, 16, 16));
    return net.file([net.dense('fc', pooled(net, x), 16, 10)]);
  };
  const percents = { stem: 75, 'l1.conv1': 69, 'l1.conv2': 62, 'l2.conv1': 62, 'l2.conv2': 62, fc: 90 };

  it('name the block, whose layers go together', () => {
    expect(said(runOf(residual(false), { ...percents, 'l3.conv1': 12, 'l3.conv2': 6 }))).toEqual([
      'The last block before the output, l3, uses only 6–13 % of its features: it adds little. Try removing it; larger inputs may help too, which only training tells.',
    ]);
  });

  it('call a layer the last one only where it is', () => {
    const low = { ...percents, 'l3.conv1': 12, 'l3.conv2': 6 };
    const seen = readLayers(runOf(residual(true), { ...low, late: 6 }));
    expect(verdict(seen, ({ name }) => name, unicode)[0]).toMatch(
      /^From the block l3 on, 2 blocks and layers use only/,
    );
    // The last one was not observed.
    expect(said(runOf(residual(true), low))[0]).toMatch(
      /^The last block before the output that could be judged, l3, uses/,
    );
  });

  it('say which widths change together', () => {
    const narrow = { ...percents, 'l2.conv2': 94, 'l3.conv1': 50, 'l3.conv2': 50 };
    expect(said(runOf(residual(false), narrow))).toEqual([
      'l2.conv2 is narrow (94 % of its features in use): widening it may help, which only training tells. Its width is also that of stem, l1.conv2 and l3.conv2: they change together.',
    ]);
  });

  it('name the outputs that a tail leads to, and leave the choice to measuring', () => {
    const net = new Architecture();
    const c2 = net.relu(net.conv('c2', net.relu(net.conv('c1', net.input('x', 3, 8, 8), 3, 16)), 16, 16));
    const outputs = [
      net.dense('main', pooled(net, net.relu(net.conv('c3', c2, 16, 16))), 16, 10),
      net.dense('aux', pooled(net, c2), 16, 10),
    ];
    expect(said(runOf(net.file(outputs), { c1: 75, c2: 69, c3: 6, main: 90, aux: 90 }))).toEqual([
      "Before main, one of the model's 2 outputs, c3 uses 6 % of its features, as do the layers that follow up to the outputs. " +
        'Whether an output can do without, these numbers do not say: try one at a time.',
    ]);
  });

  it('give the numbers that a tail rests on', () => {
    const { layers } = readLayers(runOf(residual(false), { ...percents, 'l3.conv1': 12, 'l3.conv2': 6 }));
    expect(layers.find(({ layer: { name } }) => name === 'l3.conv1')?.reasons).toEqual([
      '99 % of its variance lies in 2 directions of 16 (12.5 %)',
      'with l3.conv2 it forms the block l3, which counts as one: 9.4 % in the middle',
      'the 3 units before the tail (blocks and single layers) use 65.6 % in the middle; a tail lies below half of that and below 30 %, here below 30.0 %',
      'no other layer that can be judged lies between l3.conv1 and fc',
    ]);
  });
});
