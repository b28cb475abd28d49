import { create } from '@bufbuild/protobuf';
import { type GraphProto, GraphProtoSchema, ValueInfoProtoSchema } from '../onnx/proto/onnx_pb.js';
import { constantTensor } from './constantTensor.js';
import type { MomentOutputs } from './instrumentedModel.js';
import { momentOutputs } from './momentNodes.js';
import type { NodeBuilder } from './nodeBuilder.js';
import { declare } from './rewrite.js';

/** `If`, `Scan` and a `Gemm` of two operands, all as they still are. */
export const IN_TURN_OPSET = 11;

/**
 * A feature map of more elements is taken up sample by sample: all at once, in float64, it is larger than a processor's
 * caches (40 MB). Measured: from 6 million elements on a fourth to a third faster, at 3 million a seventh slower.
 */
const LARGE = 5_000_000;

/**
 * Moments of the channels of a feature map `[samples, channels, ...positions]`, in float64. A large map is taken up sample
 * by sample: one sample's map has a row per channel as it lies, so that nothing is turned, and no float64 copy of the
 * whole is made.
 *
 * @param atOnce adds the nodes for a map that is not large.
 */
export function addMomentsInTurn(
  build: NodeBuilder,
  layer: string,
  map: string,
  atOnce: (build: NodeBuilder) => MomentOutputs,
): MomentOutputs {
  const outputs = momentOutputs(build, layer);
  const isLarge = build.add('Greater', [build.add('Size', [map]), build.constant('int64', LARGE)]);
  build.addWithOutputs(
    'If',
    [isLarge],
    { then_branch: inTurn(build.inBody(), map), else_branch: whole(build.inBody(), atOnce) },
    [outputs.count, outputs.sum, outputs.scatter],
  );
  return outputs;
}

function whole(build: NodeBuilder, atOnce: (build: NodeBuilder) => MomentOutputs): GraphProto {
  const { count, sum, scatter } = atOnce(build);
  return graphOf(build, 'delve/at_once', [], momentsOf(count, sum, scatter));
}

function inTurn(build: NodeBuilder, map: string): GraphProto {
  const channels = build.dimensions(map, 1, 2);
  const square = build.add('Concat', [channels, channels], { axis: 0 });
  const zeros = (shape: string) =>
    build.add('ConstantOfShape', [shape], { value: constantTensor('float64', [0]) });
  const [sum, scatter] = build.addWithOutputs(
    'Scan',
    [zeros(channels), zeros(square), map],
    { num_scan_inputs: 1, body: oneSample(build.inBody()) },
    [build.unique('delve/sum'), build.unique('delve/scatter')],
  );
  const count = build.arithmetic('Div', [build.add('Size', [map]), build.dimension(map, 1)]);
  return graphOf(build, 'delve/in_turn', [], momentsOf(count, sum, scatter));
}

/** Adds the moments of one sample, `[channels, ...positions]`, to those before. */
function oneSample(build: NodeBuilder): GraphProto {
  const [before, sample] = [
    [build.unique('delve/sum'), build.unique('delve/scatter')],
    build.unique('delve/sample'),
  ];
  // Of the map's type, whichever that is.
  const untyped = create(ValueInfoProtoSchema, { name: sample });
  const x = build.cast(build.add('Flatten', [sample], { axis: 1 }), 'float64');
  const sum = build.arithmetic('Add', [before[0], build.reduce('ReduceSum', x, [1])]);
  const scatter = build.add('Gemm', [x, x, before[1]], { transB: 1 });
  return graphOf(
    build,
    'delve/sample',
    [declare(before[0], 'float64', 1), declare(before[1], 'float64', 2), untyped],
    [declare(sum, 'float64', 1), declare(scatter, 'float64', 2)],
  );
}

const momentsOf = (count: string, sum: string, scatter: string) => [
  declare(count, 'int64', 0),
  declare(sum, 'float64', 1),
  declare(scatter, 'float64', 2),
];

function graphOf(
  build: NodeBuilder,
  name: string,
  input: GraphProto['input'],
  output: GraphProto['output'],
): GraphProto {
  return create(GraphProtoSchema, { name, node: build.nodes, input, output });
}
