import { performance } from 'node:perf_hooks';
import type { Feed, FeedSource } from '../data/feed.js';
import { UserError } from '../errors.js';
import type { ModelBytes } from '../instrument/rewrittenModel.js';
import { ModelSession, type Outputs, type SessionOptions } from './session/modelSession.js';

export interface CompareOptions extends SessionOptions {
  readonly batchSize: number;
  /** The batch size that the model fixes: a last batch of fewer samples is left out. */
  readonly fixedBatch?: number;
  readonly maxSamples?: number;
  readonly every?: number;
  /** Which batches are looked at, by their number from 0; all where nothing is said. */
  readonly isWanted?: (batch: number) => boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (samples: number) => void;
}

/** How one model does beside the first. */
export interface ModelScore {
  /** Median over the batches. */
  readonly millisecondsPerSample: number;
  /** Share of samples whose largest output is that of their class; `null` where no class is known. */
  readonly accuracy: number | null;
  /** Share of rows of the first output whose largest entry is where the first model has it; `null` without such rows. */
  readonly agreement: number | null;
  /** ‖a − b‖ / ‖b‖ over all samples, for each output; `null` where shapes differ or it is not of numbers. */
  readonly outputs: readonly { readonly name: string; readonly relativeError: number | null }[];
}

export interface Comparison {
  readonly samples: number;
  /** Those of known class. */
  readonly labelled: number;
  /** One for each model; the first is what the others are held against. */
  readonly models: readonly ModelScore[];
}

/**
 * Passes the same batches through several models, one after the other in turns, and compares what they give and how
 * long they take. The first batch only warms up the clocks.
 *
 * @throws UserError where a model does not load or run, or nothing is left to compare on.
 */
export async function compareModels(
  models: readonly ModelBytes[],
  source: FeedSource,
  options: CompareOptions,
): Promise<Comparison> {
  const sessions: ModelSession[] = [];
  try {
    for (const model of models) sessions.push(await ModelSession.open(model, options));
    const tallies = sessions.map(() => new Tally());
    let samples = 0;
    const labels: (string | undefined)[] = [];
    let batch = 0;
    const { batchSize, maxSamples, every, signal } = options;
    for await (const feed of source.feeds({ batchSize, maxSamples, every, signal })) {
      const index = batch++;
      if (options.isWanted && !options.isWanted(index)) continue;
      if (options.fixedBatch !== undefined && feed.samples !== options.fixedBatch) continue;
      labels.push(...(feed.labels ?? new Array<undefined>(feed.samples).fill(undefined)));
      const order = sessions.map((_, i) => (i + index) % sessions.length);
      const given = new Map<number, Outputs>();
      for (const i of order) {
        signal?.throwIfAborted();
        const started = performance.now();
        given.set(i, await sessions[i].run(copied(feed)));
        tallies[i].time((performance.now() - started) / feed.samples);
      }
      const reference = given.get(0);
      if (!reference) throw new Error('no model was run');
      for (const [i, outputs] of given) tallies[i].add(outputs, reference, feed.samples);
      samples += feed.samples;
      options.onProgress?.(samples);
      // Lets signals and timers through: a run blocks the thread.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (samples === 0) throw new UserError('no sample is left to compare the models on: give more data');
    const classes = classIndices(labels);
    const labelled = classes.filter((index) => index !== undefined).length;
    return { samples, labelled, models: tallies.map((tally) => tally.score(classes)) };
  } finally {
    for (const session of sessions) await session.release();
  }
}

/** ONNX Runtime may keep what it is given; each model gets its own. */
const copied = (feed: Feed): Feed => ({ ...feed });

/** What one model gave so far. */
class Tally {
  readonly #times: number[] = [];
  readonly #sums = new Map<string, { difference: number; reference: number } | undefined>();
  #rows = 0;
  #agreeing = 0;
  /** Where the largest output of each sample is; -1 where there is none. */
  readonly #predicted: number[] = [];

  time(milliseconds: number): void {
    this.#times.push(milliseconds);
  }

  add(outputs: Outputs, reference: Outputs, samples: number): void {
    for (const [name, { data: expected, dims }] of Object.entries(reference)) {
      const actual = outputs[name];
      const known = this.#sums.get(name) ?? { difference: 0, reference: 0 };
      const same =
        actual?.dims.length === dims.length && actual.dims.every((size, axis) => size === dims[axis]);
      if (
        !same ||
        !isNumeric(actual.data) ||
        !isNumeric(expected) ||
        (this.#sums.has(name) && !this.#sums.get(name))
      ) {
        this.#sums.set(name, undefined);
        continue;
      }
      for (let i = 0; i < expected.length; i++) {
        const value = Number(expected[i]);
        const difference = Number(actual.data[i]) - value;
        known.difference += difference * difference;
        known.reference += value * value;
      }
      this.#sums.set(name, known);
    }
    const [first] = Object.keys(reference);
    const width = reference[first]?.dims.at(-1) ?? 0;
    if (width < 2) return;
    const [mine, theirs] = [outputs[first]?.data, reference[first].data];
    if (!mine || !isNumeric(mine) || !isNumeric(theirs) || mine.length !== theirs.length) return;
    const rows = mine.length / width;
    for (let row = 0; row < rows; row++) {
      const largest = indexOfLargest(mine, row * width, width);
      this.#rows++;
      if (largest === indexOfLargest(theirs, row * width, width)) this.#agreeing++;
      if (rows === samples) this.#predicted.push(largest);
    }
  }

  score(classes: readonly (number | undefined)[]): ModelScore {
    const times = this.#times.slice(this.#times.length > 1 ? 1 : 0).sort((a, b) => a - b);
    const known = classes.flatMap((index, sample) =>
      index === undefined ? [] : [this.#predicted[sample] === index],
    );
    const right = known.filter(Boolean).length;
    return {
      millisecondsPerSample: times[Math.floor(times.length / 2)],
      accuracy: known.length === 0 || this.#predicted.length !== classes.length ? null : right / known.length,
      agreement: this.#rows === 0 ? null : this.#agreeing / this.#rows,
      outputs: [...this.#sums].map(([name, sums]) => ({
        name,
        relativeError: sums ? relative(sums.difference, sums.reference) : null,
      })),
    };
  }
}

const relative = (difference: number, reference: number): number =>
  difference === 0 ? 0 : Math.sqrt(difference / reference);

type Numbers = ArrayLike<number | bigint>;

const isNumeric = (data: unknown): data is Numbers => ArrayBuffer.isView(data);

function indexOfLargest(values: Numbers, start: number, length: number): number {
  let largest = 0;
  for (let i = 1; i < length; i++) if (values[start + i] > values[start + largest]) largest = i;
  return largest;
}

/**
 * The index of each sample's class: the number that it is called by, or else its place among all names in order, as
 * torchvision's `ImageFolder` counts them.
 */
function classIndices(labels: readonly (string | undefined)[]): (number | undefined)[] {
  const names = [...new Set(labels.filter((label) => label !== undefined))].sort((a, b) => (a < b ? -1 : 1));
  const numbered = names.every((name) => /^\d+$/.test(name));
  const places = new Map(names.map((name, place) => [name, numbered ? Number(name) : place]));
  return labels.map((label) => (label === undefined ? undefined : places.get(label)));
}
