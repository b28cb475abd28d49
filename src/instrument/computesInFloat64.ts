import { intAttribute } from '../onnx/attributes.js';
import { dataTypeOf } from '../onnx/elementType.js';
import { tensorInfo } from '../onnx/graph.js';
import type { GraphProto } from '../onnx/proto/onnx_pb.js';

const FLOAT64 = dataTypeOf('float64');

/**
 * Whether some activation may be float64: there are float64 inputs or weights, or casts to it. Types inside a graph
 * are not declared as a rule, so this may say yes where a no would do; that costs time, never digits.
 */
export function computesInFloat64(graph: GraphProto): boolean {
  return (
    graph.input.some(({ type }) => tensorInfo(type).type === 'float64') ||
    graph.initializer.some(({ dataType }) => dataType === FLOAT64) ||
    graph.node.some(
      (node) =>
        (node.opType === 'Cast' && intAttribute(node, 'to', 0) === FLOAT64) ||
        node.attribute.some(({ t }) => t?.dataType === FLOAT64),
    )
  );
}
