import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

// numpy.savez_compressed(f, a=numpy.arange(6, dtype='<f4').reshape(3, 2),
//                        b=numpy.asfortranarray(numpy.arange(12, dtype='>i4').reshape(3, 4)))
const COMPRESSED = Buffer.from(
  'UEsDBBQAAAAIAAAAIQDMypy9VQAAAJgAAAAFABQAYS5ucHkBABAAmAAAAAAAAABVAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CkaaOgq1CmQDLgYwaLAHEg5ABMQNQLzAAQBQSwMEFAAAAAgAAAAhACy+Mo5hAAAAsAAAAAUAFABiLm5weQEAEACwAAAAAAAAAGEAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpdpoq6joJ6WX1RSlJgXn1+UkgoSDykqTQUKF2ckFqQCuRrGOgommjoKtQrkAy4GCGABYg4gZgRiViDmBGImIGYDYpAaZiBmB2JuAFBLAQIUAxQAAAAIAAAAIQDMypy9VQAAAJgAAAAFAAAAAAAAAAAAAACAAQAAAABhLm5weVBLAQIUAxQAAAAIAAAAIQAsvjKOYQAAALAAAAAFAAAAAAAAAAAAAACAAYwAAABiLm5weVBLBQYAAAAAAgACAGYAAAAkAQAAAAA=',
  'base64',
);
// numpy.savez(f, digits=numpy.arange(4, dtype='<i2'))
const STORED = Buffer.from(
  'UEsDBBQAAAAAAAAAIQDSEDZmiAAAAIgAAAAKABQAZGlnaXRzLm5weQEAEACIAAAAAAAAAIgAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAEAAgADAFBLAQIUAxQAAAAAAAAAIQDSEDZmiAAAAIgAAAAKAAAAAAAAAAAAAACAAQAAAABkaWdpdHMubnB5UEsFBgAAAAABAAEAOAAAAMQAAAAAAA==',
  'base64',
);

const a = input('a', 'float32', ['n', 2]);
const b = input('b', 'int64', ['n', 4]);

test('deflated arrays feed the inputs of their names', async () => {
  const path = join(await temporaryFolder({ 'x.npz': COMPRESSED }), 'x.npz');
  const { feeds, source } = await readAll({ data: [path] }, [b, a], { batchSize: 2 });
  expect(valuesOf(feeds, 'a')).toEqual([0, 1, 2, 3, 4, 5]);
  expect(valuesOf(feeds, 'b')).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n, 10n, 11n]);
  expect(dimsOf(feeds, 'b')).toEqual([
    [2, 4],
    [1, 4],
  ]);
  expect(source).toMatchObject({ reader: 'npz', size: 3 });
});

test('a stored array is read in place; a single one feeds a single input, whatever its name', async () => {
  const path = join(await temporaryFolder({ 'x.npz': STORED }), 'x.npz');
  const { feeds } = await readAll({ data: [path] }, [input('pixels', 'float32', ['n'])]);
  expect(valuesOf(feeds, 'pixels')).toEqual([0, 1, 2, 3]);
});

test('arrays that name no input are listed', async () => {
  const path = join(await temporaryFolder({ 'x.npz': COMPRESSED }), 'x.npz');
  await expect(readAll({ data: [path] }, [input('pixels', 'float32')])).rejects.toThrow(
    `${path} holds the arrays a, b, and none is named like input pixels (to be fed: pixels)`,
  );
});

test('an archive that is cut off or no archive is refused', async () => {
  const folder = await temporaryFolder({
    'cut.npz': COMPRESSED.subarray(0, 200),
    'text.npz': 'no archive',
    'damaged.npz': Buffer.from(COMPRESSED).fill(0x55, 60, 100),
  });
  for (const name of ['cut.npz', 'text.npz', 'damaged.npz']) {
    const reading = readAll({ data: [join(folder, name)] }, [a, b]);
    await expect(reading).rejects.toMatchObject({ name: 'UserError' });
    await expect(reading).rejects.toThrow(join(folder, name));
  }
});

test.each([
  { is: 'deflated', archive: COMPRESSED, inputs: [a, b] },
  { is: 'stored', archive: STORED, inputs: [input('digits', 'float32', ['n'])] },
])('a damaged local header of an array that is $is is refused', async ({ archive, inputs }) => {
  // The first entry's signature, and the length of its name: the directory at the end says the right ones.
  for (const [at, value] of [
    [0, 0],
    [26, 0xffff],
  ]) {
    const damaged = Buffer.from(archive);
    damaged.writeUInt16LE(value, at);
    const path = join(await temporaryFolder({ 'x.npz': damaged }), 'x.npz');
    const reading = readAll({ data: [path] }, inputs);
    await expect(reading).rejects.toMatchObject({ name: 'UserError' });
    await expect(reading).rejects.toThrow(/x\.npz, (?:a|digits)\.npy (?:is damaged|ends before)/);
  }
});
