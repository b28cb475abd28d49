import { describe, expect, test } from 'vitest';
import { type ArrayHeader, denseArray } from '../../../../src/data/readers/arrays/denseArray.js';
import type { ByteSource } from '../../../../src/data/readers/bytes/byteSource.js';
import { isFailed } from '../../../../src/data/sample.js';
import type { Selection } from '../../../../src/data/selection.js';

const all: Selection = { block: 1, every: 1 };

/** Bytes in memory that remember what was read of them, and whether the pass was closed. */
function held(bytes: Buffer, seekable = true) {
  const state = { reads: [] as [number, number][], opened: 0, closed: 0 };
  const open = async () => {
    state.opened++;
    return {
      async read(position: number, target: Uint8Array) {
        state.reads.push([position, target.length]);
        target.set(bytes.subarray(position, position + target.length));
      },
      async close() {
        state.closed++;
      },
    };
  };
  const source: ByteSource = { name: 'a.npy', size: bytes.length, seekable, open };
  return { source, state };
}

const header = (shape: readonly number[], more: Partial<ArrayHeader> = {}): ArrayHeader => ({
  ...{ type: 'float32', itemSize: 4, bigEndian: false, fortranOrder: false, dataStart: 0 },
  ...more,
  shape,
});

const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

/** The values and origins of the samples, in chunks as they come. */
async function read(bytes: Buffer, described: ArrayHeader, selection = all, seekable = true) {
  const { source, state } = held(bytes, seekable);
  const array = denseArray(source, described);
  const samples: number[][] = [];
  const origins: string[] = [];
  for await (const chunk of array.read(selection)) {
    for (const sample of chunk) {
      if (isFailed(sample)) throw new Error(sample.reason);
      expect(sample.dims).toEqual(described.shape.slice(1));
      samples.push([...sample.data].map(Number));
      origins.push(sample.origin);
    }
  }
  return { array, samples, origins, state };
}

describe('an array in Fortran order', () => {
  test('of one sample has its axes turned round', async () => {
    // numpy.arange(6).reshape(1, 2, 3).ravel('F') = 0 3 1 4 2 5
    const { samples } = await read(floats(0, 3, 1, 4, 2, 5), header([1, 2, 3], { fortranOrder: true }));
    expect(samples).toEqual([[0, 1, 2, 3, 4, 5]]);
  });

  test('of one axis is as it is', async () => {
    const { samples, array } = await read(floats(7, 8, 9), header([3], { fortranOrder: true }));
    expect(samples).toEqual([[7], [8], [9]]);
    expect(array.anyOrder).toBe(true);
  });

  test('gives the samples that are asked for', async () => {
    // a[i, j] = 10 i + j, 5 × 2: the column of j = 0, then that of j = 1.
    const bytes = floats(0, 10, 20, 30, 40, 1, 11, 21, 31, 41);
    const fortran = header([5, 2], { fortranOrder: true });
    const every = await read(bytes, fortran, { block: 1, every: 2 });
    expect(every.samples).toEqual([
      [10, 11],
      [30, 31],
    ]);
    expect(every.origins).toEqual(['a.npy, sample 1', 'a.npy, sample 3']);
    const chosen = await read(bytes, fortran, { chosen: Uint32Array.of(0, 3, 4) });
    expect(chosen.samples).toEqual([
      [0, 1],
      [30, 31],
      [40, 41],
    ]);
    // In any order it would be read again and again.
    expect(chosen.array.anyOrder).toBe(false);
  });

  test('is read at once where it is small, also out of a stream', async () => {
    const { samples, state } = await read(
      Buffer.concat([Buffer.alloc(3), floats(0, 10, 1, 11)]),
      header([2, 2], { fortranOrder: true, dataStart: 3 }),
      all,
      false,
    );
    expect(samples).toEqual([
      [0, 1],
      [10, 11],
    ]);
    expect(state.reads).toEqual([[3, 16]]);
  });
});

describe('an array in C order', () => {
  test('is read from where its data begins, of a selection only what is wanted', async () => {
    const bytes = Buffer.concat([Buffer.alloc(5, 0xff), floats(0, 1, 2, 3, 4, 5, 6, 7)]);
    const { samples, origins, state, array } = await read(bytes, header([4, 2], { dataStart: 5 }), {
      block: 2,
      every: 2,
    });
    expect(samples).toEqual([
      [4, 5],
      [6, 7],
    ]);
    expect(origins).toEqual(['a.npy, sample 2', 'a.npy, sample 3']);
    expect(state).toEqual({ reads: [[5 + 16, 16]], opened: 1, closed: 1 });
    expect(array).toMatchObject({ origin: 'a.npy', type: 'float32', size: 4, dims: [2], anyOrder: true });
  });

  test('is read in order where the bytes come out of a decompressor', async () => {
    const { array } = await read(floats(1, 2), header([2]), all, false);
    expect(array.anyOrder).toBe(false);
  });

  test('is read a sample at a time where one is larger than 4 MiB', async () => {
    const { source, state } = held(Buffer.alloc(2 * 5 * 2 ** 20));
    const array = denseArray(source, header([2, 5 * 2 ** 20], { type: 'uint8', itemSize: 1 }));
    for await (const chunk of array.read(all)) expect(chunk).toHaveLength(1);
    expect(state.reads.map(([, length]) => length)).toEqual([5 * 2 ** 20, 5 * 2 ** 20]);
  });

  test('closes what it opened, also where reading stops early', async () => {
    const { source, state } = held(floats(1, 2, 3));
    for await (const _ of denseArray(source, header([3])).read(all)) break;
    expect(state).toMatchObject({ opened: 1, closed: 1 });
  });
});

test.each<[string, Partial<ArrayHeader>, string, number[]]>([
  // struct.pack('>…', …).hex()
  ['int16', { type: 'int16', itemSize: 2 }, 'fed40102', [-300, 258]],
  ['uint32', { type: 'uint32', itemSize: 4 }, 'fffffffe00010203', [4294967294, 66051]],
  ['int64', { type: 'int64', itemSize: 8 }, 'fffffffffffffffd0000000000000100', [-3, 256]],
  ['uint8', { type: 'uint8', itemSize: 1 }, 'fe01', [254, 1]],
])('big-endian %s', async (_, more, hex, expected) => {
  const { samples } = await read(Buffer.from(hex, 'hex'), header([2], { ...more, bigEndian: true }));
  expect(samples.flat()).toEqual(expected);
});

test('a sample larger than any memory is refused before anything is read', () => {
  const { source, state } = held(Buffer.alloc(8));
  expect(() => denseArray(source, header([2, 2 ** 25, 2 ** 25]))).toThrow(
    /a\.npy holds samples of 1125899906842624 values, each of which takes .*: its first axis must be the samples/,
  );
  expect(state.opened).toBe(0);
});
