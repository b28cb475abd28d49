import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { instrument } from '../../src/instrument/instrument.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import {
  channelwise,
  distance,
  instrumentedMoments,
  largestDistance,
  momentsFrom,
  ortTensor,
} from '../support/instrumented.js';
import { chain, input, parsed, weight } from '../support/matMulChain.js';
import { model, node, value } from '../support/models.js';

describe('the rewritten model', () => {
  test('holds only what the observed layers need', () => {
    const file = chain();
    const { layers } = findLayers(file);
    const first = parsed(instrument(file, layers.slice(0, 1), channelwise)).graph;
    expect(
      first.node.filter(({ name }) => name !== '' && !name.startsWith('delve/')).map(({ name }) => name),
    ).toEqual(['/a/MatMul']);
    // The rank of `a` is only known at run time: it is reshaped to rows.
    const rows = ['Constant', 'Reshape'];
    const count = ['Shape', 'Constant', 'Gather'];
    const sums = ['Transpose', 'Cast', 'Constant', 'ReduceSum', 'Gemm'];
    expect(first.node.map(({ opType }) => opType)).toEqual(['MatMul', ...rows, ...count, ...sums]);
    expect(first.initializer.map(({ name }) => name)).toEqual(['wa']);
    const all = parsed(instrument(file, layers, channelwise)).graph;
    expect(all.initializer.map(({ name }) => name)).toEqual(['wa', 'wb', 'wc']);
  });

  test('has moments for its only outputs, with their types and ranks', () => {
    const file = chain();
    const instrumented = instrument(file, findLayers(file).layers.slice(0, 1), {
      convMethod: 'channelwise',
      precision: 'float32',
    });
    expect(instrumented.layers).toEqual([
      {
        layer: 'a',
        count: 'delve/a/count',
        sum: 'delve/a/sum',
        scatter: 'delve/a/scatter',
        shift: 'delve/a/shift',
      },
    ]);
    const declared = parsed(instrumented).graph.output.map(({ name, type }) => {
      const tensorType = type?.value.case === 'tensorType' ? type.value.value : undefined;
      return [name, tensorType?.elemType, tensorType?.shape?.dim.length];
    });
    // 7 = int64, 11 = float64
    expect(declared).toEqual([
      ['delve/a/count', 7, 0],
      ['delve/a/sum', 11, 1],
      ['delve/a/scatter', 11, 2],
      ['delve/a/shift', 11, 1],
    ]);
  });

  test('says in its metadata which layers it observes, and keeps what else stands there', () => {
    const file = chain();
    file.proto.metadataProps.push(create(StringStringEntryProtoSchema, { key: 'author', value: 'someone' }));
    const { proto } = parsed(instrument(file, findLayers(file).layers.slice(1, 2), channelwise));
    const entries = Object.fromEntries(proto.metadataProps.map(({ key, value }) => [key, value]));
    expect(entries.author).toBe('someone');
    expect(JSON.parse(entries['delve.layers'])).toEqual([{ layer: 'b', output: 'b', op: 'MatMul' }]);
  });

  test('leaves the model that it was made from as it was', () => {
    const file = chain();
    const before = toBinary(ModelProtoSchema, file.proto);
    instrument(file, findLayers(file).layers, channelwise);
    expect(toBinary(ModelProtoSchema, file.proto)).toEqual(before);
  });

  test('gives the same moments when it is instrumented once more', async () => {
    const file = chain();
    const once = instrument(file, findLayers(file).layers, channelwise);
    const again = inMemory(fromBinary(ModelProtoSchema, once.bytes));
    const layers = findLayers(again).layers.filter(({ name }) => ['a', 'b', 'c'].includes(name));
    const twice = instrument(again, layers, channelwise);
    const feeds = { x: input([5, 2]) };
    expect(await momentsFrom(twice, feeds)).toEqual(await momentsFrom(once, feeds));
    expect(twice.layers).toEqual(once.layers);
    const { proto } = parsed(twice);
    expect(proto.metadataProps.filter(({ key }) => key === 'delve.layers')).toHaveLength(1);
  });
});

describe('names', () => {
  test('that the model has already are not taken again', async () => {
    const file = inMemory(
      model({
        inputs: [value('delve/Cast_0', 'float32', ['batch', 2])],
        nodes: [
          node('Identity', ['delve/Cast_0'], ['delve/a/count'], {}, { name: 'delve/a/scatter_node' }),
          node('Identity', ['delve/a/count'], ['delve/Constant_1']),
          node('MatMul', ['delve/Constant_1', 'delve/a/sum'], ['y'], {}, { name: 'a' }),
        ],
        outputs: ['y'],
        initializers: [weight('delve/a/sum', [2, 3])],
      }),
    );
    const feeds = { 'delve/Cast_0': input([5, 2]) };
    expect(await largestDistance(file, feeds, channelwise)).toBe(0);
    const { layers } = instrument(file, findLayers(file).layers, channelwise);
    expect(layers).toEqual([
      { layer: 'a', count: 'delve/a/count_2', sum: 'delve/a/sum_2', scatter: 'delve/a/scatter' },
    ]);
  });

  test('of layers may end like those of moments', async () => {
    const file = inMemory(
      model({
        inputs: [value('x', 'float32', ['batch', 2])],
        nodes: [
          node('MatMul', ['x', 'wa'], ['a'], {}, { name: 'x' }),
          node('MatMul', ['a', 'wb'], ['b'], {}, { name: 'x/count' }),
          node('MatMul', ['b', 'wc'], ['c'], {}, { name: 'Constant_0' }),
        ],
        outputs: ['c'],
        initializers: [weight('wa', [2, 3]), weight('wb', [3, 3]), weight('wc', [3, 2])],
      }),
    );
    expect(await largestDistance(file, { x: input([5, 2]) }, channelwise)).toBe(0);
  });

  test('inside bodies count as taken', async () => {
    const file = inMemory(
      model({
        inputs: [value('x', 'float32', ['batch', 2]), value('choice', 'bool', [])],
        nodes: [
          nodeWithBodies('If', ['choice'], ['chosen'], {
            then_branch: body([node('Neg', ['x'], ['delve/a/count'])], ['delve/a/count']),
            else_branch: body([node('Abs', ['x'], ['delve/Shape_0'])], ['delve/Shape_0']),
          }),
          node('MatMul', ['chosen', 'w'], ['a'], {}, { name: '/a/MatMul' }),
        ],
        outputs: ['a'],
        initializers: [weight('w', [2, 3])],
      }),
    );
    for (const choice of [0, 1]) {
      const feeds = { x: input([5, 2]), choice: ortTensor('bool', [], [choice]) };
      expect(await largestDistance(file, feeds, channelwise)).toBe(0);
    }
  });
});

test('moments of disjoint batches add up to those of both', async () => {
  const file = chain();
  const [layer] = findLayers(file).layers;
  const of = async (rows: readonly number[]) => {
    const moments = await instrumentedMoments(file, [layer], channelwise, {
      x: ortTensor('float32', [rows.length / 2, 2], rows),
    });
    const found = moments.get('a');
    if (!found) throw new Error('no moments');
    return found;
  };
  const [first, second, both] = [await of([1, 2, 3, 4]), await of([5, 6]), await of([1, 2, 3, 4, 5, 6])];
  expect(
    distance(
      {
        count: first.count + second.count,
        sum: first.sum.map((entry, i) => entry + second.sum[i]),
        scatter: first.scatter.map((entry, i) => entry + second.scatter[i]),
      },
      both,
    ),
  ).toBe(0);
});
