import { intsAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import type { Graph } from '../../onnx/graph.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import type { ActivationLayout } from '../layer.js';
import type { LayerFamily } from './family.js';
import { rankOf } from './matrixLayout.js';
import { familyOf } from './registry.js';

/** Operators that keep their first activation's layout: rank, and which axis the features are on. */
const layoutPreserving = new Set(
  (
    'Relu LeakyRelu PRelu Elu Celu Selu Sigmoid HardSigmoid HardSwish Mish Tanh Softplus Softsign Gelu FastGelu ' +
    'BiasGelu QuickGelu Erf Clip Abs Neg Exp Log Sqrt Pow Add Sub Mul Div Min Max Where Sum Mean Identity Cast ' +
    'Dropout BatchNormalization InstanceNormalization LayerNormalization SimplifiedLayerNormalization ' +
    'SkipLayerNormalization GroupNormalization LpNormalization LRN Softmax LogSoftmax MaxPool AveragePool LpPool ' +
    'GlobalAveragePool GlobalMaxPool Resize Upsample Pad Concat QuantizeLinear DequantizeLinear'
  ).split(' '),
);

/** Operators that say themselves, of three or more dimensions, that the features are on axis 1 … */
const channelsFirst = new Set(
  (
    'BatchNormalization InstanceNormalization GroupNormalization LRN MaxPool AveragePool LpPool ' +
    'GlobalAveragePool GlobalMaxPool'
  ).split(' '),
);

/** … or on the last one. */
const featuresLast = new Set(
  'MatMul FusedMatMul LayerNormalization SimplifiedLayerNormalization SkipLayerNormalization'.split(' '),
);

/** Any operator that `--ops` names. Its layout is that of the layer which its values come from. */
export const anyOperator: LayerFamily = {
  operators: [],
  describe({ node, graph }) {
    const output = node.output[0];
    if (!output) return 'its first output is left out';
    if (constantValue(graph, output)) return undefined;
    const layout = layoutOf(graph, output);
    if (layout) return { output, layout };
    const { rank } = rankOf(graph, output);
    if (rank === undefined) return 'the rank of its output is not known without running the model';
    return rank < 2
      ? 'its output has too few dimensions for samples and features'
      : 'a Transpose before it moves the samples or the features to an axis of their own';
  },
};

/** Follows activations back to a layer, or to a value whose layout its operator or its rank tells. */
function layoutOf(graph: Graph, output: string): ActivationLayout | undefined {
  const transposes: NodeProto[] = [];
  let name = output;
  for (const seen = new Set<string>(); !seen.has(name); ) {
    seen.add(name);
    const node = graph.producer(name);
    if (!node || node.output[0] !== name) break;
    const described = familyOf(node, graph)?.describe({ node, graph });
    if (described && typeof described !== 'string') return transposed(described.layout, transposes);
    const isTranspose = node.opType === 'Transpose';
    if (!isTranspose && !layoutPreserving.has(node.opType)) break;
    const activation = node.input.find((input) => input !== '' && !constantValue(graph, input));
    if (activation === undefined) break;
    if (isTranspose) transposes.push(node);
    name = activation;
  }
  const source = toldByRank(graph, name);
  return (
    toldByOperator(graph, output) ?? (source && transposed(source, transposes)) ?? toldByRank(graph, output)
  );
}

function toldByOperator(graph: Graph, name: string): ActivationLayout | undefined {
  const operator = graph.producer(name)?.opType ?? '';
  const { rank } = rankOf(graph, name);
  if (featuresLast.has(operator) && (rank === undefined || rank >= 2)) {
    return { kind: 'featuresLast', ...rankOf(graph, name) };
  }
  return channelsFirst.has(operator) && rank !== undefined && rank >= 3
    ? { kind: 'featureMap', rank }
    : undefined;
}

/** What the declared rank suggests where nothing else is known: images from four dimensions, rows and tokens below. */
function toldByRank(graph: Graph, name: string): ActivationLayout | undefined {
  const told = toldByOperator(graph, name);
  const { rank } = rankOf(graph, name);
  if (told || rank === undefined || rank < 2) return told;
  return rank >= 4 ? { kind: 'featureMap', rank } : { kind: 'featuresLast', rank };
}

/** Where the features go when an activation is transposed, the last of `transposes` first. */
function transposed(
  layout: ActivationLayout,
  transposes: readonly NodeProto[],
): ActivationLayout | undefined {
  let moved: ActivationLayout | undefined = layout;
  for (const node of transposes.toReversed()) moved = moved && transposedOnce(moved, node);
  return moved;
}

function transposedOnce(layout: ActivationLayout, node: NodeProto): ActivationLayout | undefined {
  const order = intsAttribute(node, 'perm');
  if (!order || (layout.kind !== 'featureMap' && layout.kind !== 'featuresLast')) return undefined;
  if (layout.kind === 'featuresLast' && layout.samplesAxis !== undefined) return undefined;
  const rank = order.length;
  if (layout.rank !== undefined && layout.rank !== rank) return undefined;
  const axis = order.indexOf(layout.kind === 'featureMap' ? 1 : rank - 1);
  // Samples that leave the first axis are samples no more.
  if (order[0] !== 0) return undefined;
  if (axis === rank - 1) return { kind: 'featuresLast', rank };
  return axis === 1 ? { kind: 'featureMap', rank } : undefined;
}
