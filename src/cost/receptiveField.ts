import { intAttribute, intsAttribute, stringAttribute } from '../onnx/attributes.js';
import { constantValue } from '../onnx/constantShape.js';
import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import { namesRead } from '../onnx/walk.js';
import type { Shapes } from './macs.js';
import { inputReaches, met, moved, type Reaches, reshaped, slid, summedUp } from './reach.js';

/** How far the values of a model see, and along which axes of the input that means something. */
export interface ReceptiveFields {
  readonly of: ReadonlyMap<string, Reaches>;
  /** The axes of the model's input along which a window slides: height and width of an image, steps of a signal. */
  readonly spatial: readonly number[];
}

/** A node with what is known around it. */
interface At {
  readonly node: NodeProto;
  readonly graph: Graph;
  readonly shapes: Shapes;
  /** Reaches of what the node reads, joined where there are several, axes counted as in the output. */
  readonly read: Reaches;
  /** Notes an axis of the input along which a window slides. */
  readonly slides: (reaches: Reaches, axis: number) => void;
}

const windows = new Set([
  'Conv',
  'FusedConv',
  'ConvInteger',
  'QLinearConv',
  'MaxPool',
  'AveragePool',
  'LpPool',
  'QLinearAveragePool',
  'NhwcConv',
]);
const globals = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'GlobalLpPool', 'QLinearGlobalAveragePool']);
const products = new Set([
  'MatMul',
  'FusedMatMul',
  'MatMulInteger',
  'QLinearMatMul',
  'MatMulNBits',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
]);
const recurrent = new Set(['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM']);

/**
 * Receptive fields of all values of a model, in input positions, by walking the graph once. Where an operator is not
 * known, a number of its output counts as seeing everything that it could.
 *
 * @param shapes of the values, which tell what a Reshape or a Resize does.
 */
export function receptiveFields(graph: Graph, inputs: readonly string[], shapes: Shapes): ReceptiveFields {
  const of = new Map<string, Reaches>();
  const spatial = new Set<number>();
  for (const name of inputs) of.set(name, inputReaches(shapes.get(name)?.length ?? 0));
  const slides = (reaches: Reaches, axis: number) => {
    for (const [inputAxis, reach] of reaches) if (reach.axes.includes(axis)) spatial.add(inputAxis);
  };
  for (const node of graph.proto.node) {
    const output = shapes.get(node.output[0]);
    const read = [...namesRead(node)].flatMap((name) => {
      const reaches = of.get(name);
      return reaches ? [aligned(reaches, shapes.get(name), output)] : [];
    });
    if (read.length === 0) continue;
    const reaches = passed({ node, graph, shapes, read: met(read), slides }, of);
    for (const name of node.output) if (name !== '') of.set(name, reaches);
  }
  return { of, spatial: [...spatial].sort((a, b) => a - b) };
}

/** Broadcasting counts axes from the right; only for values of fewer axes than the output. */
function aligned(
  reaches: Reaches,
  from: readonly number[] | undefined,
  to: readonly number[] | undefined,
): Reaches {
  const shift = from && to ? to.length - from.length : 0;
  return shift > 0 ? moved(reaches, (axis) => [axis + shift]) : reaches;
}

