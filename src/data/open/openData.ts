import { UserError } from '../../errors.js';
import { isModule } from '../../files/ownModule.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import { describeShape } from '../batches/fitShape.js';
import { gatherFeeds, knownClass, type OnError } from '../batches/gatherFeeds.js';
import type { InputStream } from '../batches/lockstep.js';
import { clearLog, emptyLog, restoreLog } from '../batches/readingLog.js';
import { readyFeeds } from '../batches/readyFeeds.js';
import type { Feed, FeedOptions, FeedSource } from '../feed.js';
import { givenClassNames } from '../labels/classNames.js';
import { labelsFrom } from '../labels/labelsFile.js';
import { requireAsMany, withClasses } from '../labels/withClasses.js';
import { expandSource } from '../lists/expandSource.js';
import { openList } from '../lists/openList.js';
import type { DataOptions } from '../options.js';
import type { OpenedSource } from '../reader.js';
import { isText, text } from '../readers/text/text.js';
import { requireFits } from '../requireFits.js';
import { assignSources } from './assignSources.js';
import { detectReader } from './detectReader.js';
import { refuseUnknownShapes, refuseUnread } from './refuseUnread.js';

interface NamedSource {
  readonly reader: string;
  readonly source: string;
  readonly opened: OpenedSource;
}

/**
 * Opens the data of a run: finds a reader for each source and sees that every input of the model is fed.
 * Close it when done.
 *
 * @throws UserError for a source that is missing, unreadable, not recognised, damaged or empty, that does not
 *   suit its input, for inputs that are unknown or not fed, and for options that contradict the model or that no
 *   reader of these sources looks at.
 */
export async function openData(options: DataOptions, inputs: readonly ModelInput[]): Promise<FeedSource> {
  for (const input of inputs) refuseUnfeedable(input);
  refuseUnknownShapes(options, inputs);
  const sources: NamedSource[] = [];
  const forced = (source: string, fed: readonly ModelInput[]) =>
    options.reader ?? (isText(source, fed, options) ? text.name : undefined);
  try {
    for (const { source, inputs: fed } of await assignSources(options.data, inputs)) {
      const isOwn = options.reader !== undefined && isModule(options.reader);
      const files = isOwn ? undefined : await expandSource(source);
      if (files) {
        fed.forEach(refuseScalar);
        const readerOf = (file: string) => detectReader(file, forced(file, fed));
        sources.push({ source, ...(await openList(source, files, fed, options, readerOf)) });
        continue;
      }
      const reader = await detectReader(source, forced(source, fed));
      if (!reader.ownBatches) fed.forEach(refuseScalar);
      sources.push({ reader: reader.name, source, opened: await reader.open(source, fed, options) });
    }
    refuseUnread(
      options,
      sources.map(({ reader }) => reader),
    );
    return feedSource(sources, inputs, options.onError ?? 'fail', options.data.join(', '), {
      list: options.labels,
      classes:
        options.labels === undefined ? undefined : await labelsFrom(options.labels, options.csv?.labelColumn),
      known: options.classes === undefined ? undefined : (await givenClassNames(options.classes)).names,
      seed: options.inOrder ? undefined : (options.seed ?? 0),
    });
  } catch (error) {
    await closeAll(sources);
    throw error;
  }
}

function refuseUnfeedable({ name, type, shape }: ModelInput): void {
  if (type === 'string') {
    throw new UserError(
      `input ${name} of the model takes strings, which no reader gives: only numbers can be fed`,
    );
  }
  const [, ...sizes] = shape ?? [];
  const fixed = sizes.map((size) => (typeof size === 'number' && size > 0 ? size : 1));
  requireFits(
    fixed.reduce((product, size) => product * size, 1),
    type,
    `a sample of ${describeShape(fixed)} for input ${name}`,
    'export the model with smaller dimensions, or with open ones',
  );
}

function refuseScalar({ name, shape }: ModelInput): void {
  if (shape?.length === 0) {
    throw new UserError(
      `input ${name} is a single value without a batch axis, which samples cannot feed: pass an ONNX test set (test_data_set_*/input_*.pb)`,
    );
  }
}

/** What the user said about classes, and which samples to take. */
interface Wanted {
  /** The file with the class of each sample, and what it holds. */
  readonly list: string | undefined;
  readonly classes: readonly string[] | undefined;
  /** All classes there are. */
  readonly known: readonly string[] | undefined;
  /** Of the samples that are drawn where a limit is set. */
  readonly seed: number | undefined;
}

