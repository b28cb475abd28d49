import { fromBfloat16, fromFloat16 } from '../data/batches/halfPrecision.js';
import type { TensorData } from '../data/feed.js';
import type { SampleValues } from './results.js';

/** The values of one sample of a batch as numbers. */
export function sampleValues({ type, dims, data }: TensorData, sample: number): SampleValues {
  const own = dims.slice(1);
  const size = own.reduce((product, dim) => product * dim, 1);
  const numberAt = numbersOf(type);
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) values[i] = numberAt(data[sample * size + i]);
  return { dims: own, data: values };
}

function numbersOf(type: TensorData['type']): (value: number | bigint) => number {
  switch (type) {
    case 'float16':
      return (value) => fromFloat16(Number(value));
    case 'bfloat16':
      return (value) => fromBfloat16(Number(value));
    default:
      return Number;
  }
}
