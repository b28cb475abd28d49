import { UserError } from '../../errors.js';
import { allocate, arrayIn, bytesPerElement, type NumericArray } from '../../onnx/elementType.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import type { BufferPool } from '../bufferPool.js';
import type { Feed, TensorData } from '../feed.js';
import { requireFits } from '../requireFits.js';
import { type FailedSample, labelOf, type Padding, type Sample } from '../sample.js';
import { describeShape, fitShape, sampleShape, shapeMismatch } from './fitShape.js';
import { storeValues } from './storeValues.js';

/** A batch of one input in the making. */
interface Column {
  readonly input: ModelInput;
  readonly shapeless: boolean;
  readonly padding: Padding | undefined;
  /** Samples that wait until the longest of them is known. */
  waiting: Sample[];
  /** Room for a whole batch; made when the first sample tells its shape. */
  data: NumericArray | undefined;
  /** The shape of the samples in it, as the input has them. */
  dims: readonly number[];
  /** The shape that was fitted last, as the source had it: samples that share it need no second look. */
  given: readonly number[] | undefined;
}

/** Gathers samples into batches, fitted to the shapes and types of a model's inputs. */
export class Batch {
  readonly #columns: readonly Column[];
  #capacity: number;
  #samples = 0;
  #labels: (string | undefined)[] = [];
  #origins: string[] = [];
  #begins: boolean[] = [];
  /** A sample before the next one was left out, so that this one does not follow what was there. */
  #isInterrupted = false;
  /** Samples taken in by all batches so far. */
  #accepted = 0;