/** What a node makes of the reaches that it reads. */
function passed(at: At, of: ReadonlyMap<string, Reaches>): Reaches {
  const { node, graph, shapes, read } = at;
  const { opType } = node;
  const main = of.get(node.input[0]) ?? read;
  const from = shapes.get(node.input[0]) ?? constantValue(graph, node.input[0])?.shape;
  const to = shapes.get(node.output[0]);
  if (windows.has(opType)) return window(at, main, from);
  if (opType === 'ConvTranspose') return transposedWindow(at, main, from);
  if (globals.has(opType)) return positionAxes(node, from).reduce(summedUp, main);
  // Whatever the axes are, it looks from each position at all others.
  if (opType.endsWith('Attention')) return everything(read);
  if (opType.startsWith('Reduce') || opType === 'ArgMax' || opType === 'ArgMin')
    return reduced(at, main, from, to);
  if (opType === 'Gemm' || opType === 'QGemm' || opType === 'FusedGemm') {
    return summedUp(main, intAttribute(node, 'transA', 0) === 1 ? 0 : 1);
  }
  if (products.has(opType)) return multiplied(at, of, to);
  if (recurrent.has(opType)) return summedUp(summedUp(main, 0), 2);
  if (opType === 'Transpose') return transposed(node, main, from);
  if (opType === 'Resize' || opType === 'Upsample') return resized(at, main, from, to);
  if (opType === 'SpaceToDepth' || opType === 'DepthToSpace') return blocks(at, main);
  if (opType === 'Gather' && from && to) return gathered(node, main, from, to);
  if (!from || !to) return everything(read);
  const size = (shape: readonly number[]) => shape.reduce((product, each) => product * each, 1);
  if (from.length === to.length && from.every((each, axis) => each === to[axis])) return read;
  const isReshape = size(from) === size(to) && node.input.slice(1).every((name) => !of.has(name));
  if (isReshape) return moved(main, reshaped(from, to));
  // Elementwise with broadcasting, Concat, Slice, Pad, Expand: axes stay where they are.
  if (to.length >= from.length) return read;
  return everything(read);
}

const upTo = (end: number, start: number): number[] =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

/** The axes of positions: all behind the channels, or before them where an optimizer put these last. */
function positionAxes(node: NodeProto, shape: readonly number[] | undefined): number[] {
  const rank = shape?.length ?? 2;
  return intAttribute(node, 'channels_last', 0) ? upTo(rank - 1, 1) : upTo(rank, 2);
}

const everything = (reaches: Reaches): Reaches =>
  new Map(
    [...reaches].map(([axis, reach]) => [
      axis,
      { ...reach, min: Number.POSITIVE_INFINITY, max: Number.POSITIVE_INFINITY, axes: [] },
    ]),
  );

/** The sizes of a window: the attribute, or the weight's last axes. */
function kernelOf({ node, graph }: At): readonly number[] | undefined {
  const given = intsAttribute(node, 'kernel_shape');
  if (given) return given;
  const weight = constantValue(graph, node.input[node.opType === 'QLinearConv' ? 3 : 1])?.shape;
  return weight?.slice(2);
}

/** Convolutions see all channels of a group; for positions it is the same as all of them. */
function window(at: At, main: Reaches, from: readonly number[] | undefined): Reaches {
  const kernel = kernelOf(at) ?? upTo((from?.length ?? 2) - 2, 0).map(() => 1);
  const strides = intsAttribute(at.node, 'strides');
  const dilations = intsAttribute(at.node, 'dilations');
  const isConvolution = at.node.opType.includes('Conv');
  const [first, channels] = intAttribute(at.node, 'channels_last', 0) ? [1, kernel.length + 1] : [2, 1];
  let reaches = isConvolution ? summedUp(main, channels) : main;
  for (const [i, size] of kernel.entries()) {
    at.slides(reaches, i + first);
    reaches = slid(reaches, i + first, { kernel: size, dilation: dilations?.[i], stride: strides?.[i] });
  }
  return reaches;
}

/** Each output position of a transposed convolution sees ⌈kernel / stride⌉ input positions, on a grid `stride` times as fine. */
function transposedWindow(at: At, main: Reaches, from: readonly number[] | undefined): Reaches {
  const kernel = kernelOf(at) ?? upTo((from?.length ?? 2) - 2, 0).map(() => 1);
  const strides = intsAttribute(at.node, 'strides');
  const dilations = intsAttribute(at.node, 'dilations');
  let reaches = summedUp(main, 1);
  for (const [i, size] of kernel.entries()) {
    const stride = strides?.[i] ?? 1;
    const spread = (size - 1) * (dilations?.[i] ?? 1) + 1;
    at.slides(reaches, i + 2);
    reaches = slid(reaches, i + 2, { kernel: Math.ceil(spread / stride), stride: 1 / stride });
  }
  return reaches;
}

