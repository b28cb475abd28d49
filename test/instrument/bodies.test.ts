import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { broughtOut } from '../../src/instrument/bodies.js';
import { instrument } from '../../src/instrument/instrument.js';
import type { InstrumentOptions } from '../../src/instrument/options.js';
import { findLayers } from '../../src/layers/findLayers.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import { serializeModel } from '../../src/onnx/modelFile.js';
import type { NodeProto } from '../../src/onnx/proto/onnx_pb.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import {
  channelwise,
  distance,
  type Feeds,
  instrumentedMoments,
  ortTensor,
  run,
} from '../support/instrumented.js';
import { type ModelParts, model, node, tensor, value } from '../support/models.js';
import { momentsOf } from '../support/referenceMoments.js';

const wave = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i));
const floats = (dims: readonly number[], seed: number) =>
  ortTensor(
    'float32',
    dims,
    wave(
      dims.reduce((size, dim) => size * dim, 1),
      seed,
    ),
  );
const number = (type: 'int64' | 'bool', entry: number) => ortTensor(type, [], [entry]);
const weights = (name: string, seed: number, dims: readonly number[] = [4, 4]) =>
  tensor(
    name,
    'float32',
    dims,
    wave(
      dims.reduce((size, dim) => size * dim, 1),
      seed,
    ),
  );

const SAMPLES = 5;
const initializers = [weights('w', 1), weights('v', 2)];
const product = (x: string, w: string, y: string) => node('MatMul', [x, w], [y], {}, { name: `${y}/MatMul` });

const given = (parts: Omit<ModelParts, 'initializers'>): ModelFile =>
  inMemory(model({ initializers, ...parts }));

/** A choice between two products of x, which is also an output. */
const choice = given({
  inputs: [value('x', 'float32', ['n', 4]), value('c', 'bool', [])],
  nodes: [
    nodeWithBodies('If', ['c'], ['y'], {
      then_branch: body([product('x', 'w', 'then')], ['then']),
      else_branch: body([product('x', 'v', 'else')], ['else']),
    }),
  ],
  outputs: ['y'],
});

/** h ← h · w, as often as `trips` says; every h is an output, and so is the last. */
const repeated = given({
  inputs: [value('x', 'float32', ['n', 4]), value('trips', 'int64', [])],
  nodes: [
    nodeWithBodies('Loop', ['trips', '', 'x'], ['last', 'all'], {
      body: body(
        [
          node('Identity', ['going'], ['goes']),
          product('h', 'w', 'next'),
          node('Identity', ['next'], ['each']),
        ],
        ['goes', 'next', 'each'],
        [value('turn', 'int64', []), value('going', 'bool', []), value('h', 'float32')],
      ),
    }),
  ],
  outputs: ['last', 'all'],
});

/** h ← tanh(x · w + h) along time; what is multiplied is an output. */
const scanned = given({
  inputs: [value('x', 'float32', ['t', 'n', 4]), value('h0', 'float32', ['n', 4])],
  nodes: [
    nodeWithBodies('Scan', ['h0', 'x'], ['last', 'all'], {
      body: body(
        [
          product('xt', 'w', 'step'),
          node('Add', ['step', 'h'], ['sum']),
          node('Tanh', ['sum'], ['next']),
          node('Identity', ['step'], ['each']),
        ],
        ['next', 'each'],
        [value('h', 'float32'), value('xt', 'float32')],
      ),
    }),
  ].map((scan) => withAttribute(scan, 'num_scan_inputs', 1n)),
  outputs: ['last', 'all'],
});

/** A choice in each turn of a loop: h · w in the first two, then h · v. */
const nested = given({
  inputs: [value('x', 'float32', ['n', 4]), value('trips', 'int64', [])],
  nodes: [
    nodeWithBodies('Loop', ['trips', '', 'x'], ['last', 'all'], {
      body: body(
        [
          node('Identity', ['going'], ['goes']),
          node('Constant', [], ['two'], { value: tensor('', 'int64', [], [2]) }),
          node('Less', ['turn', 'two'], ['early']),
          nodeWithBodies('If', ['early'], ['next'], {
            then_branch: body([product('h', 'w', 'first')], ['first']),
            else_branch: body([product('h', 'v', 'later')], ['later']),
          }),
          node('Identity', ['next'], ['each']),
        ],
        ['goes', 'next', 'each'],
        [value('turn', 'int64', []), value('going', 'bool', []), value('h', 'float32')],
      ),
    }),
  ],
  outputs: ['last', 'all'],
});

function withAttribute(made: NodeProto, name: string, entry: bigint): NodeProto {
  made.attribute.push(...node('X', [], [], { [name]: entry }).attribute);
  return made;
}

/** Rows of a tensor whose last axis is the features. */
function rowsIn({ data, dims }: { readonly data: unknown; readonly dims: readonly number[] }): number[][] {
  const values = Array.from(data as Float32Array);
  const features = dims.at(-1) ?? 0;
  return Array.from({ length: values.length / features }, (_, i) =>
    values.slice(i * features, (i + 1) * features),
  );
}

