import { expect, test } from 'vitest';
import { openNpyArray } from '../../../../src/data/readers/arrays/npyHeader.js';
import type { ByteSource } from '../../../../src/data/readers/bytes/byteSource.js';
import { isFailed } from '../../../../src/data/sample.js';
import { npyBytes } from '../../npyBytes.js';

const everything = { block: 1, every: 1 };

/** An array in memory that remembers what was read of it. */
function spied(bytes: Buffer, seekable = true): { source: ByteSource; reads: number[] } {
  const reads: number[] = [];
  const open = async () => ({
    async read(position: number, target: Uint8Array) {
      reads.push(target.length);
      target.set(bytes.subarray(position, position + target.length));
    },
    async close() {},
  });
  return { source: { name: 'big.npy', size: bytes.length, seekable, open }, reads };
}

test('reads are neither a sample each nor the whole file', async () => {
  const { source, reads } = spied(npyBytes("'<f4'", '(12288, 256)', new Float32Array(12288 * 256)));
  const array = await openNpyArray(source);
  let samples = 0;
  for await (const chunk of array.read(everything)) samples += chunk.length;
  expect(samples).toBe(12288);
  // 12 MiB in reads of 4 MiB, after the three of the header.
  expect(reads.slice(3)).toEqual([4 * 2 ** 20, 4 * 2 ** 20, 4 * 2 ** 20]);
});

test('a large Fortran-ordered array is read in blocks of at most 64 MiB', async () => {
  // 17,000 samples × 1000 features of float32 = 65 MiB: two blocks, a strip a feature each.
  const rows = 17_000;
  const features = 1000;
  const values = new Float32Array(features * rows);
  for (let i = 0; i < rows; i++) values[999 * rows + i] = i;
  const { source, reads } = spied(npyBytes("'<f4'", `(${rows}, ${features})`, values, true));
  const array = await openNpyArray(source);
  const last: number[] = [];
  const blocks: number[] = [];
  for await (const chunk of array.read(everything)) {
    blocks.push(chunk.length);
    for (const sample of chunk) if (!isFailed(sample)) last.push(Number(sample.data[999]));
  }
  expect(last).toEqual(Array.from({ length: rows }, (_, i) => i));
  // 64 MiB hold 16,777 samples.
  expect(blocks).toEqual([16_777, 223]);
  expect(reads.length).toBe(3 + 2 * features);
  expect(Math.max(...reads)).toBe(4 * 16_777);
});

test('a large Fortran-ordered array that is compressed is refused', async () => {
  const { source } = spied(npyBytes("'<f4'", '(8500000, 2)', new Float32Array(17_000_000), true), false);
  await expect(openNpyArray(source)).rejects.toThrow(/compressed, in Fortran order and larger than 64 MiB/);
});
