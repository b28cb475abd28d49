import { UserError } from '../../../errors.js';
import {
  allocate,
  arrayIn,
  bytesPerElement,
  type ElementType,
  type NumericArray,
} from '../../../onnx/elementType.js';
import { requireFits } from '../../requireFits.js';
import type { Sample, SampleStream } from '../../sample.js';
import { type Selection, wantedRuns } from '../../selection.js';
import type { ByteReader, ByteSource } from '../bytes/byteSource.js';

/** What one read of an array in C order fetches, unless a single sample is larger. */
const CHUNK_BYTES = 4 * 2 ** 20;
/** What an array in Fortran order may take in memory at once. */
const BLOCK_BYTES = 64 * 2 ** 20;

/** How an array lies in its bytes. */
export interface ArrayHeader {
  readonly type: ElementType;
  /** Bytes an element. */
  readonly itemSize: number;
  readonly bigEndian: boolean;
  /** The first axis varies fastest. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the first element stands in the file. */
  readonly dataStart: number;
}

/** The samples of an array: its slices along the first axis. */
export interface DenseArray extends SampleStream {
  readonly type: ElementType;
  readonly size: number;
  /** The shape of one sample. */
  readonly dims: readonly number[];
}

/**
 * The samples of an array, with memory bounded whatever its size.
 *
 * In C order a read fetches as many whole samples as fit into 4 MiB. In Fortran order the elements of a sample
 * lie far apart: samples are taken in blocks of 64 MiB, with one read a feature and block, so a large array
 * with many features reads slowly (save it in C order); an array that fits into one block takes one read.
 *
 * @throws UserError for no samples, empty or impossibly large samples, a scalar, and a large Fortran-ordered array
 *   that is compressed (it would have to be decompressed once a feature).
 */
export function denseArray(bytes: ByteSource, header: ArrayHeader): DenseArray {
  const { name } = bytes;
  const [size, ...dims] = header.shape;
  if (size === undefined) {
    throw new UserError(`${name} holds a single value: its first axis must be the samples`);
  }
  const features = dims.reduce((product, length) => product * length, 1);
  if (size === 0 || features === 0) {
    throw new UserError(`${name} is empty, of shape (${header.shape.join(', ')}): save at least one sample`);
  }
  requireFits(
    features,
    header.type,
    `${name} holds samples of ${features} values, each of which`,
    'its first axis must be the samples',
  );
  // With one axis, or one sample, both orders are the same.
  const strided = header.fortranOrder && size > 1 && dims.length > 0;
  if (strided && !bytes.seekable && bytes.size > BLOCK_BYTES) {
    throw new UserError(
      `${name} is compressed, in Fortran order and larger than ${BLOCK_BYTES / 2 ** 20} MiB: save it in C order (numpy.ascontiguousarray) or uncompressed`,
    );
  }
  const layout: Layout = { header, name, size, dims, features };
  return {
    origin: name,
    type: header.type,
    size,
    dims,
    anyOrder: bytes.seekable && !strided,
    async *read(selection) {
      const pass = await bytes.open();
      try {
        yield* strided ? readStrided(pass, layout, selection) : readContiguous(pass, layout, selection);
      } finally {
        await pass.close();
      }
    },
  };
}

interface Layout {
  readonly header: ArrayHeader;
  readonly name: string;
  /** Samples. */
  readonly size: number;
  readonly dims: readonly number[];
  /** Elements a sample. */
  readonly features: number;
}

async function* readContiguous(
  reader: ByteReader,
  layout: Layout,
  selection: Selection,
): AsyncGenerator<Sample[]> {
  const { header, size, features, dims } = layout;
  // In Fortran order here is a single sample, or samples of one value, which lie alike in both.
  const order = header.fortranOrder && dims.length > 1 ? axesReversed(dims) : undefined;
  const sampleBytes = features * header.itemSize;
  const rows = Math.max(1, Math.floor(CHUNK_BYTES / sampleBytes));
  for (const [start, end] of wantedRuns(selection, size)) {
    for (let first = start; first < end; first += rows) {
      const count = Math.min(rows, end - first);
      const values = await readElements(reader, header, first * features, count * features);
      if (order) yield samplesOf(layout, reordered(header, values, order), first, count);
      else yield samplesOf(layout, values, first, count);
    }
  }
}

async function* readStrided(
  reader: ByteReader,
  layout: Layout,
  selection: Selection,
): AsyncGenerator<Sample[]> {
  const { header, size, features } = layout;
  const order = axesReversed(layout.dims);
  const whole = size * features * header.itemSize <= BLOCK_BYTES;
  const all = whole ? await readElements(reader, header, 0, size * features) : undefined;
  const rows = Math.max(1, Math.floor(BLOCK_BYTES / (features * header.itemSize)));
  for (const [start, end] of wantedRuns(selection, size)) {
    for (let first = start; first < end; first += rows) {
      const count = Math.min(rows, end - first);
      const block = allocate(header.type, count * features);
      for (let feature = 0; feature < features; feature++) {
        const from = feature * size + first;
        const strip = all
          ? all.subarray(from, from + count)
          : await readElements(reader, header, from, count);
        for (let i = 0; i < count; i++) block[i * features + order[feature]] = strip[i];
      }
      yield samplesOf(layout, block, first, count);
    }
  }
}

/** Where the k-th element of a sample stored first axis fastest goes when the last axis is fastest. */
function axesReversed(dims: readonly number[]): Uint32Array {
  const features = dims.reduce((product, length) => product * length, 1);
  const order = new Uint32Array(features);
  const strides = dims.map((_, axis) =>
    dims.slice(axis + 1).reduce((product, length) => product * length, 1),
  );
  for (let k = 0; k < features; k++) {
    let rest = k;
    for (let axis = 0; axis < dims.length; axis++) {
      order[k] += (rest % dims[axis]) * strides[axis];
      rest = Math.floor(rest / dims[axis]);
    }
  }
  return order;
}

function reordered({ type }: ArrayHeader, values: NumericArray, order: Uint32Array): NumericArray {
  const target = allocate(type, values.length);
  for (let k = 0; k < order.length; k++) target[order[k]] = values[k];
  return target;
}

async function readElements(
  reader: ByteReader,
  { type, itemSize, bigEndian, dataStart }: ArrayHeader,
  first: number,
  count: number,
): Promise<NumericArray> {
  // Not zeroed, since it is filled at once.
  const { buffer } = Buffer.allocUnsafeSlow(count * bytesPerElement(type));
  const values = arrayIn(type, buffer);
  const bytes = Buffer.from(buffer);
  await reader.read(dataStart + first * itemSize, bytes);
  if (bigEndian) {
    if (itemSize === 2) bytes.swap16();
    else if (itemSize === 4) bytes.swap32();
    else if (itemSize === 8) bytes.swap64();
  }
  return values;
}

function samplesOf(
  { header, name, dims, features }: Layout,
  values: NumericArray,
  first: number,
  count: number,
) {
  const samples: Sample[] = [];
  for (let i = 0; i < count; i++) {
    const data = values.subarray(i * features, (i + 1) * features);
    samples.push({ type: header.type, data, dims, origin: `${name}, sample ${first + i}` });
  }
  return samples;
}
