import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  NodeProtoSchema,
  SparseTensorProtoSchema,
  TrainingInfoProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';
import { namesRead, storedTensors } from '../../src/onnx/walk.js';
import { body, nodeWithBodies, withFunction } from '../support/graphs.js';
import { model, node, tensor } from '../support/models.js';

const named = (name: string) => tensor(name, 'float32', [1], [0]);
const sparse = (name: string) =>
  create(SparseTensorProtoSchema, { values: named(`${name} values`), indices: named(`${name} indices`) });

it('every tensor that a model stores is found, wherever it stands', () => {
  const proto = model({
    nodes: [
      node('Constant', [], ['c'], { value: named('attribute') }),
      create(NodeProtoSchema, {
        opType: 'Constant',
        output: ['s'],
        attribute: [
          create(AttributeProtoSchema, {
            name: 'many',
            tensors: [named('first of many'), named('second of many')],
            sparseTensor: sparse('attribute'),
            sparseTensors: [sparse('many')],
            graphs: [create(GraphProtoSchema, { initializer: [named('in one of many bodies')] })],
          }),
          create(AttributeProtoSchema, {
            name: 'rest',
            sparseTensors: [sparse('alone'), create(SparseTensorProtoSchema)],
          }),
        ],
      }),
      nodeWithBodies('If', ['c'], ['i'], {
        then_branch: body([node('Constant', [], ['t'], { value: named('in a body') })], ['t']),
      }),
    ],
    inputs: [],
    outputs: [],
    initializers: [named('initializer')],
  });
  proto.graph?.sparseInitializer.push(sparse('sparse'), create(SparseTensorProtoSchema));
  withFunction(proto, 'Own', [node('Constant', [], ['b'], { value: named('in a function') })]);
  proto.functions[0].attributeProto.push(
    create(AttributeProtoSchema, { name: 'd', t: named('default of a function') }),
  );
  proto.trainingInfo.push(
    create(TrainingInfoProtoSchema, {
      initialization: create(GraphProtoSchema, { initializer: [named('to begin training')] }),
      algorithm: create(GraphProtoSchema, { initializer: [named('to train')] }),
    }),
    create(TrainingInfoProtoSchema),
  );
  expect([...storedTensors(proto)].map(({ name }) => name).sort()).toEqual(
    [
      ...['initializer', 'sparse values', 'sparse indices', 'attribute', 'in a body', 'in a function'],
      ...['first of many', 'second of many', 'attribute values', 'attribute indices'],
      ...['many values', 'many indices', 'alone values', 'alone indices', 'in one of many bodies'],
      ...['default of a function', 'to begin training', 'to train'],
    ].sort(),
  );
});

it('a node reads what its bodies take from outside, but not what they have themselves', () => {
  const inner = create(GraphProtoSchema, {
    ...body(
      [node('Add', ['own input', 'outer'], ['own']), node('Mul', ['own', 'dense', 'sparse'], ['z'])],
      ['z', 'through'],
    ),
    input: [create(ValueInfoProtoSchema, { name: 'own input' })],
    initializer: [named('dense')],
    sparseInitializer: [create(SparseTensorProtoSchema, { values: named('sparse') })],
  });
  expect([...namesRead(nodeWithBodies('Scan', ['x', ''], ['y'], { body: inner }))]).toEqual([
    ...['x', 'outer', 'through'],
  ]);
});
