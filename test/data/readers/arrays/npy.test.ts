import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ElementType, NumericArray } from '../../../../src/onnx/elementType.js';
import { npyBytes, withHeader } from '../../npyBytes.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

async function readNpy(bytes: Uint8Array, type: ElementType = 'float64', batchSize = 4) {
  const folder = await temporaryFolder({ 'x.npy': bytes });
  return readAll({ data: [join(folder, 'x.npy')] }, [input('x', type)], { batchSize });
}

test('big-endian values are turned round', async () => {
  // numpy.save(f, (numpy.arange(6).reshape(3, 2) * 1.5 - 2).astype('>f8'))
  const bytes = Buffer.from(
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIArAAAAAAAAAAL/gAAAAAAAAP/AAAAAAAABABAAAAAAAAEAQAAAAAAAAQBYAAAAAAAA=',
    'base64',
  );
  const { feeds, source } = await readNpy(bytes, 'float64', 2);
  expect(valuesOf(feeds, 'x')).toEqual([-2, -0.5, 1, 2.5, 4, 5.5]);
  expect(dimsOf(feeds, 'x')).toEqual([
    [2, 2],
    [1, 2],
  ]);
  expect(source).toMatchObject({ reader: 'npy', size: 3, skipped: [], preprocessing: {} });
});

test('Fortran order comes out as C order', async () => {
  // numpy.save(f, numpy.asfortranarray(numpy.arange(24).reshape(2, 3, 4).astype('<i2')))
  const bytes = Buffer.from(
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAwABAAQAAgAFAABAA0ABQARAAkAFQACAA4ABgASAAoAFgADAA8ABwATAAsAFwA=',
    'base64',
  );
  const { feeds } = await readNpy(bytes, 'int64');
  expect(valuesOf(feeds, 'x')).toEqual(Array.from({ length: 24 }, (_, i) => BigInt(i)));
  expect(dimsOf(feeds, 'x')).toEqual([[2, 3, 4]]);
});

test('format version 2 has a longer length field', async () => {
  // numpy.lib.format.write_array(f, numpy.arange(4, dtype='<f4').reshape(2, 2), version=(2, 0))
  const bytes = Buffer.from(
    'k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPwAAAEAAAEBA',
    'base64',
  );
  expect(valuesOf((await readNpy(bytes)).feeds, 'x')).toEqual([0, 1, 2, 3]);
  const third = Buffer.from(bytes);
  third[6] = 3;
  expect(valuesOf((await readNpy(third)).feeds, 'x')).toEqual([0, 1, 2, 3]);
});

test.each<[string, NumericArray, ElementType, (number | bigint)[]]>([
  ['|b1', Uint8Array.of(1, 0), 'bool', [1, 0]],
  ['|i1', Int8Array.of(-1, 2), 'float32', [-1, 2]],
  ['|u1', Uint8Array.of(255, 2), 'float32', [255, 2]],
  ['<i2', Int16Array.of(-300, 2), 'float32', [-300, 2]],
  ['<u2', Uint16Array.of(65535, 2), 'float32', [65535, 2]],
  ['=i4', Int32Array.of(-70000, 2), 'float32', [-70000, 2]],
  ['<u4', Uint32Array.of(4294967295, 2), 'float64', [4294967295, 2]],
  ['<i8', BigInt64Array.of(-5n, 2n), 'float32', [-5, 2]],
  ['<u8', BigUint64Array.of(2n ** 63n, 2n), 'uint64', [2n ** 63n, 2n]],
  ['<f2', Uint16Array.of(0x3c00, 0xc100), 'float32', [1, -2.5]],
  ['<f4', Float32Array.of(0.5, -2), 'float32', [0.5, -2]],
  ['<f8', Float64Array.of(0.1, -2), 'float64', [0.1, -2]],
])('reads %s, one value a sample', async (descr, data, type, expected) => {
  const { feeds } = await readNpy(npyBytes(`'${descr}'`, '(2,)', data), type);
  expect(valuesOf(feeds, 'x')).toEqual(expected);
  expect(dimsOf(feeds, 'x')).toEqual([[2]]);
});