function feedSource(
  sources: readonly NamedSource[],
  inputs: readonly ModelInput[],
  onError: OnError,
  source: string,
  labels: Wanted,
): FeedSource {
  const log = emptyLog();
  const open = (
    feeds: (options: FeedOptions) => AsyncIterable<Feed>,
    size: () => number | undefined,
    more: Pick<FeedSource, 'labelled' | 'drawSeed' | 'shuffleSeed' | 'gathers'> = {},
  ) => ({
    reader: [...new Set(sources.map(({ reader }) => reader))].join(', '),
    source,
    get size() {
      return size();
    },
    labels: log.labels,
    ...more,
    skipped: log.skipped,
    get skippedCount() {
      return log.skippedCount;
    },
    preprocessing: preprocessingOf(sources),
    notices: sources.flatMap(({ opened }) => opened.notices ?? []),
    feeds(options: FeedOptions) {
      requireCounts(options);
      clearLog(log);
      if (options.from) restoreLog(log, options.from);
      return feeds(options);
    },
    close: () => closeAll(sources),
  });
  for (const { opened, reader } of sources) {
    if (!('batches' in opened)) continue;
    if (labels.list !== undefined) {
      throw new UserError(
        `--labels has no effect on a source of kind ${reader}, which brings its own batches`,
      );
    }
    if (sources.length > 1) {
      throw new UserError(
        `a source of kind ${reader} feeds all inputs of a model: pass it as the only --data`,
      );
    }
    return open(
      (options) => readyFeeds(opened, options, onError, log),
      () => undefined,
    );
  }
  const streams = labelledStreams(inputStreams(sources, inputs), labels);
  const drawSeed = drawable(sources, streams) ? labels.seed : undefined;
  const isShufflable = drawSeed !== undefined && streams.every(({ stream }) => stream.anyOrder);
  const known = labels.known === undefined ? undefined : knownClass(labels.known);
  return open(
    (options) => gatherFeeds(streams, options, onError, log, { known, seed: drawSeed, isShufflable }),
    () => streams.find(({ stream }) => stream.size !== undefined)?.stream.size,
    {
      labelled: streams.some(({ stream }) => stream.labelled),
      // Each batch is filled up to its own longest sample.
      gathers: streams.every(({ stream }) => stream.padding === undefined),
      drawSeed,
      ...(isShufflable ? { shuffleSeed: drawSeed } : {}),
    },
  );
}

/** The first stream has the classes of the list, where there is one, and no other has any. */
function labelledStreams(streams: readonly InputStream[], { list, classes }: Wanted): readonly InputStream[] {
  if (list === undefined || classes === undefined) return streams;
  return streams.map(({ input, stream }, i) => {
    requireAsMany(classes, stream, list);
    return { input, stream: i === 0 ? withClasses(stream, classes, list) : stream };
  });
}

/**
 * Whether samples can be drawn: their number is known before they have been read. Those of `random:<n>` are alike, drawn
 * or not.
 */
function drawable(sources: readonly NamedSource[], streams: readonly InputStream[]): boolean {
  if (sources.every(({ reader }) => reader === 'random')) return false;
  return streams.every(({ stream }) => stream.size !== undefined);
}

/** In the order of the model's inputs. */
function inputStreams(sources: readonly NamedSource[], inputs: readonly ModelInput[]): InputStream[] {
  return inputs.map((input) => {
    for (const { opened } of sources) {
      const stream = 'streams' in opened ? opened.streams.get(input.name) : undefined;
      if (stream) return { input, stream };
    }
    throw new Error(`input ${input.name} was assigned to a source that does not feed it`);
  });
}

/** What was done to the values; by source where there are several. */
function preprocessingOf(sources: readonly NamedSource[]): Readonly<Record<string, unknown>> {
  if (sources.length === 1) return sources[0].opened.preprocessing ?? {};
  return Object.fromEntries(
    sources.flatMap(({ source, opened }) => (opened.preprocessing ? [[source, opened.preprocessing]] : [])),
  );
}

function requireCounts({ batchSize, maxSamples, every }: FeedOptions): void {
  for (const [option, value] of [
    ['--batch', batchSize],
    ['--max-samples', maxSamples],
    ['--every', every],
  ] as const) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 1)) {
      throw new UserError(`${option} ${value}: write a whole number from 1 on`);
    }
  }
}

async function closeAll(sources: readonly NamedSource[]): Promise<void> {
  for (const { opened } of sources) await opened.close?.();
}
