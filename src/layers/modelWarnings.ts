import { Graph } from '../onnx/graph.js';
import { type ModelFile, opsetOf } from '../onnx/modelFile.js';
import { TensorProto_DataType } from '../onnx/proto/onnx_pb.js';
import { trainingNodes } from '../onnx/trainingMode.js';
import type { Layer } from './layer.js';

/** What makes the numbers of a model other than they look, in sentences for the run: known before anything is run. */
export function modelWarnings({ graph, proto }: ModelFile): string[] {
  const training = trainingNodes(graph, opsetOf(proto));
  if (training.size === 0) return [];
  const nodes = [...training].map(([op, count]) => `${count} ${op}`).join(', ');
  return [
    `the model was exported in training mode (${nodes}): its numbers depend on the batch or on chance; export it after model.eval()`,
  ];
}

/**
 * ONNX Runtime has hardly a float16 kernel for CPUs: it computes in float32 and removes the casts between, so that what
 * is observed was never rounded to float16, as it is on a GPU.
 *
 * @param provider that the model ran on.
 */
export function roundingWarnings(
  { graph, proto }: ModelFile,
  layers: readonly Layer[],
  provider: string,
): string[] {
  if (provider !== 'cpu') return [];
  const values = new Graph(graph, proto);
  const half = layers.some(
    ({ output }) =>
      values.info(output)?.type === 'float16' ||
      values
        .producer(output)
        ?.input.some((name) => values.initializer(name)?.dataType === TensorProto_DataType.FLOAT16),
  );
  return half
    ? [
        'float16 on the CPU: ONNX Runtime computes such layers in float32, and they are observed before they are rounded to float16; on CUDA the last digits differ',
      ]
    : [];
}
