import type { Graph } from '../../onnx/graph.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import { attention, closedOperators, qAttention } from './attention.js';
import { BLOCKED_DOMAIN, blockedConvolution } from './blockedConvolution.js';
import { convolution } from './convolution.js';
import { einsum } from './einsum.js';
import type { LayerFamily } from './family.js';
import { convInteger, matMulInteger, scaledMatMulInteger } from './integer.js';
import { gemm, matMul, matMulNBits } from './linear.js';
import { qGemm, qLinearConv, qLinearMatMul } from './quantized.js';
import { recurrent } from './recurrent.js';

/** Everything that is a layer by itself. A new kind of layer is one new file and one line here. */
const families: readonly LayerFamily[] = [
  convolution,
  gemm,
  matMul,
  matMulNBits,
  recurrent,
  qLinearConv,
  qLinearMatMul,
  qGemm,
  convInteger,
  matMulInteger,
  scaledMatMulInteger,
  attention,
  qAttention,
  closedOperators,
  einsum,
];

const byOperator: ReadonlyMap<string, LayerFamily> = new Map(
  families.flatMap((family) => family.operators.map((operator) => [operator, family])),
);

/** Where layers can come from; a domain of the user's own, or a local function, may mean anything by `Conv`. */
const domains = new Set(['', 'ai.onnx', 'com.microsoft']);

/** The family of a node, `undefined` for operators that are no layers. `graph` is any graph of the node's model. */
export function familyOf(node: NodeProto, graph: Graph): LayerFamily | undefined {
  if (node.domain === BLOCKED_DOMAIN && node.opType === 'Conv') return blockedConvolution;
  return domains.has(node.domain) && !graph.localFunction(node) ? byOperator.get(node.opType) : undefined;
}
