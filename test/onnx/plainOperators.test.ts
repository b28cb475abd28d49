import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { opsetOf, serializeModel } from '../../src/onnx/modelFile.js';
import { withPlainOperators } from '../../src/onnx/plain/plainOperators.js';
import type { ModelProto, NodeProto } from '../../src/onnx/proto/onnx_pb.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import { channelwise, distance, instrumentedMoments, ortTensor, run } from '../support/instrumented.js';
import { type AttributeValue, model, node, tensor, value } from '../support/models.js';
import { momentsOf } from '../support/referenceMoments.js';

const microsoft = { domain: 'com.microsoft' };
const wave = (count: number, seed = 0) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i) * 3);
const plainOf = (proto: ModelProto) => withPlainOperators(proto, opsetOf(proto));
const operators = (proto: ModelProto) => proto.graph?.node.map(({ opType }) => opType);

/** ONNX Runtime runs both: the outputs of the original are the independent source. */
async function same(
  proto: ModelProto,
  feeds: Parameters<typeof run>[1],
  digits?: number,
): Promise<ModelProto> {
  const plain = plainOf(proto);
  const [before, after] = [await run(serializeModel(proto), feeds), await run(serializeModel(plain), feeds)];
  for (const { name } of proto.graph?.output ?? []) {
    if (digits === undefined) expect(after[name].data).toEqual(before[name].data);
    else {
      const [a, b] = [after[name].data as Float32Array, before[name].data as Float32Array];
      a.forEach((each, i) => {
        expect(each).toBeCloseTo(b[i], digits);
      });
    }
  }
  return plain;
}

const convolution = (attributes: Record<string, AttributeValue>, inputs: string[], opset = 17) =>
  model({
    inputs: [value('x', 'float32', ['n', 2, 4, 4]), value('z', 'float32', ['n', 3, 2, 2])],
    outputs: ['y'],
    nodes: [
      node('FusedConv', inputs, ['y'], attributes, { ...microsoft, name: '/stem/Conv' }),
      node('Identity', ['z'], ['unread']),
    ],
    initializers: [tensor('w', 'float32', [3, 2, 3, 3], wave(54)), tensor('b', 'float32', [3], [1, -2, 0.5])],
    domains: { 'com.microsoft': 1 },
    opset,
  });
const maps = {
  x: ortTensor('float32', [5, 2, 4, 4], wave(160, 1)),
  z: ortTensor('float32', [5, 3, 2, 2], wave(60, 2)),
};

describe('FusedConv', () => {
  it.each<[string, Record<string, AttributeValue>, number]>([
    ['Relu', {}, 17],
    ['Tanh', {}, 17],
    ['Sigmoid', {}, 17],
    ['LeakyRelu', { activation_params: [0.25] }, 17],
    ['HardSigmoid', { activation_params: [0.25, 0.5] }, 17],
    ['Clip', { activation_params: [-1, 2.5] }, 17],
    ['Clip', { activation_params: [-1, 2.5] }, 10],
  ])('with %s %o at opset %i is a Conv and the activation, to the bit', async (activation, more, opset) => {
    const proto = convolution({ activation, ...more }, ['x', 'w', 'b'], opset);
    const plain = await same(proto, maps);
    expect(operators(plain)).toContain('Conv');
    expect(operators(plain)).toContain(activation);
    expect(operators(plain)).not.toContain('FusedConv');
  });

  it('with a sum is a Conv, an Add and the activation; without a bias too', async () => {
    for (const inputs of [
      ['x', 'w', 'b', 'z'],
      ['x', 'w', '', 'z'],
    ]) {
      // The kernel begins with the sum, so that the last bit is rounded otherwise.
      const plain = await same(convolution({ activation: 'Relu' }, inputs), maps, 4);
      expect(operators(plain)?.slice(0, 3)).toEqual(['Conv', 'Add', 'Relu']);
    }
    const sum = await same(convolution({}, ['x', 'w', 'b', 'z']), maps, 4);
    expect(operators(sum)?.slice(0, 2)).toEqual(['Conv', 'Add']);
  });

  it('is observed before its activation, which is what the layer gives', async () => {
    const file = inMemory(plainOf(convolution({ activation: 'Relu' }, ['x', 'w', 'b'])));
    const { layers } = findLayers(file);
    expect(layers).toMatchObject([{ name: 'stem', op: 'Conv', features: 3 }]);
    const raw = await run(serializeModel(convolution({}, ['x', 'w', 'b'])), maps);
    const y = raw.y.data as Float32Array;
    const rows = Array.from({ length: 20 }, (_, i) =>
      [0, 1, 2].map((c) => y[Math.floor(i / 4) * 12 + c * 4 + (i % 4)]),
    );
    expect(rows.flat().some((each) => each < 0)).toBe(true);
    const moments = (await instrumentedMoments(file, layers, channelwise, maps)).get('stem');
    expect(moments && distance(moments, momentsOf(rows, 3))).toBeLessThan(1e-14);
  });

  it('with an activation that is not known stays, and is not observable', () => {
    const proto = convolution({ activation: 'Wavy' }, ['x', 'w', 'b']);
    expect(plainOf(proto)).toBe(proto);
    const { layers, notObservable } = findLayers(inMemory(proto));
    expect(layers).toEqual([]);
    expect(notObservable[0].reason).toContain('Wavy');
  });

  it('whose bounds may be of another type stays', () => {
    const proto = convolution({ activation: 'Clip', activation_params: [0, 6] }, ['x', 'w', 'b']);
    for (const each of proto.graph?.initializer ?? []) each.dataType = 10;
    expect(plainOf(proto)).toBe(proto);
  });
});

