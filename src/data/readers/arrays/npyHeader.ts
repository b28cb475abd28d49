import { UserError } from '../../../errors.js';
import type { ElementType } from '../../../onnx/elementType.js';
import type { ByteReader, ByteSource } from '../bytes/byteSource.js';
import { type ArrayHeader, type DenseArray, denseArray } from './denseArray.js';

export const NPY_MAGIC = Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]);

/** A header describes one array in a line; more than this is an attack or not a header. */
const LONGEST_HEADER = 2 ** 20;

const numericTypes: Readonly<Record<string, ElementType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
};

const refusals: Readonly<Record<string, string>> = {
  O: 'Python objects (pickled), which are not read for safety: save a plain numeric array',
  c: 'complex numbers, which no model input takes: save the real and imaginary parts as real numbers',
  V: 'structured records: save one plain numeric array',
  S: 'byte strings: save numbers',
  U: 'strings: save numbers',
  M: 'dates: save them as numbers',
  m: 'time spans: save them as numbers',
};

/**
 * Opens a `.npy` array: see `denseArray`.
 *
 * @throws UserError for a bad header, and what `denseArray` refuses.
 */
export async function openNpyArray(bytes: ByteSource): Promise<DenseArray> {
  const reader = await bytes.open();
  try {
    return denseArray(bytes, await readNpyHeader(reader, bytes.name, bytes.size));
  } finally {
    await reader.close();
  }
}

/**
 * Reads the header of a `.npy` file, format versions 1, 2 and 3
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), and holds it against the file's size.
 *
 * @throws UserError where it is no `.npy` file, of another version, damaged, or of a type without numbers.
 */
export async function readNpyHeader(reader: ByteReader, name: string, size: number): Promise<ArrayHeader> {
  if (size < 10) throw new UserError(`${name} is not a .npy file (${size} bytes): save it with numpy.save`);
  const start = await bytesAt(reader, 0, 8);
  if (NPY_MAGIC.some((byte, i) => start[i] !== byte)) {
    throw new UserError(`${name} is not a .npy file (it does not begin as one): save it with numpy.save`);
  }
  const major = start[6];
  if (major < 1 || major > 3) {
    throw new UserError(
      `${name} is of .npy version ${major}.${start[7]}: only 1, 2 and 3 are known, save it again`,
    );
  }
  const lengthSize = major === 1 ? 2 : 4;
  const truncated = new UserError(`${name} ends within its header: it is truncated, copy or write it again`);
  if (size < 8 + lengthSize) throw truncated;
  const lengthField = await bytesAt(reader, 8, lengthSize);
  const length = lengthField.readUIntLE(0, lengthSize);
  if (length > LONGEST_HEADER) {
    throw new UserError(`${name} has a header of ${length} bytes, which cannot be right: save it again`);
  }
  const dataStart = 8 + lengthSize + length;
  if (dataStart > size) throw truncated;
  const text = (await bytesAt(reader, 8 + lengthSize, length)).toString(major === 3 ? 'utf8' : 'latin1');
  const header = { ...parseHeader(text, name), dataStart };
  checkSize(header, name, size);
  return header;
}

async function bytesAt(reader: ByteReader, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await reader.read(position, bytes);
  return bytes;
}

/** The header is a Python dictionary with three keys, written by `repr`. */
function parseHeader(text: string, name: string): Omit<ArrayHeader, 'dataStart'> {
  if (/['"]descr['"]\s*:\s*[[(]/.test(text)) throw new UserError(`${name} holds ${refusals.V}`);
  const descr = /['"]descr['"]\s*:\s*(['"])(.*?)\1/.exec(text)?.[2];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /['"]shape['"]\s*:\s*\(([^()]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw new UserError(`${name} has a damaged header: write it again with numpy.save`);
  }
  return { ...parseType(descr, name), fortranOrder: order === 'True', shape: parseShape(sizes, name) };
}

function parseType(descr: string, name: string): Pick<ArrayHeader, 'type' | 'itemSize' | 'bigEndian'> {
  const [, order, kind, bytes] = /^([<>|=]?)([a-zA-Z])(\d*)/.exec(descr) ?? [];
  const type = numericTypes[`${kind}${bytes}`];
  if (type === undefined) {
    const what = refusals[kind ?? ''] ?? `elements of type ${descr}: save them as float32 or float64`;
    throw new UserError(`${name} holds ${what}`);
  }
  // '=' is the byte order of the machine that wrote the file; those in use are little-endian.
  return { type, itemSize: Number(bytes), bigEndian: order === '>' };
}

function parseShape(sizes: string, name: string): readonly number[] {
  const parts = sizes
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  // Python 2 wrote long integers with an L.
  const shape = parts.map((part) => (/^\d+L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN));
  const elements = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(elements) || shape.some((size) => !Number.isSafeInteger(size))) {
    throw new UserError(`${name} has the impossible shape (${sizes.trim()}): write it again`);
  }
  return shape;
}

function checkSize({ shape, itemSize, dataStart }: ArrayHeader, name: string, size: number): void {
  const wanted = shape.reduce((product, length) => product * length, itemSize);
  const given = size - dataStart;
  if (given === wanted) return;
  const remedy = given < wanted ? 'it is truncated, copy or write it again' : 'save one array a file';
  throw new UserError(
    `${name} holds ${given} bytes of data, but its shape (${shape.join(', ')}) takes ${wanted}: ${remedy}`,
  );
}
