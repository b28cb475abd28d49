import { UserError } from '../../errors.js';
import type { Feed, FeedOptions, Position } from '../feed.js';
import { type FailedSample, isFailed, labelOf, type ReadSample, type Sample } from '../sample.js';
import { Batch } from './batch.js';
import type { InputStream } from './lockstep.js';
import { countLabel, listSkipped, type ReadingLog } from './readingLog.js';
import { selectedRows } from './selectedRows.js';

/** What to do with a sample that cannot be used. */
export type OnError = 'fail' | 'skip';

/** Which samples may be taken. */
export interface Choices {
  /** Whether a label is one of the classes that there are. */
  readonly known?: (label: string) => boolean;
  /** Where `maxSamples` are fewer than there are, draw them at random, from this seed; absent: take the first. */
  readonly seed?: number;
  /** Whether the streams can be read in any order. */
  readonly isShufflable?: boolean;
}

/**
 * Samples → batches. `every` picks by the position in the source (batches of `batchSize` positions); where
 * samples are skipped, the ones after them fill the batch. A sample that is bad for one input is left out of all. A feed
 * holds several batches where as many samples are `wanted`.
 *
 * @throws UserError at the first bad sample where `onError` is `fail`, and where nothing is left.
 */
export async function* gatherFeeds(
  streams: readonly InputStream[],
  {
    batchSize,
    maxSamples = Number.POSITIVE_INFINITY,
    every = 1,
    share,
    shuffle,
    from,
    wanted,
    memory,
    signal,
  }: FeedOptions,
  onError: OnError,
  log: ReadingLog,
  { known = () => true, seed, isShufflable = false }: Choices = {},
): AsyncGenerator<Feed> {
  const columns = streams.map(({ input, stream }) => ({
    input,
    shapeless: stream.shapeless ?? false,
    padding: stream.padding,
  }));
  const size = streams[0]?.stream.size ?? Number.POSITIVE_INFINITY;
  const capacity = () => Math.min(Math.max(batchSize, wanted?.() ?? batchSize), maxSamples, size);
  const batch = new Batch(columns, capacity(), onError === 'skip' && batchSize > 1, memory);
  // How many samples the other shares leave out nobody knows here.
  const most = share ? Number.POSITIVE_INFINITY : maxSamples;
  let given = from?.given ?? 0;
  if (given >= most) return;
  const missing = () => most - given - batch.samples;
  let end: Pick<Position, 'draws' | 'rows'> = { draws: [], rows: 0 };
  const take = (): Feed => {
    given += batch.samples;
    return { ...batch.take(), end: { ...end, given, skipped: log.skippedCount } };
  };
  const mayEnd = () => batch.samples > 0 && batch.samples % batchSize === 0;
  const choice = {
    block: batchSize,
    every,
    maxSamples,
    share,
    seed,
    shuffled: shuffle && isShufflable,
    from,
  };
  for await (const { count, columns: read, draws, before } of selectedRows(streams, choice, missing)) {
    for (let i = 0; i < count; i++) {
      const values = read.map((column) => column[i]);
      // Batches of another shape are another feed.
      if (mayEnd() && values.every(isSound) && !batch.continues(values)) {
        yield take();
        batch.resize(capacity());
      }
      end = { draws, rows: before + i + 1 };
      const failed = addSample(batch, values, log, known);
      if (failed) {
        handleFailure(failed, onError, log);
        batch.interrupt();
      } else if (given + batch.samples === most || batch.samples === batch.capacity) {
        signal?.throwIfAborted();
        yield take();
        if (given >= most) return;
        batch.resize(capacity());
      }
    }
    signal?.throwIfAborted();
  }
  if (batch.samples > 0) yield take();
  if (given === 0 && !share) throw nothingLeft(log, every);
}

/**
 * Lists a sample as skipped, or ends the run with it.
 *
 * @throws UserError where `onError` is `fail`.
 */
export function handleFailure(failed: FailedSample, onError: OnError, log: ReadingLog): void {
  if (onError === 'fail') {
    throw new UserError(`${failed.origin}: ${failed.reason} (--on-error skip leaves such samples out)`);
  }
  listSkipped(log, failed);
}

/** Why a pass gave no feed at all. */
export function nothingLeft({ skippedCount, skipped }: ReadingLog, every: number): UserError {
  const [first] = skipped;
  if (first) {
    return new UserError(
      `none of the samples could be used: all ${skippedCount} were skipped, the first one being ${first.origin}: ${first.reason}`,
    );
  }
  return new UserError(
    every > 1
      ? `--every ${every} leaves nothing: the data has fewer than ${every} batches, take a smaller number or a smaller --batch`
      : 'the data holds no samples: pass a source that does',
  );
}

/** One of these names, or the position of one. */
export function knownClass(names: readonly string[]): (label: string) => boolean {
  const known = new Set(names);
  return (label) => known.has(label) || (/^\d+$/.test(label) && Number(label) < names.length);
}

const isSound = (value: ReadSample): value is Sample => !isFailed(value);

function addSample(
  batch: Batch,
  values: readonly ReadSample[],
  log: ReadingLog,
  known: (label: string) => boolean,
): FailedSample | undefined {
  const sound: Sample[] = [];
  for (const value of values) {
    if (isFailed(value)) return value;
    sound.push(value);
  }
  const label = labelOf(sound);
  if (label !== undefined && !known(label)) {
    return {
      origin: sound[0].origin,
      reason: `its label ${label} is none of the classes that --classes names: fix it, or name all classes`,
    };
  }
  const failed = batch.add(sound);
  if (failed) return failed;
  if (label !== undefined) countLabel(log, label);
  return undefined;
}