describe('FusedGemm', () => {
  it.each<[string, Record<string, AttributeValue>]>([
    ['Relu', {}],
    ['LeakyRelu', { activation_alpha: 0.25 }],
    ['Elu', { activation_alpha: 0.5 }],
  ])('with %s is a Gemm and the activation, to the bit', async (activation, more) => {
    const proto = model({
      inputs: [value('x', 'float32', ['n', 4])],
      outputs: ['y'],
      nodes: [node('FusedGemm', ['x', 'w', 'b'], ['y'], { activation, transB: 1n, ...more }, microsoft)],
      initializers: [tensor('w', 'float32', [3, 4], wave(12)), tensor('b', 'float32', [3], [1, -2, 0.5])],
      domains: { 'com.microsoft': 1 },
    });
    const plain = await same(proto, { x: ortTensor('float32', [5, 4], wave(20, 3)) });
    expect(operators(plain)).toEqual(['Gemm', activation]);
  });
});

describe('NhwcConv', () => {
  it('is a Conv between Transposes, and gives what the formula gives', async () => {
    // One output a position: twice the first channel less the second, plus 1, on 2 × 2 positions.
    const proto = model({
      inputs: [value('x', 'float32', ['n', 2, 2, 2])],
      outputs: ['y'],
      nodes: [node('NhwcConv', ['x', 'w', 'b'], ['y'], { kernel_shape: [1n, 1n] }, microsoft)],
      initializers: [tensor('w', 'float32', [1, 1, 1, 2], [2, -1]), tensor('b', 'float32', [1], [1])],
      domains: { 'com.microsoft': 1 },
    });
    const plain = plainOf(proto);
    const { y } = await run(serializeModel(plain), {
      x: ortTensor('float32', [1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
    });
    expect(y.dims).toEqual([1, 2, 2, 1]);
    expect([...(y.data as Float32Array)]).toEqual([1, 3, 5, 7]);
    expect(findLayers(inMemory(plain)).layers).toMatchObject([
      { op: 'Conv', features: 1, layout: { kind: 'featureMap', rank: 4 } },
    ]);
  });
});

describe('a weight that a loop hands on', () => {
  /** h ← h · w, three times; the weight is a state that never changes. */
  const loop = (bodyNodes: NodeProto[], handedOn: string) =>
    model({
      inputs: [value('x', 'float32', ['n', 2])],
      outputs: [value('y', 'float32', ['n', 2])],
      nodes: [
        nodeWithBodies('Loop', ['turns', '', 'x', 'weight'], ['y', 'last'], {
          body: body(
            [node('MatMul', ['h', 'w'], ['next'], {}, { name: 'cell/MatMul' }), ...bodyNodes],
            [value('on', 'bool', []), value('next', 'float32', ['n', 2]), value(handedOn, 'float32', [2, 2])],
            [
              value('turn', 'int64', []),
              value('on', 'bool', []),
              value('h', 'float32', ['n', 2]),
              value('w', 'float32', [2, 2]),
            ],
          ),
        }),
      ],
      initializers: [
        tensor('turns', 'int64', [], [3]),
        tensor('weight', 'float32', [2, 2], [0.5, 1, -1, 0.25]),
      ],
    });
  const x = { x: ortTensor('float32', [2, 2], [1, 2, 3, 4]) };

  it.each([
    ['as it is', [], 'w'],
    ['behind an Identity', [node('Identity', ['w'], ['w2'])], 'w2'],
  ])('%s is read from outside, and its layer observed in every turn', async (_, nodes, handedOn) => {
    const plain = await same(loop(nodes, handedOn), x);
    const file = inMemory(plain);
    const { all } = findLayers(file);
    expect(all).toMatchObject([{ name: 'cell', features: 2 }]);
    const rows: number[][] = [];
    let h = [
      [1, 2],
      [3, 4],
    ];
    for (let turn = 0; turn < 3; turn++) {
      h = h.map(([a, b]) => [0.5 * a - b, a + 0.25 * b]);
      rows.push(...h);
    }
    const moments = (await instrumentedMoments(file, all, channelwise, x)).get('cell');
    expect(moments && distance(moments, momentsOf(rows, 2))).toBeLessThan(1e-14);
  });

  it('and changes is none', () => {
    const proto = loop([node('Neg', ['w'], ['w2'])], 'w2');
    expect(plainOf(proto)).toBe(proto);
    expect(findLayers(inMemory(proto)).all).toEqual([]);
  });
});
