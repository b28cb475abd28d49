import { Graph } from '../onnx/graph.js';
import type { ModelFile } from '../onnx/modelFile.js';

/**
 * The output that holds a score a class: the first of rank 2 with floating values, more than one a sample.
 *
 * @returns its name; `undefined` where the model has none.
 */
export function classOutput(model: ModelFile): string | undefined {
  const graph = new Graph(model.graph, model.proto);
  return model.graph.output.find(({ name }) => {
    const { type, shape } = graph.info(name) ?? {};
    if (shape?.length !== 2 || !graph.producer(name)) return false;
    return (type === 'float32' || type === 'float64' || type === 'float16') && shape[1] !== 1;
  })?.name;
}
