import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { withoutFunctions } from '../../src/onnx/inlineFunctions.js';
import { serializeModel } from '../../src/onnx/modelFile.js';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type FunctionProto,
  FunctionProtoSchema,
  type ModelProto,
  type NodeProto,
  OperatorSetIdProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import { channelwise, distance, instrumentedMoments, ortTensor, run } from '../support/instrumented.js';
import { model, node, tensor, value } from '../support/models.js';
import { momentsOf } from '../support/referenceMoments.js';

const wave = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i));
const weights = (name: string, seed: number) => tensor(name, 'float32', [4, 4], wave(16, seed));
const constant = (name: string, seed: number) => node('Constant', [], [name], { value: weights('', seed) });
const row = (name: string, seed: number) =>
  node('Constant', [], [name], { value: tensor('', 'float32', [4], wave(4, seed)) });
const opset = (version: number, domain = '') =>
  create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) });
const call = (name: string, inputs: string[], outputs: string[], label = '', attributes = {}): NodeProto =>
  node(name, inputs, outputs, attributes, { domain: 'mine', name: label });

interface Definition extends Partial<Pick<FunctionProto, 'attribute' | 'attributeProto' | 'opsetImport'>> {
  readonly name: string;
  readonly input: string[];
  readonly output: string[];
  readonly node: NodeProto[];
}

function given(nodes: NodeProto[], definitions: readonly Definition[], outputs = ['y']): ModelProto {
  const proto = model({
    inputs: [value('x', 'float32', ['n', 4])],
    outputs: outputs.map((name) => value(name, 'float32')),
    nodes,
    initializers: [weights('w', 1), weights('v', 2)],
    domains: { mine: 1 },
  });
  proto.functions.push(
    ...definitions.map((each) =>
      create(FunctionProtoSchema, { domain: 'mine', opsetImport: [opset(17), opset(1, 'mine')], ...each }),
    ),
  );
  return proto;
}

/** An attribute that stands for one of the call. */
function referring(made: NodeProto, name: string, to: string, type: AttributeType): NodeProto {
  made.attribute.push(create(AttributeProtoSchema, { name, refAttrName: to, type }));
  return made;
}

const linear: Definition = {
  name: 'Linear',
  input: ['a', 'weight', 'bias'],
  output: ['b'],
  node: [node('MatMul', ['a', 'weight'], ['p']), node('Add', ['p', 'bias'], ['b'])],
};
const feeds = { x: ortTensor('float32', [6, 4], wave(24, 5)) };

/** ONNX Runtime takes functions apart itself: its outputs are the independent source. */
async function bothOutputs(proto: ModelProto) {
  const inlined = withoutFunctions(proto);
  expect(inlined.functions).toEqual([]);
  const [before, after] = [
    await run(serializeModel(proto), feeds),
    await run(serializeModel(inlined), feeds),
  ];
  for (const { name } of proto.graph?.output ?? []) expect(after[name].data).toEqual(before[name].data);
  return { inlined, outputs: before };
}

