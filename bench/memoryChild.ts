import { open } from 'node:fs/promises';
import type { MemoryWork } from './memorySection.js';
import { peakMemory } from './peakMemory.js';

/*
 * A process that analyses a model, or only runs it, and prints its peak resident memory in KiB.
 */
const work: MemoryWork = JSON.parse(process.argv[2]);
if (work.way === 'analyze') await analysis(work);
else await plainInference(work);
console.log(peakMemory());

async function analysis({ model, data, batchSize, samples }: MemoryWork): Promise<void> {
  const { analyze } = await import('./delve.js');
  await analyze({ model, data, batchSize, maxSamples: samples, provider: 'cpu' });
}

async function plainInference(of: MemoryWork): Promise<void> {
  const { default: ort } = await import('onnxruntime-node');
  const session = await ort.InferenceSession.create(of.model);
  const file = await open(of.data);
  const length = of.dims.reduce((product, n) => product * n, 1);
  for (let done = 0; done < of.samples; done += of.batchSize) {
    const count = Math.min(of.batchSize, of.samples - done);
    const values = new Float32Array(count * length);
    const start = of.dataStart + done * length * values.BYTES_PER_ELEMENT;
    await file.read(new Uint8Array(values.buffer), 0, values.byteLength, start);
    await session.run({ input: new ort.Tensor('float32', values, [count, ...of.dims]) });
  }
  await file.close();
  await session.release();
}
