import { intAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import type { Factorable, FactorFamily, LayerAt, Place } from '../family.js';
import type { LinearForm } from '../linearForm.js';
import { attributesBut, type PartBuilder } from '../partBuilder.js';
import { realValues } from './realValues.js';

/** `Gemm` with a constant right operand; its scales go into the weights. */
export const gemm: FactorFamily = {
  operators: ['Gemm'],
  describe(at) {
    const { graph, node } = at;
    const shape = constantValue(graph, node.input[1])?.shape;
    if (shape?.length !== 2) return 'its weight is not the right operand';
    const [inputs, out] = intAttribute(node, 'transB', 0) === 1 ? [shape[1], shape[0]] : shape;
    const bias = node.input[2];
    const biasSize = bias ? constantValue(graph, bias)?.size : undefined;
    if (bias && biasSize !== out && biasSize !== 1) return 'its bias is not one number per feature';
    return describeProduct(at, inputs, out, bias, intAttribute(node, 'transA', 0) === 0);
  },
  formOf({ node }, weight, bias) {
    const scale = floatAttribute(node, 'alpha');
    const form = formOfMatrix(weight, intAttribute(node, 'transB', 0) === 1, bias);
    const scaleBias = floatAttribute(node, 'beta');
    return {
      ...form,
      weight: form.weight.map((value) => value * scale),
      bias: form.bias.map((value) => value * scaleBias),
    };
  },
  write({ node }, form, build, place) {
    writeGemm(form, build, place, attributesBut(node, ['alpha', 'beta', 'transB']));
  },
  writeMap(_, form, build, place) {
    writeGemm(form, build, place, []);
  },
};

/** `MatMul` with a constant matrix on the right, and the Add of a constant bias behind it. */
export const matMul: FactorFamily = {
  operators: ['MatMul'],
  describe(at) {
    const { graph, node, add } = at;
    const shape = constantValue(graph, node.input[1])?.shape;
    if (shape?.length !== 2) return 'its weight is not a matrix on the right';
    const bias = add?.input.find((name) => name !== node.output[0]);
    return describeProduct(at, shape[0], shape[1], bias, true);
  },
  formOf(_, weight, bias) {
    return formOfMatrix(weight, false, bias);
  },
  write(_, form, build, place) {
    writeMatMul(form, build, place);
  },
  writeMap(_, form, build, place) {
    writeMatMul(form, build, place);
  },
};

function describeProduct(
  { layer, node, shapes }: LayerAt,
  inputs: number,
  out: number,
  bias: string | undefined,
  takesMaps: boolean,
): Factorable | string {
  const output = shapes.get(layer.output);
  if (!output) return 'its shapes are not known';
  const rows = output.reduce((product, size) => product * size, 1) / out;
  return {
    weight: node.input[1],
    ...(bias ? { bias } : {}),
    out,
    in: inputs,
    kernel: 1,
    applications: rows,
    outputPositions: rows,
    takesMaps,
  };
}

function floatAttribute(node: NodeProto, name: string): number {
  return node.attribute.find((attribute) => attribute.name === name)?.f ?? 1;
}

/** `[in, out]`, or `[out, in]` where `transposed`, as out × in. */
function formOfMatrix(
  weight: Parameters<typeof realValues>[0],
  transposed: boolean,
  bias: Parameters<typeof realValues>[0] | undefined,
): LinearForm {
  const values = realValues(weight);
  const [inputs, out] = transposed ? [weight.dims[1], weight.dims[0]] : weight.dims;
  const given = bias ? realValues(bias) : new Float64Array(out);
  return {
    out,
    in: inputs,
    kernel: 1,
    weight: transposed ? values : turned(values, inputs, out),
    bias: given.length === out ? given : new Float64Array(out).fill(given[0]),
  };
}

/** `rows × columns` → `columns × rows`. */
function turned(values: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(values.length);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) result[c * rows + r] = values[r * columns + c];
  }
  return result;
}

function writeGemm(
  form: LinearForm,
  build: PartBuilder,
  { part, input, output }: Place,
  attributes: Parameters<PartBuilder['node']>[4],
): void {
  const weight = build.weight(part, 'weight', [form.in, form.out], turned(form.weight, form.out, form.in));
  const bias = build.weight(part, 'bias', [form.out], form.bias);
  build.node(part, 'Gemm', [input, weight, bias], output, attributes);
}

function writeMatMul(form: LinearForm, build: PartBuilder, { part, input, output }: Place): void {
  const weight = build.weight(part, 'weight', [form.in, form.out], turned(form.weight, form.out, form.in));
  const bias = build.weight(part, 'bias', [form.out], form.bias);
  const product = build.name(part, 'product');
  build.node(part, 'MatMul', [input, weight], product);
  build.node(part, 'Add', [product, bias], output);
}
