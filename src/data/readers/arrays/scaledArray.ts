import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { describeShape, fitShape } from '../../batches/fitShape.js';
import { fromBfloat16, fromFloat16 } from '../../batches/halfPrecision.js';
import type { ImageOptions } from '../../options.js';
import type { ReadSample } from '../../sample.js';
import { doubtsAboutNormalization, isFloating } from '../images/normalization.js';
import type { DenseArray } from './denseArray.js';

/** An array as it is fed, and what there is to say of it. */
export interface ScaledArray {
  readonly array: DenseArray;
  readonly preprocessing: Readonly<Record<string, unknown>>;
  readonly notices: readonly string[];
}

/** What is done to the values of samples, and what there is to say of it. */
export interface Scaling {
  /** Absent: nothing is done. */
  readonly apply?: (sample: ReadSample) => ReadSample;
  readonly preprocessing: Readonly<Record<string, unknown>>;
  readonly notices: readonly string[];
}

/** An array scaled as `scaling` says. */
export function scaledArray(array: DenseArray, input: ModelInput, options?: ImageOptions): ScaledArray {
  const { apply, ...said } = scaling(array, input, options);
  if (!apply) return { array, ...said };
  return {
    array: {
      ...array,
      async *read(selection) {
        for await (const chunk of array.read(selection)) yield chunk.map(apply);
      },
    },
    ...said,
  };
}

/**
 * value × scale, − mean, ÷ std, as images are treated, where any of these is given; else values are fed as they are,
 * which of bytes is said. `mean` and `std` are one number or one a channel: the first axis of a sample that has as many,
 * else the last.
 *
 * @throws UserError where they are as many as no axis has, or `std` holds a 0.
 */
export function scaling(
  samples: Pick<DenseArray, 'origin' | 'type' | 'dims'>,
  input: ModelInput,
  { scale, mean, std }: ImageOptions = {},
): Scaling {
  const isBytes = samples.type === 'uint8' && isFloating(input.type);
  const dims = fitShape(samples.dims, input) ?? samples.dims;
  const reshaped =
    String(dims) === String(samples.dims)
      ? []
      : [
          `a sample of ${samples.origin} is ${describeShape(samples.dims)}, and goes into input ${input.name} as ${describeShape(dims)}`,
        ];
  if (scale === undefined && mean === undefined && std === undefined) {
    const told = `${samples.origin} holds bytes, and input ${input.name} is fed their values 0 to 255 as they are: --scale 0.00392157 (1/255), --mean and --std treat them as images are`;
    return { preprocessing: {}, notices: [...reshaped, ...(isBytes ? [told] : [])] };
  }
  const all = { scale: scale ?? 1, mean: mean ?? [0], std: std ?? [1] };
  if (all.std.includes(0)) throw new UserError('--std holds a 0: values cannot be divided by it');
  const [meanAt, stdAt] = [channelOf(all.mean, dims, '--mean'), channelOf(all.std, dims, '--std')];
  return {
    apply(sample) {
      if (!('data' in sample)) return sample;
      const { type, data } = sample;
      const decode = type === 'float16' ? fromFloat16 : type === 'bfloat16' ? fromBfloat16 : Number;
      const values = new Float64Array(data.length);
      for (let i = 0; i < data.length; i++) {
        values[i] = (decode(Number(data[i])) * all.scale - all.mean[meanAt(i)]) / all.std[stdAt(i)];
      }
      return { ...sample, type: 'float64', data: values };
    },
    preprocessing: all,
    notices: [...reshaped, ...(samples.type === 'uint8' ? doubtsAboutNormalization(all) : [])],
  };
}

/** Which of `values` belongs to the i-th element of a sample. */
function channelOf(
  values: readonly number[],
  dims: readonly number[],
  option: string,
): (element: number) => number {
  const channels = values.length;
  if (channels === 1) return () => 0;
  if (dims[0] === channels) {
    const plane = dims.slice(1).reduce((product, size) => product * size, 1);
    return (element) => Math.floor(element / plane);
  }
  if (dims.at(-1) === channels) return (element) => element % channels;
  throw new UserError(
    `${option} names ${channels} values, but samples of ${dims.join('×')} have as many on neither their first nor their last axis: write one number, or one a channel`,
  );
}
