import { performance } from 'node:perf_hooks';
import { BufferPool } from '../../data/bufferPool.js';
import type { Feed, FeedSource } from '../../data/feed.js';
import type { Share } from '../../data/selection.js';
import { InterruptedError } from '../../errors.js';
import type { FedBackInput } from '../../instrument/fedBack.js';
import type { ModelBytes } from '../../instrument/rewrittenModel.js';
import type { Provider, ProviderChoice, Tf32 } from '../../run/settingValues.js';
import { joinedFeeds } from '../feeds/joinedFeeds.js';
import { RunSizes } from '../feeds/runSizes.js';
import type { MayCut } from '../feeds/stepDown.js';
import { wholeBatches } from '../feeds/wholeBatches.js';
import { chooseTf32 } from '../session/tf32.js';
import { webgpuTurn } from '../session/webgpuTurn.js';
import type { FoundBy, Remarks, Task } from './messages.js';
import type { PassState, Pause, Paused } from './pause.js';
import { Places, START } from './places.js';
import { expectedSamples, type Progress } from './progress.js';
import { WorkerTeam } from './workerTeam.js';

export interface PassOptions {
  readonly provider: ProviderChoice;
  /** Which of several GPUs; batches are dealt out to all that are named. */
  readonly device?: number | readonly number[];
  /** Threads of ONNX Runtime; its own choice where nothing is said. */
  readonly threads?: number;
  /** Samples a batch, where the model does not fix them. */
  readonly batchSize: number;
  /** Join batches of `batchSize` into larger ones as long as that raises the throughput and memory suffices. */
  readonly tuneBatch?: boolean;
  /** Batches that one run of an accumulating model takes; `auto` finds out by measuring, and is 1 on the CPU. */
  readonly accumulate?: number | 'auto';
  /** Allow CUDA to round float32 factors to ten bits. */
  readonly tf32?: boolean;
  /** The batch size that the model fixes. */
  readonly fixedBatch?: number;
  /** Leave samples out that do not fill a batch of the size that the model fixes. */
  readonly wholeBatches?: boolean;
  /** Inputs that outputs of the batch before feed: batches of one sample, in order. */
  readonly fedBack?: readonly FedBackInput[];
  /** Stop after exactly that many samples. */
  readonly maxSamples?: number;
  /** Read the samples in random order, where the source allows it. */
  readonly shuffle?: boolean;
  /** Use every k-th batch only. */
  readonly every?: number;
  /** Only the batches of one share. They keep the numbers that they have among those of all shares. */
  readonly share?: Share;
  /** Go on from what an earlier pass left behind; every other option has to be what it was. */
  readonly from?: PassState;
  readonly signal?: AbortSignal;
  /** Called when the model is loaded, and after every batch. */
  readonly onProgress?: (progress: Progress) => void;
  /** Told what the user should know and did not ask for, e.g. which provider runs. */
  readonly onNotice?: (text: string) => void;
}

/** The outcome of one pass over the data. */
export interface Pass<Found> extends Remarks {
  /** What it really ran on. */
  readonly provider: Provider;
  /** On CUDA: whether float32 products and convolutions may have been rounded to TF32. */
  readonly tf32?: Tf32;
  /** The CUDA devices that shared the batches, where there were several. */
  readonly devices?: readonly number[];
  /** Those that layers were observed on. */
  readonly samples: number;
  /** Samples that were left out because they did not fill a batch, where there were any. */
  readonly leftOut?: number;
  readonly batches: number;
  /** Samples that a full batch held; where it was tuned, that of the highest throughput. */
  readonly batchSize: number;
  /** Batches that one run took. */
  readonly accumulate: number;
  /** From the call to the result, the loading of the model included. */
  readonly seconds: number;
  /** One entry for each layer of the model, in graph order. */
  readonly layers: readonly Found[];
}

/** How long an interrupted pass may take to leave itself behind, in milliseconds: SIGKILL often follows after ten seconds. */
const LAST_SAVE = 4000;

/** How long an ending pass waits for the batch that runs, in milliseconds. */
const GRACE = 1000;

const STAYS_OFF = 'TF32 stays off: NVIDIA_TF32_OVERRIDE is 0 in this process';

