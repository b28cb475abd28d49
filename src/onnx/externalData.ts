import { open, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { UserError } from '../errors.js';
import { bytesPerElement, elementTypeOf } from './elementType.js';
import { type ModelProto, type TensorProto, TensorProto_DataLocation } from './proto/onnx_pb.js';
import { storedTensors } from './walk.js';

/** Where an external tensor says that its bytes lie. */
export interface ExternalLocation {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * Checks every external tensor of a model: its file must lie in the model's folder (also after following links,
 * since ONNX Runtime refuses anything else) and be long enough.
 *
 * @returns whether the model has external data at all.
 * @throws UserError naming the tensor and the file.
 */
export async function checkExternalData(model: ModelProto, path: string, folder: string): Promise<boolean> {
  const sizes = new Map<string, number>();
  let found = false;
  for (const tensor of storedTensors(model)) {
    if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) continue;
    found = true;
    const { location, offset, length } = locationOf(tensor, path);
    let size = sizes.get(location);
    if (size === undefined) {
      size = await sizeInFolder(location, folder, `weight ${tensor.name} of ${path}`);
      sizes.set(location, size);
    }
    if (offset + length > size) {
      throw new UserError(
        `${path}: its external data file ${location} has ${size} bytes, but weight ${tensor.name} needs ${offset + length}: the file is truncated, copy it again`,
      );
    }
  }
  return found;
}

/** The files beside a model that hold its weights. */
export function externalFiles(model: ModelProto, path: string, folder: string): string[] {
  const external = [...storedTensors(model)].filter(
    ({ dataLocation }) => dataLocation === TensorProto_DataLocation.EXTERNAL,
  );
  return [...new Set(external.map((tensor) => join(folder, locationOf(tensor, path).location)))];
}

/** More than this is not read into memory a second time. */
const LARGEST_EMBEDDED = 2 ** 30;

/**
 * A tensor with its values in it, read from its file where they lie outside the model.
 *
 * @returns `undefined` where the file cannot be read whole, or the tensor is larger than 1 GiB.
 */
export async function embeddedTensor(
  tensor: TensorProto,
  { path, externalDataFolder: folder }: { readonly path: string; readonly externalDataFolder?: string },
): Promise<TensorProto | undefined> {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return tensor;
  const { location, offset, length } = locationOf(tensor, path);
  if (folder === undefined || length > LARGEST_EMBEDDED) return undefined;
  const file = await open(join(folder, location)).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    const inside = { dataLocation: TensorProto_DataLocation.DEFAULT, externalData: [], rawData: buffer };
    return bytesRead === length ? { ...tensor, ...inside } : undefined;
  } finally {
    await file.close();
  }
}
/**
 * Where an external tensor's bytes lie: file, offset and length.
 *
 * @throws UserError where it does not say so soundly.
 */
export const externalRange = (tensor: TensorProto, path: string): ExternalLocation =>
  locationOf(tensor, path);

function locationOf(tensor: TensorProto, path: string): ExternalLocation {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const wanted = bytesOf(tensor);
  const offset = byteCount(entries.get('offset') ?? '0');
  const length = byteCount(entries.get('length') ?? `${wanted ?? 0}`);
  if (location === '' || offset === undefined || length === undefined) {
    throw new UserError(
      `${path}: weight ${tensor.name} is external, but its location, offset or length makes no sense: export the model again`,
    );
  }
  if (wanted !== undefined && wanted !== length) {
    throw new UserError(
      `${path}: weight ${tensor.name} is external and takes ${wanted} bytes by its shape, but has ${length} of ${location}: export the model again`,
    );
  }
  return { location, offset, length };
}

/** What a tensor takes by its shape; `undefined` where its type is of no known size. */
function bytesOf({ dataType, dims }: TensorProto): number | undefined {
  const type = elementTypeOf(dataType);
  if (type === undefined || type === 'string') return undefined;
  return dims.reduce((size, dim) => size * Number(dim), bytesPerElement(type));
}

/** Digits only, as ONNX Runtime reads them: what else JavaScript takes for a number (`0x10`, ` 4`, `1e2`) is none. */
function byteCount(text: string): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && Number.isSafeInteger(value) ? value : undefined;
}

async function sizeInFolder(location: string, folder: string, owner: string): Promise<number> {
  const outside = new UserError(
    `external data ${location} (${owner}) lies outside the model's folder: put it beside the model and name it by a relative path`,
  );
  if (isAbsolute(location) || leaves(relative(folder, join(folder, location)))) throw outside;
  let real: string;
  try {
    real = await realpath(join(folder, location));
  } catch {
    throw new UserError(`external data ${location} (${owner}) is missing: copy it beside the model`);
  }
  if (leaves(relative(await realpath(folder), real))) throw outside;
  const found = await stat(real);
  if (!found.isFile()) throw new UserError(`external data ${location} (${owner}) is not a file`);
  // ONNX Runtime 1.30 ends the process over one, though no weight may need a byte of it.
  if (found.size === 0) {
    throw new UserError(`external data ${location} (${owner}) is empty: copy it again`);
  }
  return found.size;
}

const leaves = (path: string): boolean => path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