  /**
   * @param capacity samples a batch; `resize` changes it.
   * @param oneShape every batch takes the shape of the first (so that one odd sample, with `--on-error skip`,
   *   is left out wherever it stands); else batches may differ from one another.
   */
  constructor(
    columns: readonly {
      readonly input: ModelInput;
      readonly shapeless: boolean;
      readonly padding?: Padding;
    }[],
    capacity: number,
    readonly oneShape: boolean,
    /** Absent: every batch has new memory. */
    readonly memory?: BufferPool,
  ) {
    this.#capacity = capacity;
    this.#columns = columns.map(({ input, shapeless, padding }) => ({
      input,
      shapeless,
      padding,
      waiting: [],
      data: undefined,
      dims: [],
      given: undefined,
    }));
  }

  get samples(): number {
    return this.#samples;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** How many samples the batch that begins holds. */
  resize(capacity: number): void {
    if (this.#samples > 0) throw new Error('a batch that has begun keeps its capacity');
    if (capacity === this.#capacity) return;
    this.#capacity = capacity;
    for (const column of this.#columns) column.data = undefined;
  }

  /** Whether a sample has the shape of those that are in it already. */
  continues(values: readonly Sample[]): boolean {
    return this.#columns.every(({ input, shapeless, given, dims, padding }, k) => {
      const sample = values[k];
      if (padding || sample.dims === given) return true;
      const fitted = fitShape(sample.dims, input, shapeless);
      return fitted !== undefined && sameShape(fitted, dims);
    });
  }

  /** Adds a sample: one value for each input. Returns what is wrong with it; it is left out then. */
  add(values: readonly Sample[]): FailedSample | undefined {
    for (const [k, column] of this.#columns.entries()) {
      const value = values[k];
      const reason = this.#place(value, column);
      if (reason !== undefined) return { origin: value.origin, reason };
    }
    this.#begins.push(this.#isInterrupted || values.some(({ begins }) => begins === true));
    this.#isInterrupted = false;
    this.#labels.push(labelOf(values));
    this.#origins.push(values[0].origin);
    this.#samples++;
    this.#accepted++;
    return undefined;
  }

  /** Tells that a sample was left out here. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** The batch as it stands; the next one starts empty. */
  take(): Feed {
    const samples = this.#samples;
    const tensors: (readonly [string, TensorData])[] = [];
    for (const column of this.#columns) {
      const { input, dims, data, padding, waiting } = column;
      if (padding) {
        tensors.push([input.name, filledUp(input, waiting.slice(0, samples), padding)]);
        column.waiting = [];
        continue;
      }
      if (!data) throw new Error('an empty batch was taken');
      const elements = samples * dims.reduce((product, size) => product * size, 1);
      // The buffer is given away whole, so it must hold the batch and nothing else.
      const whole = data.length === elements ? data : data.slice(0, elements);
      tensors.push([input.name, { type: input.type, dims: [samples, ...dims], data: whole }]);
      column.data = undefined;
    }
    const labels = this.#labels;
    const origins = this.#origins;
    const begins = this.#begins;
    this.#samples = 0;
    this.#labels = [];
    this.#origins = [];
    this.#begins = [];
    return {
      samples,
      tensors: Object.fromEntries(tensors),
      origins,
      ...(labels.some((label) => label !== undefined) ? { labels } : {}),
      ...(begins.includes(true) ? { begins } : {}),
    };
  }

  #place(sample: Sample, column: Column): string | undefined {
    const { input } = column;
    if (column.padding) {
      const reason = whyUnpaddable(sample, input);
      // By its place: where another input refuses the sample, the next one takes it.
      if (reason === undefined) column.waiting[this.#samples] = sample;
      return reason;
    }
    if (sample.dims !== column.given) {
      const dims = fitShape(sample.dims, input, column.shapeless);
      if (!dims) return shapeMismatch(sample.dims, input);
      const bound = this.#samples > 0 || (this.oneShape && this.#accepted > 0);
      if (bound && !sameShape(dims, column.dims)) {
        return `it has the shape ${describeShape(dims)}, but the samples before it have ${describeShape(column.dims)}, and a batch needs one shape: bring all to one size (images: --resize <width>x<height>) or use --batch 1`;
      }
      if (!bound) column.data = undefined;
      column.dims = dims;
      column.given = sample.dims;
    }
    const elements = sample.dims.reduce((product, size) => product * size, 1);
    column.data ??= roomFor(input, this.#capacity, elements, this.memory);
    if (sample.writeTo && column.data instanceof Float32Array) {
      sample.writeTo(column.data, this.#samples * elements);
      return undefined;
    }
    return storeValues(sample.type, sample.data, input.type, column.data, this.#samples * elements);
  }
}

/** What is wrong with a sample that is to be filled up. */
function whyUnpaddable({ type, data, dims }: Sample, input: ModelInput): string | undefined {
  const [length, ...more] = sampleShape(input) ?? [undefined];
  if (dims.length !== 1 || more.length > 0) return shapeMismatch(dims, input);
  if (length !== undefined && dims[0] > length) return shapeMismatch(dims, input);
  return storeValues(type, data, input.type, allocate(input.type, data.length), 0);
}

/** Samples of different lengths as one tensor, of the length of the longest or of what the input fixes. */
function filledUp(input: ModelInput, samples: readonly Sample[], { value, left }: Padding): TensorData {
  const longest = samples.reduce((most, { data }) => Math.max(most, data.length), 0);
  const length = sampleShape(input)?.[0] ?? longest;
  const data = roomFor(input, samples.length, length);
  for (const [i, sample] of samples.entries()) {
    const gap = length - sample.data.length;
    const start = i * length;
    storeValues(sample.type, sample.data, input.type, data, start + (left ? gap : 0));
    const filling = new Int32Array(gap).fill(value);
    storeValues('int32', filling, input.type, data, start + (left ? 0 : sample.data.length));
  }
  return { type: input.type, dims: [samples.length, length], data };
}

function roomFor(
  { name, type }: ModelInput,
  samples: number,
  elements: number,
  memory?: BufferPool,
): NumericArray {
  const what = `a batch of ${samples} samples of ${elements} values for input ${name}`;
  const remedy = 'use a smaller --batch, or export the model with one where it fixes its size';
  requireFits(samples * elements, type, what, remedy);
  try {
    const values = samples * elements;
    return memory ? arrayIn(type, memory.take(values * bytesPerElement(type))) : allocate(type, values);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${what} does not fit into memory: ${remedy}`, { cause: error });
  }
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);
