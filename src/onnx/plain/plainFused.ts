import { create } from '@bufbuild/protobuf';
import { stringAttribute } from '../attributes.js';
import { constantFloat, makeNode } from '../makeNode.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
} from '../proto/onnx_pb.js';

/** What is fused with an activation. */
const plainOf = new Map([
  ['FusedConv', 'Conv'],
  ['FusedGemm', 'Gemm'],
]);

/** Activations, and the attributes that a list of parameters holds, in its order. */
const parametersOf = new Map<string, readonly string[]>([
  ['Relu', []],
  ['Tanh', []],
  ['Sigmoid', []],
  ['Softplus', []],
  ['Softsign', []],
  ['LeakyRelu', ['alpha']],
  ['Elu', ['alpha']],
  ['Selu', ['alpha', 'gamma']],
  ['HardSigmoid', ['alpha', 'beta']],
  ['ThresholdedRelu', ['alpha']],
  ['Clip', ['min', 'max']],
]);

/** The first opset in which the bounds of `Clip` are inputs. */
const BOUNDS_OPSET = 11;

/**
 * `FusedConv(x, w, b, z)`, the activation of a convolution and a sum, as Conv, Add and the activation; `FusedGemm` likewise.
 * They give the same to the bit, but for the sum: ONNX Runtime begins with it, and rounds the last bit otherwise.
 *
 * @returns `undefined` where the node is neither, or its activation is not known.
 */
export function plainFused(
  node: NodeProto,
  graph: GraphProto,
  { fresh, opset }: { fresh: (wanted: string) => string; opset: number },
): NodeProto[] | undefined {
  const opType = plainOf.get(node.opType);
  if (opType === undefined) return undefined;
  const activation = stringAttribute(node, 'activation', '');
  const parameters = activation === '' ? new Map<string, number>() : parametersIn(node, activation);
  if (!parameters) return undefined;
  // Bounds have to be of the type of the activation; that of real numbers is the only one that is certain here.
  const isHalf = graph.initializer.some(({ name, dataType }) => name === node.input[1] && dataType !== 1);
  if (activation === 'Clip' && opset >= BOUNDS_OPSET && isHalf) return undefined;

  const [output] = node.output;
  const addend = node.opType === 'FusedConv' ? node.input[3] : undefined;
  const input = addend === undefined ? node.input : node.input.slice(0, node.input[2] ? 3 : 2);
  const isLast = { product: !addend && activation === '', sum: activation === '' };
  const product = isLast.product ? output : fresh(`${output}/${opType}`);
  const nodes: NodeProto[] = [
    create(NodeProtoSchema, {
      name: node.name,
      opType,
      input,
      output: [product],
      attribute: node.attribute.filter(({ name }) => !name.startsWith('activation')),
      docString: node.docString,
      metadataProps: node.metadataProps,
    }),
  ];
  const sum = addend && (isLast.sum ? output : fresh(`${output}/Add`));
  if (sum) nodes.push(makeNode('Add', [product, addend], sum));
  if (activation === '') return nodes;
  const read = sum ?? product;
  const isBounded = activation === 'Clip' && opset >= BOUNDS_OPSET;
  const bounds = isBounded
    ? [...parameters.values()].map((value) => constantFloat(value, fresh(`${output}/bound`)))
    : [];
  nodes.push(
    ...bounds,
    create(NodeProtoSchema, {
      opType: activation,
      input: [read, ...bounds.flatMap((bound) => bound.output)],
      output: [output],
      attribute: isBounded ? [] : [...parameters].map(([name, value]) => float(name, value)),
    }),
  );
  return nodes;
}

/** By name; `undefined` where the activation, or what it takes, is not known. */
function parametersIn(node: NodeProto, activation: string): Map<string, number> | undefined {
  const names = parametersOf.get(activation);
  if (!names) return undefined;
  const list = node.attribute.find(({ name }) => name === 'activation_params')?.floats ?? [];
  const found = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const value = node.attribute.find((each) => each.name === `activation_${name}`)?.f ?? list[i];
    // What is left out has the activation's own value.
    if (value !== undefined) found.set(name, value);
    else if (activation === 'Clip') return undefined;
  }
  return found;
}

const float = (name: string, f: number): AttributeProto =>
  create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f });
