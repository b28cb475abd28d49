import { type FileHandle, open, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  encodeHeader,
  readHeader,
  readTensor,
  type Tensor,
  writeTensors,
} from '../../src/files/safetensors.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const tensors: Tensor[] = [
  { name: 'a/count', shape: [], data: Float64Array.of(3) },
  { name: 'a/sum', shape: [2], data: Float64Array.of(1.5, -2) },
];

async function opened(bytes: Uint8Array) {
  const path = join(await temporaryDirectory(), 'file.safetensors');
  await writeFile(path, bytes);
  const file = await open(path);
  onTestFinished(() => file.close());
  return file;
}

/** A file with this header and this many bytes of data. */
function file(header: unknown, dataBytes: number): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

const entry = (from: number, to: number, shape: unknown = [(to - from) / 8], dtype = 'F64') => ({
  dtype,
  shape,
  data_offsets: [from, to],
});

describe('a safetensors file', () => {
  it('is written as the format says, byte for byte', async () => {
    const path = join(await temporaryDirectory(), 'out.safetensors');
    const out = await open(path, 'w');
    await writeTensors(out, tensors);
    await out.close();
    // 128 bytes of JSON are 0x80; IEEE 754: 3 = 4008…, 1.5 = 3ff8…, −2 = c000…
    const json =
      '{"a/count":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"a/sum":{"dtype":"F64","shape":[2],"data_offsets":[8,24]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8, ' ');
    const expected = Buffer.concat([
      Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from(padded),
      Buffer.from('0000000000000840000000000000f83f00000000000000c0', 'hex'),
    ]);
    expect((await readFile(path)).toString('hex')).toBe(expected.toString('hex'));
  });

  it('is read as the reference implementation writes it', async () => {
    // safetensors 0.8.0 in Python: save({'a/count': np.array(3.0), 'a/sum': np.array([1.5, -2.0]),
    //   'a/scatter': np.array([[1.0, 2.0], [2.0, 5.0]])}).hex()
    const hex =
      'b8000000000000007b22612f636f756e74223a7b226474797065223a22463634222c227368617065223a5b5d2c22646174615f6f6666' +
      '73657473223a5b302c385d7d2c22612f73636174746572223a7b226474797065223a22463634222c227368617065223a5b322c325d2c' +
      '22646174615f6f666673657473223a5b382c34305d7d2c22612f73756d223a7b226474797065223a22463634222c227368617065223a' +
      '5b325d2c22646174615f6f666673657473223a5b34302c35365d7d7d20200000000000000840000000000000f03f0000000000000040' +
      '00000000000000400000000000001440000000000000f83f00000000000000c0';
    const python = await opened(Buffer.from(hex, 'hex'));
    const read = await readHeader(python);
    expect(read.map(({ name, shape }) => [name, shape])).toEqual([
      ['a/count', []],
      ['a/scatter', [2, 2]],
      ['a/sum', [2]],
    ]);
    expect(await Promise.all(read.map((each) => readTensor(python, each)))).toEqual([
      Float64Array.of(3),
      Float64Array.of(1, 2, 2, 5),
      Float64Array.of(1.5, -2),
    ]);
  });

  it('keeps any name and empty tensors', async () => {
    const names = ['__proto__/sum', '__metadata__/sum', 'a"\n\u0000層/sum', '10', '/sum'];
    const odd = names.map(
      (name, i): Tensor => ({ name, shape: [i % 2], data: new Float64Array(i % 2).fill(i) }),
    );
    const path = join(await temporaryDirectory(), 'odd.safetensors');
    const out = await open(path, 'w+');
    await writeTensors(out, odd);
    const read = await readHeader(out);
    const data = new Map<string, Float64Array>();
    for (const each of read) data.set(each.name, await readTensor(out, each));
    await out.close();
    expect(data).toEqual(new Map(odd.map((each) => [each.name, each.data])));
  });

  it('is read whole where the system gives a few bytes at a time', async () => {
    const path = join(await temporaryDirectory(), 'slow.safetensors');
    const out = await open(path, 'w+');
    onTestFinished(() => out.close());
    await writeTensors(out, tensors);
    const slow = new Proxy(out, {
      get: (handle, key) =>
        key === 'read'
          ? (target: Uint8Array, offset: number, length: number, position: number) =>
              handle.read(target, offset, Math.min(length, 3), position)
          : () => handle.stat(),
    }) satisfies FileHandle;
    const read = await readHeader(slow);
    expect(await Promise.all(read.map((each) => readTensor(slow, each)))).toEqual(
      tensors.map(({ data }) => data),
    );
  });

  it('says at which byte it ends too early', async () => {
    const path = join(await temporaryDirectory(), 'short.safetensors');
    const out = await open(path, 'w+');
    onTestFinished(() => out.close());
    await writeTensors(out, tensors);
    const { size } = await out.stat();
    const [, sum] = await readHeader(out);
    await truncate(path, size - 4);
    await expect(readTensor(out, sum)).rejects.toThrow(`is cut off at byte ${size - 4}`);
  });

  it('keeps its data aligned to eight bytes', () => {
    for (const name of ['a', 'ab', 'abc', 'abcdefgh']) {
      expect(encodeHeader([{ name, shape: [], data: Float64Array.of(0) }]).length % 8).toBe(0);
    }
  });

  it('is refused when it is cut off anywhere', async () => {
    const path = join(await temporaryDirectory(), 'cut.safetensors');
    const out = await open(path, 'w+');
    onTestFinished(() => out.close());
    await writeTensors(out, tensors);
    const { size } = await out.stat();
    for (let left = size - 1; left >= 0; left--) {
      await truncate(path, left);
      await expect(readHeader(out), `${left} of ${size} bytes`).rejects.toThrow(/cut off/);
    }
  });

  it.each<[string, Buffer, RegExp]>([
    ['a header longer than the file', Buffer.from('ffffffffffffff7f7b7d', 'hex'), /header of \d+ bytes/],
    ['a header that is not JSON', file('{"a":', 0), /not JSON/],
    ['a header that is a list', file([], 0), /not a JSON object/],
    ['another type', file({ a: entry(0, 8, [2], 'F32') }, 8), /^a should be of type F64, but is "F32"/],
    ['a shape of text', file({ a: entry(0, 8, ['1']) }, 8), /^a has a shape/],
    [
      'a shape that multiplies to more',
      file({ a: entry(0, 8, [1e9, 1e9]) }, 8),
      /^a has shape \[1000000000, 1000000000\]/,
    ],
    ['offsets that run backwards', file({ a: entry(8, 0, [1]) }, 8), /does not fit its -8 bytes/],
    ['offsets beyond the end', file({ a: entry(0, 800) }, 8), /cut off or damaged/],
    ['a gap', file({ a: entry(0, 8), b: entry(16, 24) }, 24), /^b should begin/],
    ['an overlap', file({ a: entry(0, 16), b: entry(8, 24) }, 24), /^b should begin/],
    ['data that no tensor owns', file({ a: entry(0, 8) }, 16), /cut off or damaged/],
    ['an entry that is null', file({ a: null }, 0), /^a has no entry/],
    [
      'a type that is none',
      file({ a: entry(0, 8, [1], 'F128') }, 8),
      /^a should be of type F64, but is "F128"/,
    ],
    [
      'a type that is a number',
      file({ a: { ...entry(0, 8), dtype: 64 } }, 8),
      /^a should be of type F64, but is 64/,
    ],
    ['a negative size', file({ a: entry(0, 8, [-1, -1]) }, 8), /^a has a shape/],
    ['a size that is a fraction', file({ a: entry(0, 4, [0.5]) }, 4), /^a has a shape/],
    ['a shape that is a number', file({ a: entry(0, 8, 1) }, 8), /^a has a shape/],
    [
      'three offsets',
      file({ a: { dtype: 'F64', shape: [1], data_offsets: [0, 8, 8] } }, 8),
      /^a has no pair of data_offsets/,
    ],
    [
      'offsets of text',
      file({ a: { dtype: 'F64', shape: [1], data_offsets: ['0', '8'] } }, 8),
      /^a has no pair of data_offsets/,
    ],
    [
      'fewer bytes than its shape',
      file({ a: entry(0, 8, [2]) }, 8),
      /^a has shape \[2\], which does not fit its 8/,
    ],
  ])('is refused with %s', async (_, bytes, message) => {
    await expect(readHeader(await opened(bytes), 'F64')).rejects.toThrow(message);
  });

  it('may hold other types, of which each value has its number of bytes', async () => {
    const sizes = {
      F64: 8,
      I64: 8,
      U64: 8,
      F32: 4,
      I32: 4,
      U32: 4,
      F16: 2,
      BF16: 2,
      I16: 2,
      U16: 2,
      I8: 1,
      U8: 1,
      BOOL: 1,
    };
    let end = 0;
    const header = Object.fromEntries(
      Object.entries(sizes).map(([dtype, bytes]) => {
        const start = end;
        end += 3 * bytes;
        return [`of ${dtype}`, entry(start, end, [3], dtype)];
      }),
    );
    const read = await readHeader(await opened(file({ __metadata__: { format: 'pt' }, ...header }, end)));
    expect(read.map(({ name, dtype, length }) => [name, dtype, length])).toEqual(
      Object.keys(sizes).map((dtype) => [`of ${dtype}`, dtype, 3]),
    );
    await expect(readHeader(await opened(file({ a: entry(0, 16, [1], 'C128') }, 16)))).rejects.toThrow(
      'a should be of type F64, I64, U64, F32, I32, U32, F16, BF16, I16, U16, I8, U8, BOOL, but is',
    );
  });

  it('is read in the order of its data, whatever that of its header, empty tensors first', async () => {
    const header = { late: entry(8, 16), empty: entry(8, 8, [0]), early: entry(0, 8) };
    const read = await readHeader(await opened(file(header, 16)));
    expect(read.map(({ name }) => name)).toEqual(['early', 'empty', 'late']);
  });
});
