import { UserError } from '../../errors.js';
import { allocate, type NumericArray } from '../../onnx/elementType.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import type { Feed, TensorData } from '../feed.js';
import { requireFits } from '../requireFits.js';
import { type FailedSample, labelOf, type Sample } from '../sample.js';
import { describeShape, fitShape, shapeMismatch } from './fitShape.js';
import { storeValues } from './storeValues.js';

/** A batch of one input in the making. */
interface Column {
  readonly input: ModelInput;
  readonly shapeless: boolean;
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
  #samples = 0;
  #labels: (string | undefined)[] = [];
  #origins: string[] = [];
  /** Samples taken in by all batches so far. */
  #accepted = 0;

  /**
   * @param capacity samples a batch.
   * @param oneShape every batch takes the shape of the first (so that one odd sample, with `--on-error skip`,
   *   is left out wherever it stands); else batches may differ from one another.
   */
  constructor(
    columns: readonly { readonly input: ModelInput; readonly shapeless: boolean }[],
    readonly capacity: number,
    readonly oneShape: boolean,
  ) {
    this.#columns = columns.map(({ input, shapeless }) => ({
      input,
      shapeless,
      data: undefined,
      dims: [],
      given: undefined,
    }));
  }

  get samples(): number {
    return this.#samples;
  }

  /** Adds a sample: one value for each input. Returns what is wrong with it; it is left out then. */
  add(values: readonly Sample[]): FailedSample | undefined {
    for (const [k, column] of this.#columns.entries()) {
      const value = values[k];
      const reason = this.#place(value, column);
      if (reason !== undefined) return { origin: value.origin, reason };
    }
    this.#labels.push(labelOf(values));
    this.#origins.push(values[0].origin);
    this.#samples++;
    this.#accepted++;
    return undefined;
  }

  /** The batch as it stands; the next one starts empty. */
  take(): Feed {
    const samples = this.#samples;
    const tensors: (readonly [string, TensorData])[] = [];
    for (const column of this.#columns) {
      const { input, dims, data } = column;
      if (!data) throw new Error('an empty batch was taken');
      const elements = samples * dims.reduce((product, size) => product * size, 1);
      // The buffer is given away whole, so it must hold the batch and nothing else.
      const whole = data.length === elements ? data : data.slice(0, elements);
      tensors.push([input.name, { type: input.type, dims: [samples, ...dims], data: whole }]);
      column.data = undefined;
    }
    const labels = this.#labels;
    const origins = this.#origins;
    this.#samples = 0;
    this.#labels = [];
    this.#origins = [];
    return {
      samples,
      tensors: Object.fromEntries(tensors),
      origins,
      ...(labels.some((label) => label !== undefined) ? { labels } : {}),
    };
  }

  #place(sample: Sample, column: Column): string | undefined {
    const { input } = column;
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
    const elements = sample.data.length;
    column.data ??= roomFor(input, this.capacity, elements);
    return storeValues(sample.type, sample.data, input.type, column.data, this.#samples * elements);
  }
}

function roomFor({ name, type }: ModelInput, samples: number, elements: number): NumericArray {
  const what = `a batch of ${samples} samples of ${elements} values for input ${name}`;
  const remedy = 'use a smaller --batch, or export the model with one where it fixes its size';
  requireFits(samples * elements, type, what, remedy);
  try {
    return allocate(type, samples * elements);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${what} does not fit into memory: ${remedy}`, { cause: error });
  }
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);
