import { create } from '@bufbuild/protobuf';
import { intsAttribute } from '../attributes.js';
import { makeNode } from '../makeNode.js';
import { type NodeProto, NodeProtoSchema } from '../proto/onnx_pb.js';

/**
 * `NhwcConv(x, w, b)`, a convolution of channels that are on the last axis, with Transposes around a Conv: ONNX Runtime
 * has the operator for CUDA alone, and what is on axis 1 is what is observed.
 *
 * @returns `undefined` where the node is none.
 */
export function plainChannelsLast(
  node: NodeProto,
  fresh: (wanted: string) => string,
): NodeProto[] | undefined {
  if (node.opType !== 'NhwcConv') return undefined;
  const [output] = node.output;
  const axes = intsAttribute(node, 'kernel_shape')?.length ?? 2;
  const positions = Array.from({ length: axes }, (_, i) => i);
  const first = [0, axes + 1, ...positions.map((i) => i + 1)];
  const last = [0, ...positions.map((i) => i + 2), 1];
  const [x, w, y] = ['x', 'w', 'y'].map((name) => fresh(`${output}/${name}`));
  return [
    makeNode('Transpose', [node.input[0]], x, { perm: first }),
    makeNode('Transpose', [node.input[1]], w, { perm: first }),
    create(NodeProtoSchema, {
      name: node.name,
      opType: 'Conv',
      input: [x, w, ...node.input.slice(2)],
      output: [y],
      attribute: node.attribute,
      docString: node.docString,
      metadataProps: node.metadataProps,
    }),
    makeNode('Transpose', [y], output, { perm: last }),
  ];
}