describe('a model with local functions', () => {
  it('called several times gives the same without them, and its layers are called after the calls', async () => {
    const block: Definition = {
      name: 'Block',
      input: ['a'],
      output: ['b'],
      node: [
        constant('first', 3),
        row('bias', 4),
        call('Linear', ['a', 'first', 'bias'], ['h'], 'fc1'),
        node('Relu', ['h'], ['r']),
        call('Linear', ['r', 'first', 'bias'], ['b'], 'fc2'),
      ],
    };
    const proto = given(
      [call('Block', ['x'], ['m'], 'encoder'), call('Block', ['m'], ['y'])],
      [block, linear],
      ['m', 'y'],
    );
    const { inlined, outputs } = await bothOutputs(proto);
    const file = inMemory(inlined);
    const { layers, notObservable } = findLayers(file);
    expect(notObservable).toEqual([]);
    expect(layers.map(({ name }) => name)).toEqual(['encoder.fc1', 'encoder.fc2', 'Block.fc1', 'Block.fc2']);
    const moments = await instrumentedMoments(file, layers, channelwise, feeds);
    const rows = Array.from({ length: 6 }, (_, i) =>
      Array.from(outputs.m.data as Float32Array).slice(4 * i, 4 * i + 4),
    );
    const actual = moments.get('encoder.fc2');
    expect(actual && distance(actual, momentsOf(rows, 4))).toBeLessThan(1e-14);
  });

  it('gets attributes from the call, defaults from the function, and none where there is neither', async () => {
    const turned: Definition = {
      name: 'Turned',
      input: ['a'],
      output: ['b'],
      attribute: ['order', 'slope', 'unused'],
      attributeProto: [create(AttributeProtoSchema, { name: 'slope', type: AttributeType.FLOAT, f: 0.25 })],
      node: [
        referring(node('Transpose', ['a'], ['t']), 'perm', 'order', AttributeType.INTS),
        referring(node('LeakyRelu', ['t'], ['b']), 'alpha', 'slope', AttributeType.FLOAT),
      ],
    };
    const proto = given(
      [
        call('Turned', ['x'], ['s'], 'one'),
        call('Turned', ['x'], ['y'], 'two', { order: [0n, 1n], slope: 0.75 }),
      ],
      [turned],
      ['s', 'y'],
    );
    const { inlined } = await bothOutputs(proto);
    const alphas = inlined.graph?.node
      .filter(({ opType }) => opType === 'LeakyRelu')
      .map((each) => each.attribute[0].f);
    expect(alphas).toEqual([0.25, 0.75]);
    expect(inlined.graph?.node[0].attribute).toEqual([]);
  });

  it('may leave inputs and outputs out', async () => {
    const clipped: Definition = {
      name: 'Clipped',
      input: ['a', 'low', 'high'],
      output: ['b', 'again', 'unread'],
      node: [
        node('Clip', ['a', 'low', 'high'], ['b']),
        node('Identity', ['b'], ['again']),
        node('Neg', ['b'], ['unread']),
      ],
    };
    const limit = node('Constant', [], ['limit'], { value: tensor('', 'float32', [], [0.5]) });
    const proto = given([limit, call('Clipped', ['x', 'limit'], ['y', 'z', ''])], [clipped], ['y', 'z']);
    const { inlined } = await bothOutputs(proto);
    expect(inlined.graph?.node.map(({ input }) => input)).toContainEqual(['x', 'limit', '']);
  });

  it('may hand an input through, and give one value twice, which ONNX Runtime does not take', async () => {
    const through: Definition = {
      name: 'Through',
      input: ['a'],
      output: ['a', 'b', 'b'],
      node: [node('Neg', ['a'], ['b'])],
    };
    const inlined = withoutFunctions(
      given([call('Through', ['x'], ['s', 'y', 'z'])], [through], ['s', 'y', 'z']),
    );
    const { s, y, z } = await run(serializeModel(inlined), feeds);
    expect(s.data).toEqual(feeds.x.data);
    expect(y.data).toEqual((feeds.x.data as Float32Array).map((entry) => -entry));
    expect(z.data).toEqual(y.data);
  });

  it('is taken apart inside bodies, and bodies inside functions are kept apart from call to call', async () => {
    const choosing: Definition = {
      name: 'Choosing',
      input: ['a'],
      output: ['b'],
      node: [
        node('ReduceMax', ['a'], ['most'], { keepdims: 0n }),
        node('Constant', [], ['bound'], { value: tensor('', 'float32', [], [0.9]) }),
        constant('k', 7),
        row('zero', 8),
        node('Greater', ['most', 'bound'], ['c']),
        nodeWithBodies('If', ['c'], ['b'], {
          then_branch: body([call('Linear', ['a', 'k', 'zero'], ['p'], 'high')], ['p']),
          else_branch: body([node('Neg', ['a'], ['p'])], ['p']),
        }),
      ],
    };
    const proto = given(
      [call('Choosing', ['x'], ['m'], 'one'), call('Choosing', ['m'], ['y'], 'two')],
      [choosing, linear],
      ['m', 'y'],
    );
    const { inlined } = await bothOutputs(proto);
    const { all, notObservable } = findLayers(inMemory(inlined));
    expect(notObservable).toEqual([]);
    expect(all.map(({ name, inside }) => [name, inside?.words])).toEqual([
      ['one.high', 'the then_branch of If one/If'],
      ['two.high', 'the then_branch of If two/If'],
    ]);
  });

  it('keeps what calls itself, what takes another operator set, and what would grow without end', () => {
    const self: Definition = {
      ...linear,
      name: 'Self',
      node: [call('Self', ['a', 'weight', 'bias'], ['b'])],
    };
    const older: Definition = { ...linear, name: 'Older', opsetImport: [opset(11)] };
    const recursive = withoutFunctions(given([call('Self', ['x', 'w', 'v'], ['y'])], [self]));
    expect(recursive.functions.map(({ name }) => name)).toEqual(['Self']);
    const other = given([call('Older', ['x', 'w', 'v'], ['y'])], [older, linear]);
    expect(withoutFunctions(other)).toBe(other);
    const doubling = Array.from(
      { length: 40 },
      (_, i): Definition => ({
        name: `F${i}`,
        input: ['a'],
        output: ['b'],
        node:
          i === 39
            ? [node('Relu', ['a'], ['b'])]
            : [call(`F${i + 1}`, ['a'], ['m']), call(`F${i + 1}`, ['m'], ['b'])],
      }),
    );
    const grown = withoutFunctions(given([call('F0', ['x'], ['y'])], doubling));
    expect(grown.graph?.node.length).toBeLessThan(1_000_000);
    expect(grown.functions.length).toBeGreaterThan(0);
  });

  it('takes along the operator sets that only its functions name', async () => {
    const proto = given(
      [call('Quick', ['x'], ['y'])],
      [
        {
          name: 'Quick',
          input: ['a'],
          output: ['b'],
          opsetImport: [opset(17), opset(1, 'com.microsoft')],
          node: [node('Gelu', ['a'], ['b'], {}, { domain: 'com.microsoft' })],
        },
      ],
    );
    const { inlined } = await bothOutputs(proto);
    expect(inlined.opsetImport.map(({ domain }) => domain)).toEqual(['', 'mine', 'com.microsoft']);
  });

  it('is the same message where there is no function', () => {
    const proto = given([node('Relu', ['x'], ['y'])], []);
    expect(withoutFunctions(proto)).toBe(proto);
  });
});
