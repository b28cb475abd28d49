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
 * ONNX Runtime has hardly a float16 kernel for CPUs: it computes in float32 with casts between, and removes those from
 * float32 to float16 and back. So float32 products see values that were never rounded to float16, while float64 ones,
 * which need a cast of their own, see them rounded (`test/e2e/halfPrecision.test.ts` measures both).
 *
 * @param provider that the model ran on.
 */
export function roundingWarnings(
  { graph, proto }: ModelFile,
  layers: readonly Layer[],
  provider: string,
  precision: 'float64' | 'float32',
): string[] {
  if (provider !== 'cpu' || precision === 'float64') return [];
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
        'float16 on the CPU with --precision float32: ONNX Runtime computes such layers in float32 and removes casts, so that some are observed before they are rounded to float16; --precision float64 observes them rounded',
      ]
    : [];
}
