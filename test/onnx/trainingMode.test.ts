import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { trainingNodes } from '../../src/onnx/trainingMode.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import { model, node, tensor } from '../support/models.js';

type Nodes = Parameters<typeof model>[0]['nodes'];
const found = (nodes: Nodes, opset = 17, initializers = [tensor('yes', 'bool', [], [1])]) => [
  ...trainingNodes(inMemory(model({ nodes, inputs: [], outputs: [], initializers })).graph, opset),
];
const inputs = ['x', 's', 'b', 'm', 'v'];

describe('a BatchNormalization', () => {
  it('trains from opset 14 on where it says so', () => {
    expect(found([node('BatchNormalization', inputs, ['y', 'm2', 'v2'], { training_mode: 1n })])).toEqual([
      ['BatchNormalization', 1],
    ]);
    expect(found([node('BatchNormalization', inputs, ['y', 'm2'], { training_mode: 0n })], 14)).toEqual([]);
    expect(found([node('BatchNormalization', inputs, ['y', 'm2'])])).toEqual([]);
  });

  it('trains before where it has further outputs', () => {
    expect(found([node('BatchNormalization', inputs, ['y', 'm2'])], 13)).toEqual([['BatchNormalization', 1]]);
    expect(found([node('BatchNormalization', inputs, ['y'])], 13)).toEqual([]);
    expect(found([node('BatchNormalization', inputs, ['y', '', ''])], 13)).toEqual([]);
  });

  it('of another domain is another operator', () => {
    const inDomain = (domain: string) =>
      found([node('BatchNormalization', inputs, ['y'], { training_mode: 1n }, { domain })]);
    expect(inDomain('mine')).toEqual([]);
    expect(inDomain('ai.onnx')).toEqual([['BatchNormalization', 1]]);
  });
});

describe('a Dropout', () => {
  const dropout = (mode: string) => node('Dropout', ['x', 'ratio', mode], ['y']);

  it('trains where a constant says so, of an initializer or of a node', () => {
    expect(found([dropout('yes')])).toEqual([['Dropout', 1]]);
    expect(found([dropout('no')], 17, [tensor('no', 'bool', [], [0])])).toEqual([]);
    const made = (on: number) => node('Constant', [], ['mode'], { value: tensor('', 'bool', [], [on]) });
    expect(found([made(1), dropout('mode')])).toEqual([['Dropout', 1]]);
    expect(found([made(0), dropout('mode')])).toEqual([]);
  });

  it('may have its constant in int32_data', () => {
    const stored = (on: number) => create(TensorProtoSchema, { name: 'mode', dataType: 9, int32Data: [on] });
    expect(found([dropout('mode')], 17, [stored(1)])).toEqual([['Dropout', 1]]);
    expect(found([dropout('mode')], 17, [stored(0)])).toEqual([]);
  });

  it('does not where nothing is said, or what is said is computed', () => {
    expect(found([node('Dropout', ['x', 'ratio'], ['y'])])).toEqual([]);
    expect(found([dropout('')])).toEqual([]);
    expect(found([node('Not', ['yes'], ['mode']), dropout('mode')])).toEqual([]);
    expect(found([node('Identity', ['x', 'ratio', 'yes'], ['y'])])).toEqual([]);
  });
});

it('nodes are counted, those in bodies too', () => {
  const training = node('BatchNormalization', inputs, ['y'], { training_mode: 1n });
  const proto = model({
    nodes: [training, nodeWithBodies('If', ['c'], ['i'], { then_branch: body([training, training], ['y']) })],
    inputs: [],
    outputs: [],
  });
  expect([...trainingNodes(inMemory(proto).graph, 17)]).toEqual([['BatchNormalization', 3]]);
});
