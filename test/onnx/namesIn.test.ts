import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { namesIn } from '../../src/onnx/namesIn.js';
import { SparseTensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { body, inMemory, nodeWithBodies } from '../support/graphs.js';
import { model, node, tensor, value } from '../support/models.js';

test('inputs, weights, nodes and values count, also those inside bodies', () => {
  const inner = body([node('Neg', ['x'], ['negative'], {}, { name: 'neg' })], ['negative']);
  const { graph } = inMemory(
    model({
      inputs: [value('x', 'float32', [1]), value('choice', 'bool', [])],
      nodes: [
        nodeWithBodies('If', ['choice'], ['y'], { then_branch: inner, else_branch: inner }, 'either'),
        node('Add', ['y', 'w'], ['z']),
      ],
      initializers: [tensor('w', 'float32', [1], [1])],
      outputs: ['z'],
    }),
  );
  graph.sparseInitializer.push(
    create(SparseTensorProtoSchema, { values: tensor('sparse', 'float32', [0], []), dims: [1n] }),
  );
  expect([...namesIn(graph)].filter((name) => name !== '').sort()).toEqual(
    ['choice', 'either', 'neg', 'negative', 'sparse', 'w', 'x', 'y', 'z'].sort(),
  );
});
