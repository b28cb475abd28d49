import { open } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { PlainWork } from './wholeRun.js';

/*
 * Plain inference, in a thread as `analyze` has it: opens the model, reads the data batch by batch, runs it, and
 * throws the results away.
 */
const { model, data, dataStart, dims, batchSize, batches }: PlainWork = workerData;
const { default: ort } = await import('onnxruntime-node');
const session = await ort.InferenceSession.create(model);
const shape = [batchSize, ...dims];
const length = shape.reduce((product, n) => product * n, 1);
const file = await open(data);

const read = async (batch: number): Promise<Float32Array> => {
  const values = new Float32Array(length);
  await file.read(new Uint8Array(values.buffer), 0, values.byteLength, dataStart + batch * values.byteLength);
  return values;
};

for (let batch = 0; batch < batches; batch++) {
  await session.run({ input: new ort.Tensor('float32', await read(batch), shape) });
}
await file.close();
await session.release();
parentPort?.close();