async function momentsAndOutputs(file: ModelFile, feeds: Feeds, options: InstrumentOptions = channelwise) {
  const { all } = findLayers(file);
  const outputs = await run(serializeModel(file.proto), feeds);
  return { moments: await instrumentedMoments(file, all, options, feeds), outputs };
}

const loopFeeds = (trips: number) => ({ x: floats([SAMPLES, 4], 3), trips: number('int64', trips) });
const scanFeeds = (steps: number) => ({ x: floats([steps, SAMPLES, 4], 4), h0: floats([SAMPLES, 4], 5) });
const EXACT = 1e-14;

describe('layers in bodies', () => {
  it.each([
    [1, 'then', 'else'],
    [0, 'else', 'then'],
  ])('of If: condition %i gives the rows of %s and none of %s', async (condition, taken, other) => {
    const feeds = { x: floats([SAMPLES, 4], 3), c: number('bool', condition) };
    const { moments, outputs } = await momentsAndOutputs(choice, feeds);
    const [actual, none] = [moments.get(taken), moments.get(other)];
    expect(actual && distance(actual, momentsOf(rowsIn(outputs.y), 4))).toBeLessThan(EXACT);
    expect(none).toEqual({ count: 0, sum: new Float64Array(4), scatter: new Float64Array(16) });
  });

  it('of If, several in each branch: those of the other have zero rows each', async () => {
    const branchOf = (name: string) =>
      body(
        [
          product('x', 'w', `${name}1`),
          product(`${name}1`, 'v', `${name}2`),
          product(`${name}2`, 'w', `${name}3`),
          product(`${name}3`, 'v', `${name}4`),
        ],
        [`${name}4`],
      );
    const file = given({
      inputs: [value('x', 'float32', ['n', 4]), value('c', 'bool', [])],
      nodes: [nodeWithBodies('If', ['c'], ['y'], { then_branch: branchOf('t'), else_branch: branchOf('e') })],
      outputs: ['y'],
    });
    for (const taken of ['t', 'e']) {
      const feeds = { x: floats([SAMPLES, 4], 3), c: number('bool', taken === 't' ? 1 : 0) };
      const { moments, outputs } = await momentsAndOutputs(file, feeds);
      expect([...moments.keys()]).toHaveLength(8);
      for (const [name, found] of moments) {
        if (name.startsWith(taken)) expect(found.count).toBe(SAMPLES);
        else expect(found).toEqual({ count: 0, sum: new Float64Array(4), scatter: new Float64Array(16) });
      }
      const last = moments.get(`${taken}4`);
      expect(last && distance(last, momentsOf(rowsIn(outputs.y), 4))).toBeLessThan(EXACT);
    }
  });

  it.each([1, 2, 7])('of Loop: %i turns are added up', async (trips) => {
    const { moments, outputs } = await momentsAndOutputs(repeated, loopFeeds(trips));
    const rows = rowsIn(outputs.all);
    expect(rows).toHaveLength(trips * SAMPLES);
    const actual = moments.get('next');
    expect(actual && distance(actual, momentsOf(rows, 4))).toBeLessThan(EXACT);
  });

  it('of Loop without a turn give no rows', async () => {
    const { moments } = await momentsAndOutputs(repeated, loopFeeds(0));
    expect(moments.get('next')?.count).toBe(0);
  });

  it.each([1, 6])('of Scan: %i steps are added up', async (steps) => {
    const { moments, outputs } = await momentsAndOutputs(scanned, scanFeeds(steps));
    const rows = rowsIn(outputs.all);
    expect(rows).toHaveLength(steps * SAMPLES);
    const actual = moments.get('step');
    expect(actual && distance(actual, momentsOf(rows, 4))).toBeLessThan(EXACT);
  });

  it('in bodies of bodies: each turn goes to the layer that had it', async () => {
    const { moments, outputs } = await momentsAndOutputs(nested, loopFeeds(5));
    const rows = rowsIn(outputs.all);
    const [first, later] = [moments.get('first'), moments.get('later')];
    expect(first && distance(first, momentsOf(rows.slice(0, 2 * SAMPLES), 4))).toBeLessThan(EXACT);
    expect(later && distance(later, momentsOf(rows.slice(2 * SAMPLES), 4))).toBeLessThan(EXACT);
  });

  it.each([
    ['If', choice, { x: floats([SAMPLES, 4], 3), c: number('bool', 1) }],
    ['Loop', repeated, loopFeeds(4)],
    ['Scan', scanned, scanFeeds(3)],
    ['Loop and If', nested, loopFeeds(4)],
  ])('leave what %s gave as it was, bit by bit', async (_, file, feeds) => {
    const { all } = findLayers(file);
    const before = await run(serializeModel(file.proto), feeds);
    const opened = broughtOut(file, all, channelwise).model;
    const after = await run(serializeModel(opened.proto), feeds);
    for (const { name } of file.graph.output) expect(after[name].data).toEqual(before[name].data);
  });

  it('are found again when a run takes several batches', async () => {
    const { all } = findLayers(nested);
    const made = instrument(nested, all, channelwise, 'several');
    const batches = [floats([SAMPLES, 4], 6), floats([SAMPLES, 4], 7)];
    const stacked = ortTensor(
      'float32',
      [2, SAMPLES, 4],
      batches.flatMap(({ data }) => Array.from(data as Float32Array)),
    );
    const outputs = await run(made.bytes, { x: stacked, trips: ortTensor('int64', [2], [3, 5]) });
    const counts = made.layers.map(({ count }) => Number(outputs[count].data[0]));
    expect(counts).toEqual([4 * SAMPLES, 4 * SAMPLES]);
    const separate = await Promise.all(
      batches.map((x, i) =>
        instrumentedMoments(nested, all, channelwise, { x, trips: number('int64', i === 0 ? 3 : 5) }),
      ),
    );
    for (const { layer, scatter } of made.layers) {
      const sums = separate.map((moments) => moments.get(layer)?.scatter ?? []);
      const total = Array.from(outputs[scatter].data as Float64Array);
      for (const [i, entry] of total.entries()) expect(entry).toBeCloseTo(sums[0][i] + sums[1][i], 10);
    }
  });

  it('are computed in float64 also with --precision float32, which would need a shift', async () => {
    const { moments, outputs } = await momentsAndOutputs(repeated, loopFeeds(3), {
      ...channelwise,
      precision: 'float32',
    });
    const actual = moments.get('next');
    expect(actual && distance(actual, momentsOf(rowsIn(outputs.all), 4))).toBeLessThan(EXACT);
  });

  it('that only leave out their output are named in the body', async () => {
    const lstm = (name: string, y: string) =>
      node('LSTM', ['s', 'lw', 'lr'], ['', y], { hidden_size: 3n }, { name: `${name}/LSTM` });
    const file = inMemory(
      model({
        inputs: [value('s', 'float32', ['t', 'n', 4]), value('c', 'bool', [])],
        initializers: [weights('lw', 1, [1, 12, 4]), weights('lr', 2, [1, 12, 3])],
        nodes: [
          nodeWithBodies('If', ['c'], ['y'], {
            then_branch: body([lstm('memory', 'yh')], ['yh']),
            else_branch: body([lstm('other', 'yo')], ['yo']),
          }),
        ],
        outputs: ['y'],
      }),
    );
    const feeds = { s: floats([6, SAMPLES, 4], 8), c: number('bool', 1) };
    const { moments, outputs } = await momentsAndOutputs(file, feeds);
    const actual = moments.get('memory');
    expect(actual && distance(actual, momentsOf(rowsIn(outputs.y), 3))).toBeLessThan(EXACT);
    expect(moments.get('other')?.count).toBe(0);
  });

  it.each(['channelwise', 'mean', 'max', 'flatten'] as const)('of convolutions by %s', async (convMethod) => {
    const conv = (w: string, y: string) => node('Conv', ['m', w], [y], {}, { name: `${y}/Conv` });
    const inner = inMemory(
      model({
        inputs: [value('m', 'float32', ['n', 2, 5, 5]), value('c', 'bool', [])],
        initializers: [weights('k', 1, [3, 2, 3, 3]), weights('l', 2, [3, 2, 3, 3])],
        nodes: [
          nodeWithBodies('If', ['c'], ['y'], {
            then_branch: body([conv('k', 'a')], ['a']),
            else_branch: body([conv('l', 'b')], ['b']),
          }),
        ],
        outputs: ['y'],
      }),
    );
    const plain = inMemory(
      model({
        inputs: [value('m', 'float32', ['n', 2, 5, 5])],
        initializers: [weights('k', 1, [3, 2, 3, 3])],
        nodes: [conv('k', 'a')],
        outputs: ['a'],
      }),
    );
    const options = { ...channelwise, convMethod };
    const m = floats([SAMPLES, 2, 5, 5], 9);
    const inBody = await instrumentedMoments(inner, findLayers(inner).all, options, {
      m,
      c: number('bool', 1),
    });
    const outside = await instrumentedMoments(plain, findLayers(plain).all, options, { m });
    const [actual, expected] = [inBody.get('a'), outside.get('a')];
    // Weights of the graph around are no constants to a body, so that its convolutions round in another order.
    expect(actual && expected && distance(actual, expected)).toBeLessThan(5e-6);
    expect(inBody.get('b')?.count).toBe(0);
  });

  it('of Scan are refused where their width is open', () => {
    const { all } = findLayers(scanned);
    expect(() => broughtOut(scanned, all, { ...channelwise, sequenceMethod: 'flatten' })).toThrow(UserError);
    expect(() => broughtOut(scanned, all, { ...channelwise, sequenceMethod: 'flatten' })).toThrow(
      /layer step stands in the body of a Scan, .* choose another method than flatten/,
    );
  });
});
