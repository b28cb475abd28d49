import type { NumericArray } from '../../src/onnx/elementType.js';

/** A `.npy` file of format version 1 around `data`, whose header says `descr`, `shape` and the order. */
export function npyBytes(descr: string, shape: string, data: NumericArray, fortran = false): Buffer {
  return withHeader(
    `{'descr': ${descr}, 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`,
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
}

export function withHeader(header: string, payload: NumericArray): Buffer {
  const text = `${header}${' '.repeat((64 - ((11 + header.length) % 64)) % 64)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  return Buffer.concat([
    start,
    Buffer.from(text, 'latin1'),
    new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength),
  ]);
}
