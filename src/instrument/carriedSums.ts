import { create } from '@bufbuild/protobuf';
import { serializeModel } from '../onnx/modelFile.js';
import {
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
} from '../onnx/proto/onnx_pb.js';
import type { MomentOutputs } from './instrumentedModel.js';
import { NodeBuilder } from './nodeBuilder.js';
import { declare } from './rewrite.js';
import type { CarriedSums } from './rewrittenModel.js';

/** Batches whose sums are added up in float32: more would cost digits (16 cost 1e-6 at most). */
export const MOST_CARRIED = 16;

const READER_OPSET = 13;

/**
 * A model whose sums go from run to run: the inputs that take them up are declared, and what reads them is built.
 *
 * @param model an instrumented model whose nodes have these inputs already.
 * @param first the input that says that there are no sums yet.
 */
export function withCarriedSums(
  model: ModelProto,
  layers: readonly MomentOutputs[],
  first: string,
): { readonly model: ModelProto; readonly carried: CarriedSums } {
  const { graph } = model;
  if (!graph) throw new TypeError('a model without a graph');
  const values = layers.flatMap(({ sum, scatter, shift, carried }) =>
    carried && shift !== undefined
      ? [
          { output: sum, input: carried.sum, rank: 1 },
          { output: scatter, input: carried.scatter, rank: 2 },
          { output: shift, input: carried.shift, rank: 1 },
        ]
      : [],
  );
  const inputs = [
    declare(first, 'bool', 0),
    ...values.map(({ input, rank }) => declare(input, 'float32', rank)),
  ];
  return {
    model: { ...model, graph: { ...graph, input: [...graph.input, ...inputs] } },
    carried: {
      ...{ first, values, reader: readerOf(values) },
      added: layers.flatMap(({ count, sum, scatter, carried }) =>
        carried ? [count] : [count, sum, scatter],
      ),
    },
  };
}

/** What lies on a device comes to the host as what a model of its own puts out there. */
function readerOf(values: CarriedSums['values']): Uint8Array {
  const build = new NodeBuilder(
    READER_OPSET,
    values.flatMap(({ input, output }) => [input, output]),
  );
  // An Identity would be taken out, and the input would be the output.
  for (const { input, output } of values) {
    build.add('Mul', [output, build.constant('float32', 1)], {}, input);
  }
  return serializeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { version: BigInt(READER_OPSET) })],
      graph: create(GraphProtoSchema, {
        name: 'delve/reader',
        node: build.nodes,
        input: values.map(({ output, rank }) => declare(output, 'float32', rank)),
        output: values.map(({ input, rank }) => declare(input, 'float32', rank)),
      }),
    }),
  );
}
