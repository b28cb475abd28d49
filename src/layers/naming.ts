import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { biasHolder, outputHolder, weightHolder } from './parameterNames.js';

/** Operators that layers are exported as, lower case: a node that is named by one alone has no module path. */
const operators = new Set(['conv', 'convtranspose', 'gemm', 'matmul', 'lstm', 'gru', 'rnn']);

/** What exporters other than PyTorch's call them. */
const foreignOperators = new Set([
  'conv1d',
  'conv2d',
  'conv3d',
  'conv2dbackpropinput',
  'conv3dbackpropinputv2',
  'conv2d_transpose',
  'conv3d_transpose',
  'depthwiseconv2dnative',
  'depthwise',
  'convolution',
  'batchmatmul',
  'batchmatmulv2',
  'tensordot',
  'biasadd',
  'linear',
]);

/** TensorFlow's wrappers around a whole model and around products: no modules. */
const wrapper = /^(?:(?:Stateful)?PartitionedCall|Tensordot|separable_conv[12]d)(?:_\d+)?$/;

/** What ONNX Runtime's optimizers and quantizers put before a name or behind it. */
const decoration =
  /^(?:fused |FusedBack_|InsertedPrecisionFreeCast_)+|(?:\/\w+Fusion\/?|_token_\d+|_nchwc|(?:(?<!^node)_matmul)?_Q\d|_Bnb4)+$/g;

/** What operators are called where they compute with integers, or several were made one. */
const variant = /^(?:fused|qlinear|dynamicquantize|q)|(?:integer(?:tofloat)?|nbits|bnb4)$/g;

/** The key under which PyTorch's newer exporter keeps the module path of a node: a Python list, outermost first. */
const SCOPES = 'pkg.torch.onnx.name_scopes';

/** The same with the classes of the modules, in its first versions: `: Net/layer1: torch.nn.Sequential/conv2d: aten.conv2d`. */
const NAMESPACE = 'namespace';

/** The key under which its optimizer keeps the rules that made a node of others. */
const RULES = 'pkg.onnxscript.rewriter.rule_name';

/**
 * The name of a layer from the exporter's module path: `/layer1/down/down.0/Conv` → `layer1.down.0`,
 * `model/conv1/Conv2D` → `model.conv1`. Without a path it is that of the weight: `features.0.weight` → `features.0`, or
 * of what else bears a module's name. Not unique by itself.
 *
 * @param biases names of values that this layer alone reads.
 * @returns `undefined` where the node has no usable name; a name that is no more than the operator
 *   (`Conv_3`, `/Gemm`, `p2o.Conv.3`) gives `conv_3`, `gemm_0`.
 */
export function moduleName(node: NodeProto, biases: readonly string[] = []): string | undefined {
  const told = (wanted: string) => node.metadataProps.find(({ key }) => key === wanted)?.value;
  // A convolution that BatchNorm was folded into is filed under BatchNorm; the weight is still the convolution's.
  const isFolded = told(RULES)?.includes('FuseBatchNorm') === true;
  const holder = weightHolder(node);
  const modules = (isFolded ? holder : undefined) ?? scopes(told(SCOPES)) ?? namespace(told(NAMESPACE));
  // Of several weights, as recurrent operators have, none names the whole.
  const inner = /LSTM|GRU|RNN/.test(node.opType) ? undefined : holder;
  if (modules !== undefined) return printable(within(modules, inner));
  // TensorFlow Lite names fused operators `model/dense/MatMul;model/dense/BiasAdd`.
  const segments = segmentsOf(node.name.split(';')[0].replace(decoration, ''));
  const last = segments.at(-1);
  const operator = last === undefined ? undefined : operatorSegment(last, node.opType);
  if (operator !== undefined) segments.pop();
  if (segments.length > 0) return printable(within(joined(segments), inner));
  const path = biasHolder(biases) ?? outputHolder(node);
  const known = holder ?? (path && joined(segmentsOf(path)));
  return known === undefined ? operator : printable(known);
}

const segmentsOf = (path: string): string[] =>
  path.split('/').filter((segment) => segment.trim() !== '' && !wrapper.test(segment));

/** The module that holds the weight, where it is inside the one that the node is filed under. */
const within = (module: string, holder: string | undefined): string =>
  holder?.startsWith(`${module}.`) ? holder : module;

/** A name for a node without a usable one. */
export function operatorName(node: NodeProto, index: number): string {
  return printable(`${node.opType.toLowerCase()}_${index}`);
}

/** Longer ones are no operator's name. */
const LONGEST_SEGMENT = 80;

/**
 * The operator and its number where that is all that a path segment tells (`Conv`, `Conv_12`, `Conv2D`,
 * `MatMul__7`, Paddle's `p2o.Conv.3`): `conv_12`. What a quantizer adds is left out (`Conv_12_quant`,
 * `Gemm_7_MatMul_quant`), so that a layer keeps its name when its model is quantized.
 */
function operatorSegment(segment: string, opType: string): string | undefined {
  if (segment.length > LONGEST_SEGMENT) return undefined;
  const match = /^(?:p2o\.|node_|FullyConnect_)?(.*?)(?:[_.]+(\d+))?(?:_MatMul)?(?:_quant)?$/.exec(segment);
  const word = match?.[1].toLowerCase() ?? '';
  const number = match?.[2] ?? '0';
  if (operators.has(word)) return `${word}_${number}`;
  const operator = opType.toLowerCase().replace(variant, '');
  // scikit-learn's exporter counts without anything between.
  const counted = segment.startsWith(opType) ? /^\d+$/.exec(segment.slice(opType.length))?.[0] : undefined;
  if (counted !== undefined) return `${operator}_${counted}`;
  return word === operator || word === opType.toLowerCase() || foreignOperators.has(word)
    ? `${operator}_${number}`
    : undefined;
}

/** Control characters would break the tables, files and terminals that names are written to. */
const printable = (name: string): string => name.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '_');

/**
 * Joins segments with dots. PyTorch repeats the path of a container in its children (`down`, `down.0`): a segment
 * that begins with the one before it takes its place.
 */
function joined(segments: readonly string[]): string {
  const parts: string[] = [];
  for (const segment of segments) {
    const before = parts.at(-1);
    if (before !== undefined && segment.startsWith(`${before}.`)) parts.pop();
    parts.push(segment);
  }
  return parts.join('.');
}

/** `['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d_3']` → `layer1.0.conv1`: the last entry is the operator. */
function scopes(list: string | undefined): string | undefined {
  const entries = [...(list ?? '').matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2]);
  return entries.slice(0, -1).findLast((entry) => entry !== '');
}

/** `: Net/layer1: torch.nn.Sequential/layer1.0: torch.nn.Conv2d/conv2d: aten.conv2d.default` → `layer1.0`. */
function namespace(path: string | undefined): string | undefined {
  const entries = (path ?? '').split('/').filter((entry) => entry.includes(':'));
  return entries
    .slice(0, -1)
    .map((entry) => entry.slice(0, entry.indexOf(':')).trim())
    .findLast((entry) => entry !== '');
}

/** Makes names unique by `_2`, `_3`, … in the order in which they are asked for. */
export class UniqueNames {
  /** Every name that was given, with the number to go on from: counting again would take n² steps for n of one name. */
  readonly #next = new Map<string, number>();

  take(name: string): string {
    let unique = name;
    let count = this.#next.get(name) ?? 2;
    while (this.#next.has(unique)) unique = `${name}_${count++}`;
    this.#next.set(name, count);
    if (unique !== name) this.#next.set(unique, 2);
    return unique;
  }
}
