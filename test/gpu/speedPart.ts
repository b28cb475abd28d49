import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { resnet50 } from '../../bench/models/resnet50.js';
import { transformer } from '../../bench/models/transformer.js';
import { vgg16 } from '../../bench/models/vgg16.js';
import { PythonPeer } from '../../bench/pythonPeer.js';
import { type ModelWork, prepared, type Workload, writeData } from '../../bench/workload.js';
import { analyze } from './delve.js';
import { peakMemory } from './deviceMemory.js';
import type { Part, Row, Settings } from './settings.js';
import { type Cost, type Run, twoLengths } from './twoLengths.js';

/** What the thread of plain inference is given. */
export interface PlainWork extends Workload {
  /** Where the values start in the data file, in bytes. */
  readonly dataStart: number;
  readonly provider: Settings['provider'];
}

/** The Python package does not come along in this folder's own compilation, so it is named from there. */
const PEER = '../../../bench/peers/delve_run.py';

/** Of a data set of ImageNet's validation size, whose whole run the two programs are compared on. */
const WHOLE = 50_000;

/** What a whole run of Python delve should take at least, as a multiple of ours. */
const FASTER = 1.3;

/** The peak of device memory should be at most this multiple of plain inference's. */
const MEMORY = 2;

interface SpeedWork extends ModelWork {
  /** Batches of the short run; `batches` are those of the long one. */
  readonly short: number;
}

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

function works({ provider }: Settings): SpeedWork[] {
  const small = provider === 'cpu';
  const lengths = small ? { short: 1, batches: 2, batchSize: 2 } : { short: 12, batches: 60 };
  const size = small ? 32 : 224;
  return [
    {
      ...{ name: `ResNet50 ${size}×${size}`, peer: 'resnet50', build: resnet50, dims: [3, size, size] },
      ...{ batchSize: 64, atMost: 1.7, ...lengths },
    },
    {
      ...{ name: 'VGG16 32×32', peer: 'vgg16', build: vgg16, dims: [3, 32, 32] },
      ...{ batchSize: 1024, atMost: 1.2, ...lengths },
    },
    {
      ...{ name: '12 transformer blocks', peer: 'transformer', build: () => transformer(), dims: [197, 384] },
      ...{ batchSize: 32, atMost: 1.9, ...lengths },
    },
  ];
}

async function measured(work: SpeedWork, settings: Settings): Promise<Part> {
  const { provider, folder, rounds, tf32 } = settings;
  const workload = await prepared(work, folder);
  const dataStart = await writeData(workload);
  const { model, data, batchSize } = workload;
  const taken = new Map<string, number>();
  const peaks = new Map<string, number>();
  const watched =
    (name: string, run: (batches: number) => Promise<unknown>): Run =>
    async (batches) => {
      const started = performance.now();
      const { result, peak } = await peakMemory(async () => {
        await run(batches);
        return (performance.now() - started) / 1000;
      });
      peaks.set(name, Math.max(peak, peaks.get(name) ?? 0));
      return result;
    };
  const analysis = (
    name: string,
    precision: 'float64' | 'float32',
    accumulate: number | 'auto',
    device?: readonly number[],
  ): Run =>
    watched(name, async (batches) => {
      const maxSamples = batches * batchSize;
      const options = { model, data, batchSize, maxSamples, precision, provider, accumulate, tf32 } as const;
      const run = await analyze({ ...options, ...(device ? { device } : {}) });
      taken.set(name, run.settings.accumulate ?? 1);
    });
  const float64 = provider !== 'webgpu';
  const first = work.peer === 'resnet50' && provider === 'cuda' && !tf32;
  const ways: Record<string, Run> = {
    plain: watched('plain', (batches) => plainInference({ ...workload, batches, dataStart, provider })),
    ...(float64
      ? {
          'float64, one batch a run': analysis('float64, one batch a run', 'float64', 1),
          float64: analysis('float64', 'float64', 'auto'),
        }
      : {}),
    ...(float64 && !first ? {} : { float32: analysis('float32', 'float32', 'auto') }),
    ...(first
      ? {
          'float64, two in flight': analysis('float64, two in flight', 'float64', 1, [0, 0]),
          'float64, eight batches a run': analysis('float64, eight batches a run', 'float64', 8),
        }
      : {}),
  };
  const costs = await twoLengths(ways, [work.short, work.batches], rounds);
  const python = await pythonRuns(work, workload, settings);
  const ours = costs.float64 ?? costs.float32;
  const rows = Object.entries(costs).flatMap(([name, cost]) =>
    rowsOf(work, name, cost, costs.plain, taken.get(name), peaks, provider),
  );
  return {
    rows: [...rows, pythonRow(work, ours, python, provider, tf32)],
    details: {
      ...{ name: work.name, batchSize, lengths: [work.short, work.batches], tf32, costs, python },
      ...{ accumulate: Object.fromEntries(taken), peaks: Object.fromEntries(peaks) },
    },
  };
}

