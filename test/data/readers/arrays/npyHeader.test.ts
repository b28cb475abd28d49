import { describe, expect, test } from 'vitest';
import { npy } from '../../../../src/data/readers/arrays/npy.js';
import { readNpyHeader } from '../../../../src/data/readers/arrays/npyHeader.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** A file of this version and header, and so many bytes of data. */
function file(header: string, dataBytes: number, version = 1): Buffer {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  length.writeUIntLE(Buffer.byteLength(header), 0, length.length);
  return Buffer.concat([
    Buffer.from([...MAGIC, version, 0]),
    length,
    Buffer.from(header),
    Buffer.alloc(dataBytes),
  ]);
}

async function header(bytes: Uint8Array, size = bytes.length) {
  const read = async (position: number, target: Uint8Array) => {
    if (position + target.length > bytes.length) throw new Error('read beyond the end');
    target.set(bytes.subarray(position, position + target.length));
  };
  return readNpyHeader({ read, close: async () => {} }, 'x.npy', size);
}

const plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

describe('a header of NumPy', () => {
  test('says type, order, shape and where the data begins', async () => {
    expect(await header(file(plain, 24))).toEqual({
      ...{ type: 'float32', itemSize: 4, bigEndian: false, fortranOrder: false, shape: [2, 3] },
      dataStart: 10 + plain.length,
    });
    for (const version of [2, 3]) {
      expect(await header(file(plain, 24, version))).toMatchObject({ dataStart: 12 + plain.length });
    }
  });

  test.each<[string, number, object]>([
    // Whatever quotes, blanks and order another writer takes.
    [
      `{"shape":(4,),"fortran_order":True,"descr":">i2"}`,
      8,
      { shape: [4], fortranOrder: true, bigEndian: true, itemSize: 2 },
    ],
    ["{'descr' : '|b1' , 'fortran_order' : False , 'shape' : ( 3 , ) }", 3, { type: 'bool', shape: [3] }],
    [
      "{'descr': '=f8', 'fortran_order': False, 'shape': (1L, 2L)}",
      16,
      { type: 'float64', shape: [1, 2], bigEndian: false },
    ],
    ["{'descr': 'u1', 'fortran_order': False, 'shape': ()}", 1, { type: 'uint8', shape: [] }],
    ["{'descr': '<u8', 'fortran_order': False, 'shape': (0, 3)}", 0, { type: 'uint64', shape: [0, 3] }],
  ])('%s', async (text, bytes, expected) => {
    expect(await header(file(text, bytes))).toMatchObject(expected);
  });

  test.each<[string, number, RegExp]>([
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
      25,
      /holds 25 bytes of data, but its shape \(2, 3\) takes 24: save one array a file/,
    ],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 23, /takes 24: it is truncated/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, x)}", 8, /has the impossible shape \(2, x\)/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2.5,)}", 10, /has the impossible shape \(2\.5,\)/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2M,)}", 8, /has the impossible shape/],
    [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740993, 0)}",
      0,
      /has the impossible shape/,
    ],
    ["{'fortran_order': False, 'shape': (2,)}", 8, /has a damaged header/],
    ["{'descr': '<f4', 'shape': (2,)}", 8, /has a damaged header/],
    ["{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", 8, /has a damaged header/],
    ["{'descr': '<f4', 'fortran_order': False}", 8, /has a damaged header/],
    ["{'descr': ('<f4', (3,)), 'fortran_order': False, 'shape': (2,)}", 24, /holds structured records/],
    [
      "{'descr': '<i16', 'fortran_order': False, 'shape': (1,)}",
      16,
      /holds elements of type <i16: save them as float32/,
    ],
    ["{'descr': 'toString', 'fortran_order': False, 'shape': (1,)}", 1, /holds elements of type toString/],
    ["{'descr': '', 'fortran_order': False, 'shape': (1,)}", 1, /holds elements of type : /],
    ["{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,)}", 8, /holds dates: save them as numbers/],
    ["{'descr': '<m8[ns]', 'fortran_order': False, 'shape': (1,)}", 8, /holds time spans/],
    ["{'descr': '|S3', 'fortran_order': False, 'shape': (1,)}", 3, /holds byte strings/],
    ["{'descr': '|V8', 'fortran_order': False, 'shape': (1,)}", 8, /holds structured records/],
  ])('is refused: %s', async (text, bytes, message) => {
    await expect(header(file(text, bytes))).rejects.toThrow(message);
  });

  test('is within its file, however short that is', async () => {
    const whole = file(plain, 24);
    for (let size = 10; size < 10 + plain.length; size++) {
      await expect(header(whole.subarray(0, size))).rejects.toThrow('x.npy ends within its header');
    }
    for (let size = 0; size < 10; size++) {
      await expect(header(whole.subarray(0, size))).rejects.toThrow(
        `x.npy is not a .npy file (${size} bytes)`,
      );
    }
    for (const size of [10, 11]) {
      await expect(header(file(plain, 24, 2).subarray(0, size))).rejects.toThrow('ends within its header');
    }
  });

  test('is of a known version, and no longer than a mebibyte', async () => {
    const of = (major: number) => Buffer.from(file(plain, 24)).fill(major, 6, 7);
    await expect(header(of(0))).rejects.toThrow('x.npy is of .npy version 0.0: only 1, 2 and 3 are known');
    await expect(header(of(4))).rejects.toThrow('x.npy is of .npy version 4.0');
    const long = (bytes: number) => file(plain.padEnd(bytes, ' '), 24, 2);
    expect((await header(long(2 ** 20))).shape).toEqual([2, 3]);
    await expect(header(long(2 ** 20 + 1))).rejects.toThrow('x.npy has a header of 1048577 bytes');
  });

  test.each(MAGIC.map((_, i) => i))('begins as one, byte %i too', async (i) => {
    await expect(header(Buffer.from(file(plain, 24)).fill(0, i, i + 1))).rejects.toThrow(
      'it does not begin as one',
    );
  });
});

test('a file is told by its ending or its first bytes, a folder is none', async () => {
  const is = (kind: 'file' | 'directory', extension: string, head: readonly number[] = []) =>
    npy.detect({ source: 'x', kind, extension, head: Uint8Array.from(head) });
  expect([is('file', '.npy'), is('file', '', MAGIC)]).toEqual([true, true]);
  expect([is('directory', '.npy'), is('file', ''), is('file', '', MAGIC.slice(0, 5))]).toEqual([
    ...[false, false, false],
  ]);
});