/**
 * Runs a rewritten model over all feeds of a source.
 *
 * ONNX Runtime computes in a thread of its own; meanwhile the next feeds are read here, never more than a few
 * ahead. The buffers of the model's bytes and of the feeds' tensors are transferred to that thread: they are empty
 * here afterwards.
 *
 * @param onFeed is told of every feed, in order, before it is sent.
 * @param pauses what is to be done between batches, where it is due.
 * @throws UserError where provider, model or data do not fit.
 * @throws InterruptedError where `signal` is aborted: within about a second, also when the batch that runs takes longer.
 */
export async function runPass<T extends Task>(
  task: T,
  model: ModelBytes,
  source: FeedSource,
  options: PassOptions,
  onFeed: (feed: Feed) => void = () => {},
  pauses: readonly Pause<FoundBy[T['kind']]>[] = [],
): Promise<Pass<FoundBy[T['kind']]>> {
  const { signal, from } = options;
  if (signal?.aborted) throw interruption(0, undefined);
  const started = performance.now();
  const seconds = () => (from?.seconds ?? 0) + (performance.now() - started) / 1000;
  const batchSize = options.fixedBatch ?? options.batchSize;
  const total = expectedSamples(source.size, { ...options, batchSize });

  let provider = 'cpu' as Provider;
  let samples = from?.samples ?? 0;
  let leftOut = 0;
  let batches = from?.batches ?? 0;
  const places = new Places(from ? { ...from, labels: from.from.labels } : START);
  let sampleBytes = 0;
  const { onNotice = () => {}, onProgress = () => {} } = options;
  const tuneBatch = options.tuneBatch === true && options.fixedBatch === undefined;
  const accumulate = model.accumulates ? (options.accumulate ?? 1) : 1;
  const memory = new BufferPool();
  const sizes = new RunSizes({ batchSize, tuneBatch, accumulate }, onNotice);
  /** Set when the pass is over: what is still on its way then is neither sent nor counted. */
  let over = false;
  const { threads, fixedBatch, share, fedBack } = options;
  const mayCut: MayCut = fixedBatch !== undefined ? 'none' : tuneBatch ? 'all' : 'withoutKernel';
  const devices = devicesOf(options);
  // Who names several wants them all: none of them may become the CPU.
  const wanted = devices.length > 1 && options.provider === 'auto' ? 'cuda' : options.provider;
  const tf32 = chooseTf32(wanted, options.tf32 ?? false);
  const leaveTurn = await webgpuTurn(wanted);
  const worker = new WorkerTeam(
    task,
    model,
    { provider: wanted, threads, fixedBatch, mayCut, share, fedBack },
    devices,
    {
      onOpened(opened, notice, accumulates) {
        provider = opened;
        sizes.opened(opened, accumulates);
        if (notice !== undefined) onNotice(notice);
        if (opened === 'cuda' && options.tf32 && tf32 === 'off') onNotice(STAYS_OFF);
        onProgress({ samples, total, seconds: seconds() });
      },
      onStepDown: (step) => sizes.steppedDown(step),
      onBatch(cost, number, buffers) {
        for (const buffer of buffers) memory.give(buffer);
        places.ran(number);
        if (over) return;
        samples += cost.samples;
        batches += cost.batches;
        sizes.ran(cost, sampleBytes);
        onProgress({ samples, total, seconds: seconds() });
      },
    },
    from,
  );

  const paused: Paused<FoundBy[T['kind']]> = {
    get samples() {
      return samples;
    },
    get seconds() {
      return seconds();
    },
    look: () => worker.look(),
    async save(fileOf) {
      const place = places.behindAll;
      if (!place) throw new Error('a pass cannot be left here');
      const { position, labels, ...rest } = place;
      const skippedSamples = source.skipped.slice(0, position.skipped);
      const workers = await worker.save(fileOf);
      const from = { ...position, labels, skippedSamples };
      return { ...rest, from, provider, seconds: seconds(), workers };
    },
  };
  /** @returns whether enough has been seen. */
  const pausesDue = async (): Promise<boolean> => {
    const due = pauses.filter((pause) => pause.isDue(samples, seconds()));
    if (due.length === 0) return false;
    await worker.idle();
    let isEnough = false;
    for (const pause of due) isEnough = (await pause.take(paused)) === 'enough' || isEnough;
    return isEnough;
  };
  const leave = async (reason: unknown): Promise<void> => {
    const last = pauses.filter(({ atInterruption }) => atInterruption?.(seconds(), reason));
    if (last.length === 0) return;
    worker.hurry();
    await worker.idle();
    if (places.behindAll) for (const pause of last) await pause.take(paused);
  };

  const pass = async (): Promise<readonly FoundBy[T['kind']][]> => {
    const { maxSamples, every, share, shuffle } = options;
    const isSeveral = tuneBatch || accumulate !== 1;
    const gathers = isSeveral && source.gathers === true && options.wholeBatches !== true;
    const read = source.feeds({
      ...{ batchSize, maxSamples, every, share, shuffle, memory, signal },
      from: from?.from,
      ...(gathers ? { wanted: () => sizes.next() } : {}),
    });
    const whole =
      options.wholeBatches && fixedBatch !== undefined
        ? wholeBatches(read, fixedBatch, (count) => {
            leftOut += count;
          })
        : read;
    const feeds = isSeveral && !gathers ? joinedFeeds(whole, () => sizes.next(), memory) : whole;
    let number = from?.number ?? 1;
    const iterator = feeds[Symbol.asyncIterator]();
    try {
      for (;;) {
        await worker.slot();
        signal?.throwIfAborted();
        const next = await iterator.next();
        if (next.done || over) break;
        const feed = next.value;
        onFeed(feed);
        sampleBytes = bytesOf(feed) / Math.max(1, feed.samples);
        const batch = Math.min(sizes.gathered, Math.max(1, feed.samples));
        const count = Math.max(1, Math.ceil(feed.samples / batch));
        places.sent(feed, number, count);
        const { end } = feed;
        worker.send({ feed, batch, number });
        number += count;
        if (end && (await pausesDue())) break;
      }
    } catch (error) {
      if (signal?.aborted) await leave(signal.reason);
      throw error;
    } finally {
      await iterator.return?.(undefined);
    }
    return over ? [] : worker.finish();
  };

  const { aborted, forget } = rejectionOf(
    signal,
    () => interruption(samples, total),
    (reason) => (pauses.some(({ atInterruption }) => atInterruption?.(seconds(), reason)) ? LAST_SAVE : 0),
  );
  try {
    const layers = await Promise.race([pass(), aborted, worker.failed]);
    const { remarks } = worker;
    return {
      provider,
      ...(provider === 'cuda' ? { tf32 } : {}),
      ...(typeof options.device === 'object' && devices.length > 1 ? { devices: options.device } : {}),
      samples: samples - (remarks.skipped?.count ?? 0),
      ...(leftOut > 0 ? { leftOut } : {}),
      batches,
      batchSize: sizes.batchSize,
      accumulate: sizes.accumulate,
      seconds: seconds(),
      layers,
      ...remarks,
    };
  } catch (error) {
    // A source that notices the signal first throws an error of its own.
    throw signal?.aborted ? interruption(samples, total) : error;
  } finally {
    over = true;
    forget();
    await worker.stop(GRACE);
    leaveTurn(worker.exited);
  }
}

function bytesOf({ tensors }: Feed): number {
  return Object.values(tensors).reduce((bytes, { data }) => bytes + data.byteLength, 0);
}

/** At least one: `undefined` is the first there is. */
function devicesOf({ device }: PassOptions): readonly (number | undefined)[] {
  if (typeof device !== 'object') return [device];
  return device.length > 0 ? device : [undefined];
}

function interruption(samples: number, total: number | undefined): InterruptedError {
  const of = total === undefined ? '' : ` of ${total}`;
  return new InterruptedError(`interrupted after ${samples}${of} samples`, samples);
}

/** A promise that rejects when the signal is aborted, and how to be rid of it. */
function rejectionOf(
  signal: AbortSignal | undefined,
  reason: () => Error,
  /** For how long it does not reject yet, in milliseconds. */
  patience: (reason: unknown) => number,
) {
  let onAbort = () => {};
  let timer: NodeJS.Timeout | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      const milliseconds = patience(signal?.reason);
      if (milliseconds === 0) reject(reason());
      else timer = setTimeout(() => reject(reason()), milliseconds);
    };
  });
  signal?.addEventListener('abort', onAbort);
  const forget = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  };
  return { aborted, forget };
}
