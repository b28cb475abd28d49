import { crc32c } from './crc32c.js';

const MASK_DELTA = 0xa282ead8;

/** A record of a TFRecord file: its length and its bytes, a masked CRC-32C behind each; little-endian. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return bytes;
}

/** Rotated and shifted, since a CRC over bytes that hold CRCs says little. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
