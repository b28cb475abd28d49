import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Layer } from '../../src/layers/layer.js';
import { ModelProtoSchema } from './delve.js';

/** Field numbers in onnx.proto. */
const MODEL_GRAPH = 7;
const GRAPH_OUTPUT = 12;
const VALUE_INFO_NAME = 1;

/**
 * The model with more graph outputs. Protobuf messages merge, so they are appended to the file as it stands: what
 * runs is the original, to the byte, and none of delve's own writing. Outputs need no more than a name.
 */
export function exposeOutputs(model: Uint8Array, names: readonly string[]): Uint8Array {
  const already = new Set(fromBinary(ModelProtoSchema, model).graph?.output.map(({ name }) => name));
  const others = names.filter((name) => !already.has(name));
  const outputs = others.map((name) => field(GRAPH_OUTPUT, field(VALUE_INFO_NAME, Buffer.from(name))));
  return Buffer.concat([model, field(MODEL_GRAPH, Buffer.concat(outputs))]);
}

/** The model with the observed values that it has not: unnamed outputs, and what is computed beside it. */
export function nameOutputs(model: Uint8Array, layers: readonly Layer[]): Uint8Array {
  const unnamed = layers.flatMap(({ unnamed, output }) => (unnamed ? [{ ...unnamed, output }] : []));
  const aside = layers.flatMap(({ aside }) => aside?.nodes ?? []);
  if (unnamed.length === 0 && aside.length === 0) return model;
  const proto = fromBinary(ModelProtoSchema, model);
  proto.graph?.node.push(...aside);
  for (const { nodeIndex, outputIndex, output } of unnamed) {
    const node = proto.graph?.node[nodeIndex];
    if (node) node.output[outputIndex] = output;
  }
  return toBinary(ModelProtoSchema, proto);
}

/** Whether a model has all of these values by name. */
export function hasValues(model: Uint8Array, names: readonly string[]): boolean {
  const { graph } = fromBinary(ModelProtoSchema, model);
  const known = new Set([
    ...(graph?.node ?? []).flatMap(({ output }) => output),
    ...[...(graph?.initializer ?? []), ...(graph?.input ?? [])].map(({ name }) => name),
  ]);
  return names.every((name) => known.has(name));
}

/** A length-delimited protobuf field. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
}
