import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../errors.js';
import type { ElementType } from '../../../onnx/elementType.js';
import { fitShape, shapeMismatch } from '../../batches/fitShape.js';
import { withClasses } from '../../labels/withClasses.js';
import { onlyInput } from '../../onlyInput.js';
import type { Reader } from '../../reader.js';
import type { Selection } from '../../selection.js';
import type { ByteReader, ByteSource } from '../bytes/byteSource.js';
import { gunzippedFile } from '../bytes/gunzippedFile.js';
import { openImages } from '../images/imageSet.js';
import { type ArrayHeader, type DenseArray, denseArray } from './denseArray.js';
import { pixelItems } from './pixelItems.js';

/** Element types by the third byte of the file (http://yann.lecun.com/exdb/mnist, "the IDX file format"). */
const types: ReadonlyMap<number, readonly [ElementType, number]> = new Map([
  [0x08, ['uint8', 1]],
  [0x09, ['int8', 1]],
  [0x0b, ['int16', 2]],
  [0x0c, ['int32', 4]],
  [0x0d, ['float32', 4]],
  [0x0e, ['float64', 8]],
]);
const NAME = /idx\d(-ubyte)?(\.gz)?$/i;

/**
 * MNIST's IDX files, also gzipped. Bytes of three axes are gray images, and are treated as those of a folder are;
 * anything else is an array. The classes come from the file of labels beside it.
 */
export const idx: Reader = {
  name: 'idx',
  takes: "MNIST's IDX files (…-idx3-ubyte, .gz)",
  options: ['image'],
  detect: ({ kind, source, head }) =>
    kind === 'file' &&
    (NAME.test(source) ||
      (head[0] === 0 && head[1] === 0 && types.has(head[2]) && head[3] >= 1 && head[3] <= 4)),
  async open(source, inputs, options) {
    const bytes = await gunzippedFile(source);
    try {
      const array = denseArray(bytes, await idxHeader(bytes));
      const classes = await classesBeside(source, array.size);
      const { dims, type } = array;
      if (dims.length === 0) {
        throw new UserError(
          `${source} holds labels, not samples: pass the file of images that belongs to it`,
        );
      }
      if (type === 'uint8' && dims.length === 2) {
        const [height, width] = dims;
        const layout = { width, height, channels: 1 };
        const items = (selection?: Selection) =>
          pixelItems(array, layout, (index) => classes?.[index], selection);
        const set = {
          origin: source,
          size: array.size,
          items: () => items(),
          ...(bytes.seekable ? { anyOrder: true, pick: items } : {}),
        };
        const opened = await openImages(set, source, inputs, options, `${source} holds no images`);
        return { ...opened, close: () => bytes.close() };
      }
      const input = onlyInput(source, inputs);
      if (!fitShape(dims, input)) {
        throw new UserError(`the samples of ${source} do not fit: ${shapeMismatch(dims, input)}`);
      }
      return { streams: new Map([[input.name, withClasses(array, classes)]]), close: () => bytes.close() };
    } catch (error) {
      await bytes.close();
      throw error;
    }
  },
};

/**
 * Reads the header of an IDX file: two zeros, the type, the number of axes, and their sizes, big-endian.
 *
 * @throws UserError where it is not one, or holds other than its header says.
 */
export async function idxHeader(bytes: ByteSource): Promise<ArrayHeader> {
  const reader = await bytes.open();
  try {
    if (bytes.size < 8) throw notIdx(bytes.name);
    const [zero, zeroToo, code, axes] = await bytesAt(reader, 0, 4);
    const found = types.get(code);
    if (zero !== 0 || zeroToo !== 0 || !found || axes < 1 || axes > 8) throw notIdx(bytes.name);
    const [type, itemSize] = found;
    const dataStart = 4 + 4 * axes;
    if (bytes.size < dataStart) throw notIdx(bytes.name);
    const sizes = await bytesAt(reader, 4, 4 * axes);
    const shape = Array.from({ length: axes }, (_, axis) => sizes.readUInt32BE(4 * axis));
    const wanted = shape.reduce((product, size) => product * size, itemSize);
    if (wanted !== bytes.size - dataStart) {
      throw new UserError(
        `${bytes.name} ${bytes.seekable ? 'holds' : 'announces at its end'} ${bytes.size - dataStart} bytes of data, but its shape (${shape.join(', ')}) takes ${wanted}: it is truncated or damaged, copy it again`,
      );
    }
    return { type, itemSize, bigEndian: true, fortranOrder: false, shape, dataStart };
  } finally {
    await reader.close();
  }
}

const notIdx = (name: string): UserError =>
  new UserError(`${name} is not an IDX file (it does not begin as one): pass the file as it was downloaded`);

async function bytesAt(reader: ByteReader, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await reader.read(position, bytes);
  return bytes;
}

/** The classes out of `…-labels-idx1-ubyte` beside `…-images-idx3-ubyte`, gzipped or not. */
async function classesBeside(source: string, samples: number): Promise<readonly string[] | undefined> {
  const name = basename(source).replace(/\.gz$/i, '');
  const labels = name.replace('images', 'labels').replace(/idx\d/, 'idx1');
  if (labels === name) return undefined;
  for (const file of [labels, `${labels}.gz`]) {
    const path = join(dirname(source), file);
    if (!(await stat(path).catch(() => undefined))?.isFile()) continue;
    return await idxClasses(path, samples);
  }
  return undefined;
}

/** @throws UserError where the file holds another number of classes than there are samples. */
async function idxClasses(path: string, samples: number): Promise<readonly string[]> {
  const bytes = await gunzippedFile(path);
  try {
    const array: DenseArray = denseArray(bytes, await idxHeader(bytes));
    if (array.size !== samples || array.dims.length > 0) {
      throw new UserError(
        `${path} holds ${array.size} labels for ${samples} samples: they do not belong together, move it away or take the right one`,
      );
    }
    const classes: string[] = [];
    for await (const chunk of array.read({ block: 1, every: 1 })) {
      for (const sample of chunk) classes.push('data' in sample ? String(sample.data[0]) : '');
    }
    return classes;
  } finally {
    await bytes.close();
  }
}
