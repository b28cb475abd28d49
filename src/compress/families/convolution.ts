import { intAttribute, intsAttribute, stringAttribute } from '../../onnx/attributes.js';
import { constantValue } from '../../onnx/constantShape.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import type { Factorable, FactorFamily, LayerAt } from '../family.js';
import type { LinearForm } from '../linearForm.js';
import { attributesBut, intsOf } from '../partBuilder.js';
import { realValues } from './realValues.js';

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** `Conv`, its weight being `[out, in / groups, ...kernel]`, and `ConvTranspose`, `[in, out / groups, ...kernel]`. */
export const convolution: FactorFamily = {
  operators: ['Conv', 'ConvTranspose'],
  describe({ graph, layer, node, add, shapes }) {
    if (add) return 'its bias stands behind its operator';
    const shape = constantValue(graph, node.input[1])?.shape;
    const output = shapes.get(layer.output);
    const input = shapes.get(node.input[0]);
    if (!shape || !output || !input) return 'its shapes are not known';
    const groups = intAttribute(node, 'group', 1);
    const isTransposed = node.opType === 'ConvTranspose';
    const [inputs, outputs] = isTransposed ? [shape[0], shape[1] * groups] : [shape[1] * groups, shape[0]];
    if (groups > 1 && groups === inputs)
      return 'it is depthwise: each feature has its own few weights already';
    if (groups > 1 && isTransposed) return 'it is a transposed convolution in groups';
    const [positions, outputPositions] = [product(input) / inputs, product(output) / outputs];
    return {
      weight: node.input[1],
      ...(node.input[2] ? { bias: node.input[2] } : {}),
      out: outputs,
      in: inputs,
      kernel: product(shape.slice(2)),
      applications: isTransposed ? positions : outputPositions,
      outputPositions,
      takesMaps: groups === 1 && !isTransposed && !isPadded(node),
    } satisfies Factorable;
  },
  formOf({ node }, weight, bias) {
    const groups = intAttribute(node, 'group', 1);
    const kernel = product(weight.dims.slice(2));
    const values = realValues(weight);
    const [first, second] = weight.dims;
    const isTransposed = node.opType === 'ConvTranspose';
    const [inputs, out] = isTransposed ? [first, second] : [second * groups, first];
    const dense = new Float64Array(out * inputs * kernel);
    for (let o = 0; o < out; o++) {
      // A group sees its own share of the inputs; the others count as zeros.
      const start = isTransposed ? 0 : Math.floor(o / (out / groups)) * second;
      const count = isTransposed ? inputs : second;
      for (let i = 0; i < count; i++) {
        const from = (isTransposed ? i * out + o : o * second + i) * kernel;
        dense.set(values.subarray(from, from + kernel), (o * inputs + start + i) * kernel);
      }
    }
    return { out, in: inputs, kernel, weight: dense, bias: bias ? realValues(bias) : new Float64Array(out) };
  },
  write(at, form, build, { part, input, output }) {
    const { node } = at;
    const kernel = kernelShape(at);
    const isTransposed = node.opType === 'ConvTranspose';
    const dims = isTransposed ? [form.in, form.out, ...kernel] : [form.out, form.in, ...kernel];
    const weight = build.weight(part, 'weight', dims, isTransposed ? inputsFirst(form) : form.weight);
    const bias = build.weight(part, 'bias', [form.out], form.bias);
    const attributes = [...attributesBut(node, ['group', 'kernel_shape']), intsOf('kernel_shape', kernel)];
    build.node(part, node.opType, [input, weight, bias], output, attributes);
  },
  writeMap(at, form, build, { part, input, output }) {
    const ones = kernelShape(at).map(() => 1);
    const weight = build.weight(part, 'weight', [form.out, form.in, ...ones], form.weight);
    const bias = build.weight(part, 'bias', [form.out], form.bias);
    build.node(part, 'Conv', [input, weight, bias], output, [intsOf('kernel_shape', ones)]);
  },
};

function kernelShape({ graph, node }: LayerAt): readonly number[] {
  return constantValue(graph, node.input[1])?.shape?.slice(2) ?? intsAttribute(node, 'kernel_shape') ?? [];
}

/** Zeros that are put around the input are no outputs of the layer before, so that its mean must not be added there. */
function isPadded(node: NodeProto): boolean {
  const auto = stringAttribute(node, 'auto_pad', 'NOTSET');
  return (intsAttribute(node, 'pads') ?? []).some((pad) => pad !== 0) || !['NOTSET', 'VALID'].includes(auto);
}

/** `out × in × kernel` → `in × out × kernel`. */
function inputsFirst({ out, in: inputs, kernel, weight }: LinearForm): Float64Array {
  const turned = new Float64Array(weight.length);
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < inputs; i++) {
      const from = (o * inputs + i) * kernel;
      turned.set(weight.subarray(from, from + kernel), (i * out + o) * kernel);
    }
  }
  return turned;
}