function reduced(
  { node }: At,
  main: Reaches,
  from: readonly number[] | undefined,
  to: readonly number[] | undefined,
): Reaches {
  const rank = from?.length;
  if (rank === undefined || !from || !to) return everything(main);
  // The axes may be an input whose values are not at hand; then the shapes tell them.
  const given =
    intsAttribute(node, 'axes') ??
    (node.opType.startsWith('Arg') ? [intAttribute(node, 'axis', 0)] : undefined);
  const axes = given?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? reducedAxes(from, to);
  if (!axes) return everything(main);
  const summed = axes.reduce(summedUp, main);
  if (to.length === rank) return summed;
  const kept = upTo(rank, 0).filter((axis) => !axes.includes(axis));
  return moved(summed, (axis) => (kept.includes(axis) ? [kept.indexOf(axis)] : []));
}

/** Which axes went from a size to 1; `undefined` where that does not tell. */
function reducedAxes(from: readonly number[], to: readonly number[]): number[] | undefined {
  if (to.length === from.length) return upTo(from.length, 0).filter((axis) => from[axis] !== to[axis]);
  // Axes that are left out: the one way in which the rest fits, taken from the right.
  const axes: number[] = [];
  let next = to.length - 1;
  for (let axis = from.length - 1; axis >= 0; axis--) {
    if (next >= 0 && from[axis] === to[next]) next--;
    else axes.push(axis);
  }
  return next < 0 ? axes : undefined;
}

/** A product sums up the last axis of the left and the last but one of the right. */
function multiplied(
  { node, graph, shapes }: At,
  of: ReadonlyMap<string, Reaches>,
  to: readonly number[] | undefined,
): Reaches {
  const operands = node.opType === 'QLinearMatMul' ? [node.input[0], node.input[3]] : node.input.slice(0, 2);
  const flags = ['transA', 'transB'];
  const sides = operands.flatMap((name, side) => {
    const reaches = of.get(name);
    const rank = (shapes.get(name) ?? constantValue(graph, name)?.shape)?.length;
    if (!reaches || rank === undefined) return [];
    const turned = intAttribute(node, flags[side], 0) === 1 && node.opType === 'FusedMatMul';
    const inner = (side === 0) === turned ? rank - 2 : rank - 1;
    const outer = inner === rank - 1 ? rank - 2 : rank - 1;
    const summed = summedUp(reaches, inner);
    const shift = (to?.length ?? rank) - rank;
    const place = side === 0 ? rank - 2 : rank - 1;
    return [
      moved(summed, (axis) => (axis === outer ? [place + shift] : axis === inner ? [] : [axis + shift])),
    ];
  });
  return met(sides);
}

function transposed(node: NodeProto, main: Reaches, from: readonly number[] | undefined): Reaches {
  const rank = from?.length ?? 0;
  const order = intsAttribute(node, 'perm') ?? upTo(rank, 0).reverse();
  return moved(main, (axis) => {
    const place = order.indexOf(axis);
    return place < 0 ? [] : [place];
  });
}

/** Input positions that an output position is interpolated from, besides the first. */
const neighbours: ReadonlyMap<string, number> = new Map([
  ['linear', 1],
  ['cubic', 3],
]);

function resized(
  at: At,
  main: Reaches,
  from: readonly number[] | undefined,
  to: readonly number[] | undefined,
): Reaches {
  if (!from || !to || from.length !== to.length) return everything(main);
  const more = neighbours.get(stringAttribute(at.node, 'mode', 'nearest')) ?? 0;
  let reaches = main;
  for (const axis of upTo(from.length, 1)) {
    if (from[axis] === to[axis]) continue;
    reaches = slid(reaches, axis, { kernel: 1 + more, stride: from[axis] / to[axis] });
  }
  return reaches;
}

function blocks({ node }: At, main: Reaches): Reaches {
  const size = intAttribute(node, 'blocksize', 1);
  const window =
    node.opType === 'SpaceToDepth' ? { kernel: size, stride: size } : { kernel: 1, stride: 1 / size };
  return [2, 3].reduce((reaches, axis) => slid(reaches, axis, window), main);
}

/** Entries chosen along one axis: where that leaves one entry without an axis, the axes after it move up. */
function gathered(node: NodeProto, main: Reaches, from: readonly number[], to: readonly number[]): Reaches {
  const axis = intAttribute(node, 'axis', 0);
  const at = axis < 0 ? axis + from.length : axis;
  const shift = to.length - from.length;
  return moved(main, (each) => (each === at ? (shift < 0 ? [] : [each]) : [each > at ? each + shift : each]));
}
