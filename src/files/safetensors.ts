import type { FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { isRecord, ShapeError } from '../shape/jsonShape.js';

/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): eight bytes
 * with the header's length (little-endian), the header as JSON, `{ name: { dtype, shape, data_offsets } }` with
 * offsets counted from the end of the header, and the data, little-endian, without gaps. Written as float64 only.
 */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major, as many as the shape says. */
  readonly data: Float64Array;
}

/** Where one tensor of a file lies. */
export interface TensorEntry {
  readonly name: string;
  /** As the format calls it: `F64`, `BF16`, `I8`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte offset in the file. */
  readonly position: number;
  /** Values, not bytes. */
  readonly length: number;
}

const LENGTH_BYTES = 8;
/** The limit that the reference implementation sets, against headers that only claim to be long. */
const MAX_HEADER_BYTES = 100_000_000;
const VALUE_BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Bytes a value of each type. */
const itemBytes = new Map(
  Object.entries({
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
  }),
);

/** Length field and header of a file that holds these tensors in this order. */
export function encodeHeader(tensors: readonly Tensor[]): Uint8Array {
  let offset = 0;
  const entries = tensors.map(({ name, shape, data }): [string, object] => {
    const start = offset;
    offset += data.byteLength;
    return [name, { dtype: 'F64', shape, data_offsets: [start, offset] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  // Spaces up to a multiple of eight keep the data aligned for readers that map the file.
  const length = Math.ceil(json.length / VALUE_BYTES) * VALUE_BYTES;
  const header = Buffer.alloc(LENGTH_BYTES + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, LENGTH_BYTES);
  return header;
}

/** Writes a file tensor by tensor: beyond the tensors themselves, only the header is held in memory. */
export async function writeTensors(file: FileHandle, tensors: readonly Tensor[]): Promise<void> {
  await file.writeFile(encodeHeader(tensors));
  for (const { data } of tensors) {
    if (data.length > 0) await file.writeFile(littleEndian(data));
  }
}

/**
 * Where the tensors of a file lie, by the order of their data.
 *
 * @param dtype the only type that its tensors may have; absent: any.
 * @throws ShapeError where the file is not a whole safetensors file, or holds tensors of another or an unknown type.
 */
export async function readHeader(file: FileHandle, dtype?: string): Promise<TensorEntry[]> {
  const { size } = await file.stat();
  if (size < LENGTH_BYTES) throw new ShapeError('', `is cut off: it has only ${size} bytes`);
  const length = Number((await readBytes(file, 0, LENGTH_BYTES)).readBigUInt64LE());
  if (length > size - LENGTH_BYTES || length > MAX_HEADER_BYTES) {
    throw new ShapeError(
      '',
      `has a header of ${length} bytes in a file of ${size}: it is cut off or no such file`,
    );
  }
  const start = LENGTH_BYTES + length;
  const entries = parseHeader((await readBytes(file, LENGTH_BYTES, length)).toString('utf8'), start, dtype);
  let end = start;
  for (const { name, dtype, position, length: values } of entries) {
    if (position !== end)
      throw new ShapeError(name, `should begin at byte ${end}, but begins at ${position}`);
    end += values * (itemBytes.get(dtype) ?? 0);
  }
  if (end !== size)
    throw new ShapeError('', `has ${size} bytes, where its header says ${end}: it is cut off or damaged`);
  return entries;
}

/** Reads the values of a float64 tensor. */
export async function readTensor(file: FileHandle, { position, length }: TensorEntry): Promise<Float64Array> {
  const data = new Float64Array(length);
  await readInto(file, new Uint8Array(data.buffer), position);
  if (endianness() === 'BE') Buffer.from(data.buffer).swap64();
  return data;
}

function parseHeader(json: string, dataStart: number, dtype: string | undefined): TensorEntry[] {
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch {
    throw new ShapeError('', 'has a header that is not JSON: it is damaged or no such file');
  }
  if (!isRecord(header)) throw new ShapeError('', 'has a header that is not a JSON object');
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => parseEntry(name, entry, dataStart, dtype))
    .sort((a, b) => a.position - b.position || a.length - b.length);
}

function parseEntry(
  name: string,
  entry: unknown,
  dataStart: number,
  wanted: string | undefined,
): TensorEntry {
  if (!isRecord(entry)) throw new ShapeError(name, 'has no entry in the header that could be read');
  const { dtype, shape, data_offsets: offsets } = entry;
  const itemSize = itemBytes.get(String(dtype));
  if (typeof dtype !== 'string' || itemSize === undefined || (wanted !== undefined && dtype !== wanted)) {
    throw new ShapeError(
      name,
      `should be of type ${wanted ?? [...itemBytes.keys()].join(', ')}, but is ${JSON.stringify(dtype)}`,
    );
  }
  if (!isCounts(shape)) throw new ShapeError(name, 'has a shape that is not a list of whole numbers');
  if (!isCounts(offsets) || offsets.length !== 2) throw new ShapeError(name, 'has no pair of data_offsets');
  const [from, to] = offsets;
  const length = shape.reduce((product, dimension) => product * dimension, 1);
  if (to - from !== length * itemSize) {
    throw new ShapeError(name, `has shape [${shape.join(', ')}], which does not fit its ${to - from} bytes`);
  }
  return { name, dtype, shape, position: dataStart + from, length };
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}

async function readBytes(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await readInto(file, bytes, position);
  return bytes;
}

/** One `read` gives at most 2 GiB, and may give less than was asked for. */
async function readInto(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  const CHUNK = 1 << 30;
  for (let done = 0; done < target.length; ) {
    const wanted = Math.min(CHUNK, target.length - done);
    const { bytesRead } = await file.read(target, done, wanted, position + done);
    if (bytesRead === 0) throw new ShapeError('', `is cut off at byte ${position + done}`);
    done += bytesRead;
  }
}

function littleEndian(data: Float64Array): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return endianness() === 'LE' ? bytes : Buffer.from(bytes).swap64();
}
