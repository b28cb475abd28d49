import type { NodeProto } from '../onnx/proto/onnx_pb.js';

/**
 * The module whose parameter a node's weight is, by its name: `features.0` of `features.0.weight`, also as quantizers
 * call it (`features.0.weight_quantized`, `features.0.weight_Transposed_quantized`, `features.0.weight_Q4`).
 */
export function weightHolder({ input }: NodeProto): string | undefined {
  // ONNX Runtime GenAI puts the operator before it (`attn.o_proj.MatMul.weight`).
  return firstHolder(input.slice(1), /^([\w.]+?)(?:\.MatMul)?\.(?:in_proj_)?weight(?:_[A-Za-z]\w*)?$/);
}

/**
 * The same by names of biases, which say it where the weight was computed; TensorFlow's tell a path (`model/dense`).
 *
 * @param names of values that no other node reads: optimizers store what is equal once, as biases of zeros are.
 */
export function biasHolder(names: readonly string[]): string | undefined {
  return (
    firstHolder(names, /^([\w.]+)\.(?:in_proj_)?bias(?:_quantized)?$/) ??
    // TensorFlow's variables have the path of the operator that reads them.
    firstHolder(names, /^(.+)\/\w+\/ReadVariableOp(?:_\d+)?(?::0)?$/)
  );
}

/** The module in which a value was computed, as PyTorch's older exporter calls it: `/fc1/Gemm_output_0` → `fc1`. */
export function outputHolder({ output }: NodeProto): string | undefined {
  return /^(\/.+)\/\w+_output_\d+$/.exec(output[0] ?? '')?.[1];
}

function firstHolder(names: readonly string[], pattern: RegExp): string | undefined {
  for (const name of names) {
    const holder = pattern.exec(name)?.[1];
    if (holder !== undefined) return holder;
  }
  return undefined;
}
