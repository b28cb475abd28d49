import { fromFloat16 } from '../data/batches/halfPrecision.js';
import type { Feed } from '../data/feed.js';
import { type ClassAnswers, ClassCounts } from './collect/classCounts.js';
import type { Outputs } from './session/modelSession.js';

/** How one model does beside the first. */
export interface ModelScore {
  /** Median over the batches. */
  readonly millisecondsPerSample: number;
  /** How often each class was answered, by label; `null` where the first output has no row of scores a sample. */
  readonly answers: ClassAnswers | null;
  /** Share of rows of the first output whose largest entry is where the first model has it; `null` without such rows. */
  readonly agreement: number | null;
  /** ‖a − b‖ / ‖b‖ over all samples, for each output; `null` where shapes differ or it is not of numbers. */
  readonly outputs: readonly { readonly name: string; readonly relativeError: number | null }[];
}

/** What one model gave so far, held against what the first one gave. */
export class ModelTally {
  readonly #times: number[] = [];
  readonly #sums = new Map<string, { difference: number; reference: number } | undefined>();
  #rows = 0;
  #agreeing = 0;
  readonly #answers = new ClassCounts();
  /** Whether every batch so far had a row of scores a sample. */
  #hasScores = true;

  time(milliseconds: number): void {
    this.#times.push(milliseconds);
  }

  /** Labels that the data has, whether or not a sample of theirs is looked at. */
  mention(labels: readonly (string | undefined)[]): void {
    this.#answers.mention(labels);
  }

  /** What the model and the first one gave to a batch. */
  add(outputs: Outputs, reference: Outputs, { samples, labels = [] }: Feed): void {
    for (const [name, whole] of Object.entries(reference)) {
      const known = this.#sums.has(name) ? this.#sums.get(name) : { difference: 0, reference: 0 };
      const [expected, actual] = [numbersOf(whole), numbersOf(outputs[name])];
      if (!known || !expected || !actual || !sameShape(whole, outputs[name])) {
        this.#sums.set(name, undefined);
        continue;
      }
      for (let i = 0; i < expected.length; i++) {
        const difference = actual[i] - expected[i];
        known.difference += difference * difference;
        known.reference += expected[i] * expected[i];
      }
      this.#sums.set(name, known);
    }
    const [first] = Object.keys(reference);
    const width = reference[first]?.dims.at(-1) ?? 0;
    const [mine, theirs] = [numbersOf(outputs[first]), numbersOf(reference[first])];
    const isComparable = width >= 2 && mine !== undefined && mine.length === theirs?.length;
    const rows = isComparable ? mine.length / width : 0;
    if (rows !== samples) this.#hasScores = false;
    if (!isComparable) return;
    for (let row = 0; row < rows; row++) {
      const largest = indexOfLargest(mine, row * width, width);
      this.#rows++;
      if (largest === indexOfLargest(theirs, row * width, width)) this.#agreeing++;
    }
    if (rows === samples) this.#answers.add(labels, mine, width);
  }

  score(): ModelScore {
    const times = this.#times.slice(this.#times.length > 1 ? 1 : 0).sort((a, b) => a - b);
    return {
      millisecondsPerSample: times[Math.floor(times.length / 2)],
      answers: this.#hasScores ? this.#answers.result() : null,
      agreement: this.#rows === 0 ? null : this.#agreeing / this.#rows,
      outputs: [...this.#sums].map(([name, sums]) => ({
        name,
        relativeError: sums ? relative(sums.difference, sums.reference) : null,
      })),
    };
  }
}

/** `null` where it is not a number: infinities, NaN, nothing to divide by. */
function relative(difference: number, reference: number): number | null {
  if (difference === 0) return 0;
  const error = Math.sqrt(difference / reference);
  return Number.isFinite(error) ? error : null;
}

/** The values of a tensor; `undefined` where it holds no numbers. */
function numbersOf(tensor: Outputs[string] | undefined): Float64Array | undefined {
  if (tensor === undefined || !ArrayBuffer.isView(tensor.data)) return undefined;
  const { type, data } = tensor;
  // ONNX Runtime gives float16 as bit patterns where JavaScript has no array for it.
  if (type === 'float16' && data instanceof Uint16Array) return Float64Array.from(data, fromFloat16);
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

const sameShape = ({ dims }: Outputs[string], other: Outputs[string]): boolean =>
  dims.length === other.dims.length && dims.every((size, axis) => size === other.dims[axis]);

function indexOfLargest(values: Float64Array, start: number, length: number): number {
  let largest = 0;
  for (let i = 1; i < length; i++) if (values[start + i] > values[start + largest]) largest = i;
  return largest;
}
