import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DataOptions, RawType } from '../../../../src/data/options.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

async function read(
  bytes: Buffer,
  dtype: RawType | undefined,
  options: Partial<DataOptions> = {},
  to = input('x', 'float64', ['n', 3]),
  name = 'samples.bin',
) {
  const folder = await temporaryFolder({ [name]: bytes });
  return readAll({ data: [join(folder, name)], ...(dtype ? { dtype } : {}), ...options }, [to]);
}

// NumPy: np.array([0, 1, 2.5, 100, 1, 7]).astype(dtype).tobytes().hex(); bfloat16 by PyTorch, −100 in the middle.
const numpy: readonly (readonly [RawType, string])[] = [
  ['float32', '000000000000803f000020400000c8420000803f0000e040'],
  [
    'float64',
    '0000000000000000000000000000f03f00000000000004400000000000005940000000000000f03f0000000000001c40',
  ],
  ['float16', '0000003c00414056003c0047'],
  ['int8', '000102640107'],
  ['int16', '000001000200640001000700'],
  ['int32', '000000000100000002000000640000000100000007000000'],
  [
    'int64',
    '000000000000000001000000000000000200000000000000640000000000000001000000000000000700000000000000',
  ],
  ['uint8', '000102640107'],
  ['uint16', '000001000200640001000700'],
  ['uint32', '000000000100000002000000640000000100000007000000'],
  [
    'uint64',
    '000000000000000001000000000000000200000000000000640000000000000001000000000000000700000000000000',
  ],
];

test.each(numpy)('%s as NumPy writes it', async (dtype, hex) => {
  const { feeds, source } = await read(Buffer.from(hex, 'hex'), dtype);
  const half = dtype.startsWith('float') ? 2.5 : 2;
  expect(valuesOf(feeds, 'x').map(Number)).toEqual([0, 1, half, 100, 1, 7]);
  expect(dimsOf(feeds, 'x')).toEqual([[2, 3]]);
  expect(source).toMatchObject({ reader: 'raw', size: 2, preprocessing: { dtype, shape: [3] } });
});

test('bfloat16 and booleans', async () => {
  const brain = await read(Buffer.from('0000803f2040c8c2803fe040', 'hex'), 'bfloat16');
  expect(valuesOf(brain.feeds, 'x')).toEqual([0, 1, 2.5, -100, 1, 7]);
  const truth = await read(Buffer.from('000100010100', 'hex'), 'bool');
  expect(valuesOf(truth.feeds, 'x')).toEqual([0, 1, 0, 1, 1, 0]);
});

test('what the model leaves open comes from --shape; scaling and labels are those of arrays', async () => {
  const open = input('x', 'float32', ['n', 1, null, null]);
  const bytes = Buffer.from(Uint8Array.from({ length: 24 }, (_, i) => i));
  const { feeds, source } = await read(
    bytes,
    'uint8',
    { shapes: { x: [1, 2, 4] }, image: { scale: 2 } },
    open,
  );
  expect(dimsOf(feeds, 'x')).toEqual([[3, 1, 2, 4]]);
  expect(valuesOf(feeds, 'x')).toEqual(Array.from({ length: 24 }, (_, i) => 2 * i));
  expect(source.preprocessing).toMatchObject({ dtype: 'uint8', shape: [1, 2, 4], scale: 2 });
});

test('half precision is decoded before it is scaled', async () => {
  // 0 1 2.5 | −100 1 7, × 2 − 1.
  const image = { scale: 2, mean: [1] };
  const brain = await read(Buffer.from('0000803f2040c8c2803fe040', 'hex'), 'bfloat16', { image });
  expect(valuesOf(brain.feeds, 'x')).toEqual([-1, 1, 4, -201, 1, 13]);
  const half = await read(Buffer.from('0000003c00414056003c0047', 'hex'), 'float16', { image });
  expect(valuesOf(half.feeds, 'x')).toEqual([-1, 1, 4, 199, 1, 13]);
});

test('a limit draws samples in place', async () => {
  const values = Float32Array.from({ length: 300 }, (_, i) => i);
  const folder = await temporaryFolder({ 'x.bin': Buffer.from(values.buffer) });
  const options = { data: [join(folder, 'x.bin')], dtype: 'float32', maxSamples: 5, seed: 1 } as const;
  const { feeds, source } = await readAll(options, [input('x', 'float32', ['n', 3])], { maxSamples: 5 });
  const drawn = valuesOf(feeds, 'x').map(Number);
  expect(source.drawSeed).toBe(1);
  expect(drawn.filter((_, k) => k % 3 === 0)).not.toEqual([0, 3, 6, 9, 12]);
  for (let k = 0; k < 15; k += 3)
    expect(drawn.slice(k, k + 3)).toEqual([drawn[k], drawn[k] + 1, drawn[k] + 2]);
});

describe('refused in a sentence is', () => {
  const six = Buffer.from('000102640107', 'hex');
  test.each<[string, Buffer, RawType | undefined, Partial<DataOptions>, RegExp]>([
    ['no type', six, undefined, {}, /samples\.bin is raw numbers, .*: pass --dtype, one of float32, float64/],
    [
      'a shape that the model does not take',
      six,
      'int16',
      { shapes: { x: [2] } },
      /^--shape for x does not fit/,
    ],
    [
      'a cut sample',
      six.subarray(1),
      'uint8',
      {},
      /samples\.bin holds 5 bytes, which are not whole samples of 3 uint8 \(3 bytes each\)/,
    ],
    ['an empty file', Buffer.alloc(0), 'uint8', {}, /samples\.bin holds 0 bytes/],
    ['an option for images', six, 'uint8', { image: { resize: 3 } }, /--resize is an option for images/],
  ])('%s', async (_, bytes, dtype, options, message) => {
    await expect(read(bytes, dtype, options)).rejects.toThrow(message);
  });

  test('a shape that is open, with an example', async () => {
    const open = input('x', 'float32', ['n', 1, null, null]);
    await expect(read(six, 'uint8', {}, open)).rejects.toThrow(
      /input x leaves its shape open .*: say which it has in .*samples\.bin, for instance --shape x=1x224x224/,
    );
  });

  test('--dtype for another kind of file', async () => {
    await expect(
      read(Buffer.from('1,2,3\n'), 'float32', {}, input('x', 'float32', ['n', 3]), 'x.csv'),
    ).rejects.toThrow(/--dtype is an option for raw numbers \(\.bin\), and .*x\.csv is read as csv/);
  });
});
