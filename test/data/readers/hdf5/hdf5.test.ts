import { readFile } from 'node:fs/promises';
import { describe, expect, it, test } from 'vitest';
import { placeIn } from '../../../../src/data/readers/hdf5/place.js';
import type { ElementType } from '../../../../src/onnx/elementType.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

/** Written by h5py, see `fixtures/formats/make.py`, whose formulas stand here again. */
const FILE = 'fixtures/formats/h5py.h5';
const k = Array.from({ length: 42 }, (_, i) => i);

const x = (shape: (number | string)[] = ['n', 2, 3], type: ElementType = 'float32') =>
  input('x', type, shape);

describe('an HDF5 file', () => {
  it.each([
    ['measured.h5:/train/x', 'measured.h5', '/train/x'],
    ['C:\\data\\a.HDF5:x', 'C:\\data\\a.HDF5', 'x'],
    ['measured.h5', 'measured.h5', undefined],
    ['x=measured', 'x=measured', undefined],
  ])('has places inside: %s', (source, file, inside) => {
    expect(placeIn(source)).toEqual({ file, inside });
  });

  it('feeds a dataset that is named, sample by sample, in batches with an odd last one', async () => {
    const { feeds, source } = await readAll({ data: [`${FILE}:/x`] }, [x()], { batchSize: 3 });
    expect(source.reader).toBe('hdf5');
    expect(dimsOf(feeds, 'x')).toEqual([
      [3, 2, 3],
      [3, 2, 3],
      [1, 2, 3],
    ]);
    expect(valuesOf(feeds, 'x')).toEqual(k.map((i) => i / 4));
  });

  it.each([
    ['half', 'float32', k],
    ['double', 'float32', k],
    ['bytes', 'float32', k],
    ['long', 'int64', k.map(BigInt)],
    ['short', 'float32', k],
    ['flags', 'bool', k.map((i) => i % 2)],
  ] as const)('gives values of %s as h5py has them', async (name, type, values) => {
    const { feeds } = await readAll({ data: [`${FILE}:types/${name}`] }, [x(['n', 6], type)]);
    expect(valuesOf(feeds, 'x')).toEqual(values);
  });

  it('reads what is compressed in chunks, any samples of it, with labels of text beside', async () => {
    const whole = await readAll({ data: [`${FILE}:/train/x`] }, [x(['n', 6])], { batchSize: 2 });
    expect(valuesOf(whole.feeds, 'x')).toEqual(k.map((i) => i / 4));
    expect(Object.fromEntries(whole.source.labels)).toEqual({ cat: 4, dog: 3 });
    expect(whole.source.notices).toContain(`labels are taken from ${FILE}:/train/labels`);
    const some = await readAll({ data: [`${FILE}:/train/x`] }, [x(['n', 6])], { maxSamples: 3 });
    const rows = valuesOf(some.feeds, 'x');
    expect(rows).toHaveLength(18);
    for (let row = 0; row < 3; row++) {
      const first = Number(rows[6 * row]);
      expect(rows.slice(6 * row, 6 * row + 6)).toEqual([0, 1, 2, 3, 4, 5].map((i) => first + i / 4));
    }
  });

  it('feeds datasets of a group to the inputs of their names', async () => {
    const { feeds } = await readAll({ data: [`${FILE}:/types`] }, [
      input('half', 'float32', ['n', 6]),
      input('long', 'int64', ['n', 6]),
    ]);
    expect(valuesOf(feeds, 'half')).toEqual(k);
    expect(valuesOf(feeds, 'long')).toEqual(k.map(BigInt));
    const { source, feeds: all } = await readAll({ data: [FILE] }, [x()]);
    expect(valuesOf(all, 'x')).toEqual(k.map((i) => i / 4));
    expect(Object.fromEntries(source.labels)).toEqual({ 0: 3, 1: 2, 2: 2 });
  });
});

describe('what is refused in a sentence', () => {
  test.each([
    [`${FILE}:/y`, /h5py\.h5 has nothing at \/y: it holds \/labels, \/one, /],
    [`${FILE}:/words`, /h5py\.h5:\/words holds values of type .*: only numbers can be fed/],
    [`${FILE}:/one`, /holds a single value/],
    [`${FILE}:/x/deeper`, /has nothing at \/x\/deeper|cannot be read as HDF5/],
    [`${FILE}:/types/half`, /do not fit/],
    ['nowhere.h5:/x', /nowhere\.h5:\/x does not exist/],
  ])('%s', async (source, message) => {
    await expect(readAll({ data: [source] }, [x()])).rejects.toThrow(message);
  });

  test('a file that is cut off, or is none', async () => {
    const bytes = await readFile(FILE);
    const folder = await temporaryFolder({
      'cut.h5': bytes.subarray(0, 3000),
      'text.h5': Buffer.from('no HDF5'),
    });
    await expect(readAll({ data: [`${folder}/cut.h5:/x`] }, [x()])).rejects.toThrow(
      /cut\.h5 cannot be read as HDF5 \(truncated file/,
    );
    await expect(readAll({ data: [`${folder}/text.h5:/x`] }, [x()])).rejects.toThrow(
      /text\.h5 cannot be read as HDF5 \(file signature not found\): write it again/,
    );
  });
});