describe('a header that cannot be trusted', () => {
  const four = Float32Array.of(1, 2, 3, 4);
  test.each<[string, Uint8Array, RegExp]>([
    ['pickled objects', npyBytes("'|O'", '(4,)', four), /holds Python objects/],
    ['complex numbers', npyBytes("'<c8'", '(2,)', four), /holds complex numbers/],
    ['records', npyBytes("[('a', '<f4'), ('b', '<f4')]", '(2,)', four), /holds structured records/],
    ['strings', npyBytes("'<U4'", '(1,)', four), /holds strings/],
    ['long doubles', npyBytes("'<f16'", '(1,)', four), /holds elements of type <f16/],
    ['a scalar', npyBytes("'<f4'", '()', Float32Array.of(1)), /holds a single value/],
    ['no samples', npyBytes("'<f4'", '(0, 3)', new Float32Array(0)), /is empty, of shape \(0, 3\)/],
    ['empty samples', npyBytes("'<f4'", '(3, 0)', new Float32Array(0)), /is empty, of shape \(3, 0\)/],
    [
      'too little data',
      npyBytes("'<f4'", '(5,)', four),
      /16 bytes of data, but its shape \(5\) takes 20: it is trunc/,
    ],
    ['too much data', npyBytes("'<f4'", '(3,)', four), /16 bytes of data, but its shape \(3\) takes 12/],
    ['a huge shape', npyBytes("'<f4'", '(4294967296, 4294967296)', four), /impossible shape/],
    ['a shape beyond the file', npyBytes("'<f4'", '(1000000000, 1000)', four), /takes 4000000000000/],
    ['a negative shape', npyBytes("'<f4'", '(-1, 4)', four), /impossible shape/],
    ['no keys', withHeader('{}', four), /damaged header/],
    ['nothing', new Uint8Array(0), /not a \.npy file \(0 bytes\)/],
    ['another file', Buffer.from('hello, hello'), /does not begin as one/],
    ['a header cut off', npyBytes("'<f4'", '(4,)', four).subarray(0, 40), /ends within its header/],
    ['an unknown version', Buffer.from(npyBytes("'<f4'", '(4,)', four)).fill(9, 6, 7), /version 9\.0/],
  ])('%s is refused', async (_, bytes, message) => {
    await expect(readNpy(bytes)).rejects.toThrow(message);
    await expect(readNpy(bytes)).rejects.toMatchObject({ name: 'UserError' });
  });
});

test('samples that the input cannot take are an error with both shapes', async () => {
  const folder = await temporaryFolder({ 'x.npy': npyBytes("'<f4'", '(2, 8, 8)', new Float32Array(128)) });
  const path = join(folder, 'x.npy');
  await expect(readAll({ data: [path] }, [input('x', 'float32', ['n', 3, 'h', null])])).rejects.toThrow(
    `the samples of ${path} do not fit: it has the shape 8×8, but input x wants 3×h×? a sample`,
  );
  const { feeds } = await readAll({ data: [path] }, [input('x', 'float32', ['n', 1, 8, 8])]);
  expect(dimsOf(feeds, 'x')).toEqual([[2, 1, 8, 8]]);
});

test('a fraction for an integer input names the sample, or is skipped', async () => {
  const bytes = npyBytes("'<f4'", '(5,)', Float32Array.of(1, 2, 2.5, 4, 5));
  const path = join(await temporaryFolder({ 'x.npy': bytes }), 'x.npy');
  const inputs = [input('x', 'int64', ['n'])];
  await expect(readAll({ data: [path] }, inputs)).rejects.toThrow(
    `${path}, sample 2: the value 2.5 is not an integer, but the input is of type int64`,
  );
  const { feeds, source } = await readAll({ data: [path], onError: 'skip' }, inputs, { batchSize: 2 });
  expect(valuesOf(feeds, 'x')).toEqual([1n, 2n, 4n, 5n]);
  expect(feeds.map(({ samples }) => samples)).toEqual([2, 2]);
  expect(source.skippedCount).toBe(1);
  expect(source.skipped[0].origin).toBe(`${path}, sample 2`);
});

test('a tensor owns its buffer, with nothing else in it', async () => {
  const bytes = npyBytes("'<f4'", '(3, 2)', Float32Array.of(1, 2, 3, 4, 5, 6));
  const path = join(await temporaryFolder({ 'x.npy': bytes }), 'x.npy');
  expect((await readFile(path)).length).toBe(bytes.length);
  const { feeds } = await readAll({ data: [path] }, [input('x', 'float32')], { batchSize: 2 });
  expect(feeds.map(({ tensors }) => tensors.x.data.buffer.byteLength)).toEqual([16, 8]);
  expect(feeds[0].tensors.x.data.buffer).not.toBe(feeds[1].tensors.x.data.buffer);
});
