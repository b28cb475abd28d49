import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from './proto/onnx_pb.js';

/** The graphs that a node carries in its attributes: bodies of `If`, `Loop`, `Scan`. */
export function* subgraphs(node: NodeProto): Generator<GraphProto> {
  for (const attribute of node.attribute) {
    if (attribute.g) yield attribute.g;
    yield* attribute.graphs;
  }
}

/** Every dense tensor that a model stores, wherever it stands: initializers, attributes, bodies, functions. */
export function* storedTensors(model: ModelProto): Generator<TensorProto> {
  if (model.graph) yield* graphTensors(model.graph);
  for (const training of model.trainingInfo) {
    if (training.initialization) yield* graphTensors(training.initialization);
    if (training.algorithm) yield* graphTensors(training.algorithm);
  }
  for (const definition of model.functions) {
    yield* nodeTensors(definition.node);
    for (const attribute of definition.attributeProto) yield* attributeTensors(attribute);
  }
}

function* graphTensors(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const { values, indices } of graph.sparseInitializer) {
    if (values) yield values;
    if (indices) yield indices;
  }
  yield* nodeTensors(graph.node);
}

function* nodeTensors(nodes: readonly NodeProto[]): Generator<TensorProto> {
  for (const node of nodes) {
    for (const attribute of node.attribute) yield* attributeTensors(attribute);
  }
}

function* attributeTensors(attribute: AttributeProto): Generator<TensorProto> {
  if (attribute.t) yield attribute.t;
  yield* attribute.tensors;
  for (const sparse of attribute.sparseTensor
    ? [attribute.sparseTensor, ...attribute.sparseTensors]
    : attribute.sparseTensors) {
    if (sparse.values) yield sparse.values;
    if (sparse.indices) yield sparse.indices;
  }
  if (attribute.g) yield* graphTensors(attribute.g);
  for (const graph of attribute.graphs) yield* graphTensors(graph);
}

/**
 * The names that a node reads: its inputs, and what the bodies that it carries capture from outside.
 * Optional inputs that are left out (`''`) are not among them.
 */
export function namesRead(node: NodeProto): Set<string> {
  const names = new Set(node.input.filter((name) => name !== ''));
  for (const body of subgraphs(node)) {
    for (const name of captures(body)) names.add(name);
  }
  return names;
}

function captures(body: GraphProto): Set<string> {
  const own = new Set<string>();
  for (const { name } of body.input) own.add(name);
  for (const { name } of body.initializer) own.add(name);
  for (const { values } of body.sparseInitializer) if (values) own.add(values.name);
  for (const node of body.node) for (const name of node.output) own.add(name);
  const captured = new Set<string>();
  for (const node of body.node) {
    for (const name of namesRead(node)) if (!own.has(name)) captured.add(name);
  }
  // A body may also hand an outer value straight through as its output.
  for (const { name } of body.output) if (!own.has(name)) captured.add(name);
  return captured;
}
