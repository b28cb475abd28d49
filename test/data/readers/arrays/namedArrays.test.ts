import { describe, expect, test } from 'vitest';
import type { ImageOptions } from '../../../../src/data/options.js';
import type { Reader } from '../../../../src/data/reader.js';
import { type DenseArray, denseArray } from '../../../../src/data/readers/arrays/denseArray.js';
import { idx } from '../../../../src/data/readers/arrays/idx.js';
import { assignArrays } from '../../../../src/data/readers/arrays/namedArrays.js';
import { npz } from '../../../../src/data/readers/arrays/npz.js';
import { raw } from '../../../../src/data/readers/arrays/raw.js';
import { safetensors } from '../../../../src/data/readers/arrays/safetensors.js';
import type { ModelInput } from '../../../../src/onnx/modelInput.js';
import { input } from '../../reading.js';

/** An array of bytes in memory. */
function bytes(name: string, shape: readonly number[], values: readonly number[]): DenseArray {
  const data = Uint8Array.from(values);
  const read = async (position: number, target: Uint8Array) => {
    target.set(data.subarray(position, position + target.length));
  };
  return denseArray(
    { name, size: data.length, seekable: true, open: async () => ({ read, close: async () => {} }) },
    { type: 'uint8', itemSize: 1, bigEndian: false, fortranOrder: false, shape, dataStart: 0 },
  );
}

/** What arrays of these names feed, sample by sample: values and classes. */
async function assigned(
  arrays: Readonly<Record<string, DenseArray>>,
  inputs: readonly ModelInput[],
  image?: ImageOptions,
) {
  const opened = await assignArrays(
    new Map(Object.entries(arrays).map(([name, array]) => [name, () => array])),
    inputs,
    'a.npz',
    'save them otherwise',
    image,
  );
  const found: Record<string, (number | string | undefined)[][]> = {};
  for (const [name, stream] of opened.streams) {
    found[name] = [];
    for await (const chunk of stream.read({ block: 1, every: 1 })) {
      for (const sample of chunk) {
        if ('data' in sample) found[name].push([...[...sample.data].map(Number), sample.label]);
      }
    }
  }
  return { found, opened };
}

const [x, y] = ['x', 'y'].map((name) => input(name, 'float32', ['n', 2]));
const two = bytes('a.npz, x.npy', [2, 2], [1, 2, 3, 4]);
const classes = bytes('a.npz, labels.npy', [2], [7, 8]);

describe('arrays of a file', () => {
  test('feed the inputs of their names, with the classes beside them', async () => {
    const other = bytes('a.npz, y.npy', [2, 2], [5, 6, 7, 8]);
    const { found } = await assigned({ y: other, spare: two, x: two, labels: classes }, [x, y]);
    expect(found).toEqual({
      x: [
        [1, 2, '7'],
        [3, 4, '8'],
      ],
      y: [
        [5, 6, '7'],
        [7, 8, '8'],
      ],
    });
  });

  test('feed the only input where there is one beside the classes', async () => {
    expect((await assigned({ whatever: two, labels: classes }, [x])).found.x).toEqual([
      [1, 2, '7'],
      [3, 4, '8'],
    ]);
    expect((await assigned({ whatever: two }, [x])).found.x[0]).toEqual([1, 2, undefined]);
    // With a second one nobody knows which is meant.
    await expect(assigned({ a: two, b: two }, [x])).rejects.toThrow(
      'a.npz holds the arrays a, b, and none is named like input x (to be fed: x): save them otherwise',
    );
    await expect(assigned({ x: two }, [x, y])).rejects.toThrow(
      'none is named like input y (to be fed: x, y)',
    );
  });

  test('called labels are data where an input is called so', async () => {
    const labels = input('labels', 'float32', ['n']);
    const { found } = await assigned({ x: two, labels: classes }, [x, labels]);
    expect(found).toEqual({
      x: [
        [1, 2, undefined],
        [3, 4, undefined],
      ],
      labels: [
        [7, undefined],
        [8, undefined],
      ],
    });
  });

  test('are some, and fit', async () => {
    await expect(assigned({}, [x])).rejects.toThrow('a.npz holds no arrays: save them otherwise');
    await expect(assigned({ labels: classes }, [x])).rejects.toThrow('a.npz holds no arrays');
    await expect(assigned({ x: bytes('a.npz, x.npy', [2, 3], Array(6).fill(0)) }, [x])).rejects.toThrow(
      'the samples of a.npz, x.npy do not fit: it has the shape 3, but input x wants 2 a sample',
    );
    await expect(assigned({ x: two, labels: bytes('labels', [3], [1, 2, 3]) }, [x])).rejects.toThrow(
      'labels holds 3 labels for the 2 samples of a.npz, x.npy',
    );
    await expect(assigned({ x: two, labels: bytes('labels', [2, 2], [1, 2, 3, 4]) }, [x])).rejects.toThrow(
      'labels holds 2 numbers a sample, which are no labels',
    );
  });

  test('are scaled where their input is of floating numbers, and told so', async () => {
    const ids = input('y', 'int64', ['n', 2]);
    const { found, opened } = await assigned({ x: two, y: two }, [x, ids], { scale: 2 });
    expect(found.x[0]).toEqual([2, 4, undefined]);
    expect(found.y[0]).toEqual([1, 2, undefined]);
    expect(opened.preprocessing).toEqual({ scale: 2, mean: [0], std: [1] });
    expect(opened.notices).toEqual([]);
    const plain = await assigned({ x: two, y: two }, [x, y]);
    expect(plain.opened.preprocessing).toEqual({});
    expect(plain.opened.notices).toHaveLength(2);
  });
});

describe('a file is told', () => {
  const is = (reader: Reader, kind: 'file' | 'directory', source: string, head: readonly number[] = []) =>
    reader.detect({
      ...{ source, kind, head: Uint8Array.from(head) },
      extension: /\.[^.]*$/.exec(source)?.[0] ?? '',
    });

  test('by its ending', () => {
    for (const [reader, name] of [
      [npz, 'x.npz'],
      [raw, 'x.bin'],
      [safetensors, 'x.safetensors'],
      [idx, 't10k-images-idx3-ubyte'],
      [idx, 'train-labels.idx1-ubyte.gz'],
    ] as const) {
      expect([is(reader, 'file', name), is(reader, 'directory', name)]).toEqual([true, false]);
      expect(is(reader, 'file', 'x.other')).toBe(false);
    }
  });

  test('by its first bytes', () => {
    expect([is(npz, 'file', 'x', [0x50, 0x4b]), is(npz, 'file', 'x', [0x50, 0x4c])]).toEqual([true, false]);
    expect(is(npz, 'directory', 'x', [0x50, 0x4b])).toBe(false);
    const heads = [
      [0, 0, 8, 1],
      [0, 0, 8, 4],
      [0, 0, 14, 3],
      [1, 0, 8, 3],
      [0, 1, 8, 3],
      [0, 0, 10, 3],
      [0, 0, 8, 0],
      [0, 0, 8, 5],
    ];
    expect(heads.map((head) => is(idx, 'file', 'x', head))).toEqual([
      ...[true, true, true, false, false, false, false, false],
    ]);
    expect(is(idx, 'directory', 'x', [0, 0, 8, 1])).toBe(false);
  });
});