function rowsOf(
  { name, batchSize, atMost }: SpeedWork,
  way: string,
  { batch, startUp }: Cost,
  plain: Cost,
  accumulate: number | undefined,
  peaks: ReadonlyMap<string, number>,
  provider: Settings['provider'],
): Row[] {
  const ratio = batch.median / plain.batch.median;
  const peak = peaks.get(way) ?? 0;
  const memory = peak ? `, peak ${(peak / 1024).toFixed(1)} GiB` : '';
  const perRun = accumulate === undefined ? '' : `, ${accumulate} a run`;
  const what = `${name}, batches of ${batchSize}, ${way}`;
  const found = `${(1000 * batch.median).toFixed(1)} ms a batch, ${ratio.toFixed(2)} × plain, start-up ${startUp.median.toFixed(1)} s${perRun}${memory}`;
  if (way !== 'float64' || provider === 'cpu') return [{ what, found }];
  const most = peaks.get('plain') ?? 0;
  return [
    { what, found, bound: `≤ ${atMost} × plain`, passed: ratio <= atMost },
    {
      what: `${what}, memory`,
      found: `${(peak / Math.max(1, most)).toFixed(2)} × plain`,
      bound: `≤ ${MEMORY} × plain`,
      passed: peak <= MEMORY * most,
    },
  ];
}

/** Python delve over the long data, with TF32 as PyTorch has it and switched off; or why there is none. */
async function pythonRuns(
  work: SpeedWork,
  { data, batchSize }: Workload,
  { provider, python, rounds }: Settings,
): Promise<Record<'tf32' | 'exact', number> | string> {
  const script = [work.peer, data, String(batchSize), '4', provider === 'cuda' ? 'cuda' : 'cpu'];
  const fastest = async (env: NodeJS.ProcessEnv) => {
    const peer = await PythonPeer.start(python, PEER, script, env);
    if (typeof peer === 'string') throw new Error(peer);
    try {
      let seconds = Number.POSITIVE_INFINITY;
      for (let round = 0; round <= rounds; round++) seconds = Math.min(seconds, await peer.seconds('run'));
      return seconds;
    } finally {
      await peer.close();
    }
  };
  try {
    return {
      exact: await fastest({ ...process.env, NVIDIA_TF32_OVERRIDE: '0' }),
      tf32: await fastest({ ...process.env, NVIDIA_TF32_OVERRIDE: undefined }),
    };
  } catch (error) {
    return error instanceof Error ? error.message.trim().slice(-300) : String(error);
  }
}

function pythonRow(
  { name, batchSize, batches }: SpeedWork,
  ours: Cost,
  python: Record<'tf32' | 'exact', number> | string,
  provider: Settings['provider'],
  tf32: boolean,
): Row {
  const what = `${name}: ${WHOLE} samples, Python delve ÷ analyze, ${tf32 ? 'both with TF32' : 'without TF32'}`;
  if (typeof python === 'string') return { what, found: `not measured: ${python}` };
  const whole = ours.startUp.median + (WHOLE / batchSize) * ours.batch.median;
  // What it costs to start is not counted there, so that the time grows with the samples.
  const theirs = ((tf32 ? python.tf32 : python.exact) * WHOLE) / (batches * batchSize);
  const found = `${(theirs / whole).toFixed(2)} (${theirs.toFixed(1)} s, ${whole.toFixed(1)} s)`;
  if (provider === 'cpu') return { what, found };
  return { what, found, bound: `≥ ${FASTER}`, passed: theirs >= FASTER * whole };
}

async function plainInference(workerData: PlainWork): Promise<void> {
  const worker = new Worker(new URL('./plainWorker.js', import.meta.url), { workerData });
  // Rejects on the worker's `error` event.
  await once(worker, 'exit');
}
