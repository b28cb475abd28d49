import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writePhotographs } from '../../bench/models/photographs.js';
import { resnet50 } from '../../bench/models/resnet50.js';
import { writeData } from '../../bench/workload.js';
import { analyze, openData } from './delve.js';
import type { Part, Settings } from './settings.js';

/** The share of the slower of decoding and computing that a run over JPEGs should reach at least. */
const SHARE = 1.15;

/** A folder of JPEGs: against decoding them alone, and against the device on data that are decoded already. */
export async function imagesPart({ provider, folder, tf32 }: Settings): Promise<Part> {
  const small = provider === 'cpu';
  const [count, size, batchSize] = small ? [24, 32, 4] : [1024, 224, 64];
  const photographs = join(folder, 'photographs');
  await writePhotographs(photographs, count);
  const model = join(folder, 'resnet50-images.onnx');
  await writeFile(model, resnet50());
  const precision = provider === 'webgpu' ? 'float32' : 'float64';
  const options = { model, provider, precision, batchSize, tf32 } as const;
  const image = { resize: `${size}x${size}` };
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    return (performance.now() - started) / 1000;
  };
  const decoding = await timed(async () => {
    const shape = ['batch', 3, size, size];
    const source = await openData({ data: [photographs], image }, [
      { name: 'input', type: 'float32', shape },
    ]);
    for await (const _ of source.feeds({ batchSize }));
    await source.close();
  });
  const decoded = {
    data: join(folder, 'decoded.npy'),
    dims: [3, size, size],
    batchSize,
    batches: count / batchSize,
  };
  await writeData(decoded);
  const device = await timed(() => analyze({ ...options, data: decoded.data }));
  const both = await timed(() => analyze({ ...options, data: photographs, image }));
  const slower = Math.max(decoding, device);
  return {
    rows: [
      {
        what: `${count} JPEGs at ${size}`,
        found: `${both.toFixed(1)} s; decoding alone ${decoding.toFixed(1)}, decoded data ${device.toFixed(1)}`,
        ...(small ? {} : { bound: `≤ ${SHARE} × the slower`, passed: both <= SHARE * slower }),
      },
    ],
    details: { count, size, both, decoding, device },
  };
}
