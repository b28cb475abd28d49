import { storeValues } from '../../data/batches/storeValues.js';
import type { DecodedTensor } from '../../onnx/tensor.js';

/** The values of a tensor of any real type in float64. */
export function realValues({ type, data }: DecodedTensor): Float64Array {
  const values = new Float64Array(data.length);
  storeValues(type, data, 'float64', values, 0);
  return values;
}
