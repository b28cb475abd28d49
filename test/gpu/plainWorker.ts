import { open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { PlainWork } from './speedPart.js';

/*
 * Plain inference on the provider under test, in a thread as `analyze` has it: opens the model, reads the data batch
 * by batch, runs it, and throws the results away.
 */
const { model, data, dataStart, dims, batchSize, batches, provider }: PlainWork = workerData;
const { default: ort } = await import('onnxruntime-node');
const session = await ort.InferenceSession.create(model, {
  executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
  graphOptimizationLevel: 'all',
});
const shape = [batchSize, ...dims];
const length = shape.reduce((product, n) => product * n, 1);
const file = await open(data);
const values = new Float32Array(length);
for (let batch = 0; batch < batches; batch++) {
  await file.read(new Uint8Array(values.buffer), 0, values.byteLength, dataStart + batch * values.byteLength);
  await session.run({ input: new ort.Tensor('float32', values, shape) });
}
await file.close();
await session.release();
parentPort?.close();
