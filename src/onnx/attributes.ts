import type { NodeProto } from './proto/onnx_pb.js';

/** Reads one attribute of a node by name; `undefined` where the node does not have it. */
const find = (node: NodeProto, name: string) => node.attribute.find((attribute) => attribute.name === name);

/** An integer attribute, or `fallback` where it is left out. */
export function intAttribute(node: NodeProto, name: string, fallback: number): number {
  const attribute = find(node, name);
  return attribute ? Number(attribute.i) : fallback;
}

/** A list of integers, `undefined` where it is left out. */
export function intsAttribute(node: NodeProto, name: string): number[] | undefined {
  return find(node, name)?.ints.map(Number);
}

/** A string attribute, or `fallback` where it is left out. */
export function stringAttribute(node: NodeProto, name: string, fallback: string): string {
  const attribute = find(node, name);
  return attribute ? new TextDecoder().decode(attribute.s) : fallback;
}

/** The tensor of an attribute (`Constant`'s `value`), `undefined` where there is none. */
export function tensorAttribute(node: NodeProto, name: string) {
  return find(node, name)?.t;
}

/** The number of entries of `Constant`'s list attributes (`value_floats`, …), `undefined` if absent. */
export function listLength(node: NodeProto): number | undefined {
  for (const attribute of node.attribute) {
    if (attribute.name === 'value_floats') return attribute.floats.length;
    if (attribute.name === 'value_ints') return attribute.ints.length;
    if (attribute.name === 'value_strings') return attribute.strings.length;
  }
  return undefined;
}
