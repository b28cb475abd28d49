const ALIGNMENT = 64;

/**
 * An array of float64, or a single whole number as int64, as a `.npy` file of version 1.0
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): little-endian, row-major.
 *
 * @param shape empty for a single number.
 */
export function encodeNpy(values: Float64Array | BigInt64Array, shape: readonly number[]): Uint8Array {
  const type = values instanceof BigInt64Array ? '<i8' : '<f8';
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const description = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const unpadded = 10 + description.length + 1;
  const start = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + values.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, start - 10, true);
  bytes.set(new TextEncoder().encode(`${description.padEnd(start - 11)}\n`), 10);
  if (values instanceof BigInt64Array) {
    for (let i = 0; i < values.length; i++) view.setBigInt64(start + 8 * i, values[i], true);
  } else {
    for (let i = 0; i < values.length; i++) view.setFloat64(start + 8 * i, values[i], true);
  }
  return bytes;
}
