import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { resnet50 } from '../../bench/models/resnet50.js';
import { vgg16 } from '../../bench/models/vgg16.js';
import { type Compared, compare, ratioOf, type Way } from '../../bench/paired.js';
import { PythonPeer } from '../../bench/pythonPeer.js';
import { type ModelWork, prepared, type Workload, writeData } from '../../bench/workload.js';
import { analyze } from './delve.js';
import { peakMemory } from './deviceMemory.js';
import type { Part, Row, Settings } from './settings.js';

/** What the thread of plain inference is given. */
export interface PlainWork extends Workload {
  /** Where the values start in the data file, in bytes. */
  readonly dataStart: number;
  readonly provider: Settings['provider'];
}

/** The Python package does not come along in this folder's own compilation, so it is named from there. */
const PEER = '../../../bench/peers/delve_run.py';

/** `analyze` beside plain inference on the same device, and beside Python delve where that is installed. */
export async function speedPart(settings: Settings): Promise<Part> {
  const rows: Row[] = [];
  const details: unknown[] = [];
  for (const work of works(settings)) {
    const { rows: more, details: detail } = await measured(work, settings);
    rows.push(...more);
    details.push(detail);
  }
  return { rows, details };
}

function works({ provider }: Settings): ModelWork[] {
  const small = provider === 'cpu';
  const size = small ? 32 : 224;
  return [
    {
      name: `ResNet50 ${size}×${size}`,
      peer: 'resnet50',
      build: resnet50,
      dims: [3, size, size],
      batchSize: small ? 4 : 64,
      batches: small ? 2 : 40,
      atMost: 1.3,
    },
    {
      name: 'VGG16 32×32',
      peer: 'vgg16',
      build: vgg16,
      dims: [3, 32, 32],
      batchSize: small ? 4 : 1024,
      batches: small ? 2 : 40,
      atMost: 1.3,
    },
  ];
}

async function measured(work: ModelWork, { provider, folder, rounds, python }: Settings): Promise<Part> {
  const workload = await prepared(work, folder);
  const dataStart = await writeData(workload);
  const { model, data, batchSize, batches } = workload;
  const images = batchSize * batches;
  const analysis = (precision: 'float64' | 'float32'): Way =>
    timed(() => analyze({ model, data, batchSize, precision, provider }));
  const script = [work.peer, data, String(batchSize), '4', provider === 'cuda' ? 'cuda' : 'cpu'];
  const peer = await PythonPeer.start(python, PEER, script).catch((error: Error) => error.message);
  const ways: Record<string, Way> = {
    plain: timed(() => plainInference({ ...workload, dataStart, provider })),
    ...(provider === 'webgpu' ? {} : { float64: analysis('float64') }),
    float32: analysis('float32'),
    ...(typeof peer === 'string' ? {} : { python: () => peer.seconds('run') }),
  };
  const peaks: Record<string, number> = {};
  for (const [name, way] of Object.entries(ways)) {
    if (name !== 'python') peaks[name] = (await peakMemory(way)).peak;
  }
  const seconds = await compare(ways, rounds, { warmUp: false });
  if (typeof peer !== 'string') await peer.close();
  const rows = Object.entries(seconds).map(([name, compared]) =>
    row(
      `${work.name}, batch ${batchSize}, ${name}`,
      compared,
      images,
      peaks[name],
      name,
      work.atMost,
      provider,
    ),
  );
  const pythonRow: Row = {
    what: `Python delve ÷ analyze, ${work.name}`,
    found:
      typeof peer === 'string'
        ? `not measured: ${peer}`
        : ratioOf(seconds.python, seconds.float64 ?? seconds.float32).median.toFixed(2),
  };
  return { rows: [...rows, pythonRow], details: { name: work.name, batchSize, images, seconds, peaks } };
}

function row(
  what: string,
  { cost, ratio }: Compared,
  images: number,
  peak: number | undefined,
  way: string,
  atMost: number,
  provider: Settings['provider'],
): Row {
  const memory = peak ? `, peak ${(peak / 1024).toFixed(1)} GiB` : '';
  const found = `${(images / cost.median).toFixed(0)} images/s, ${ratio.median.toFixed(2)} × plain${memory}`;
  if (way === 'plain' || way === 'python' || provider === 'cpu') return { what, found };
  return { what, found, bound: `≤ ${atMost} × plain`, passed: ratio.median <= atMost };
}

function timed(work: () => Promise<unknown>): Way {
  return async () => {
    const start = performance.now();
    await work();
    return (performance.now() - start) / 1000;
  };
}

async function plainInference(workerData: PlainWork): Promise<void> {
  const worker = new Worker(new URL('./plainWorker.js', import.meta.url), { workerData });
  // Rejects on the worker's `error` event.
  await once(worker, 'exit');
}
