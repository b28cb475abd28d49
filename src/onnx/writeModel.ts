import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { messageOf, UserError } from '../errors.js';
import { externalRange } from './externalData.js';
import { serializeModel } from './modelFile.js';
import { type ModelProto, StringStringEntryProtoSchema, TensorProto_DataLocation } from './proto/onnx_pb.js';
import { storedTensors } from './walk.js';

/** Where tensors begin in a file of external data: what memory can be mapped at. */
const ALIGNMENT = 4096;
const CHUNK_BYTES = 2 ** 24;

/**
 * Writes a model into a folder of its own choice. Weights that lie in external files go into one file beside it,
 * `<name>.data`, without those that the model has no more. Both stand there whole or not at all.
 *
 * @param folder where the external files lie that the model refers to; absent: it has none.
 * @returns what was written, in bytes.
 * @throws UserError where it cannot be written.
 */
export async function writeModel(path: string, model: ModelProto, folder?: string): Promise<number> {
  const data = `${basename(path)}.data`;
  const mark = randomBytes(6).toString('hex');
  const temporary = {
    model: join(dirname(path), `.${basename(path)}.${mark}.tmp`),
    data: join(dirname(path), `.${data}.${mark}.tmp`),
  };
  const changed = new Map<object, unknown>();
  try {
    const size = folder === undefined ? 0 : await copyExternal(model, folder, temporary.data, data, changed);
    const bytes = serializeModel(model);
    await writeFile(temporary.model, bytes, { flag: 'wx' });
    if (size > 0) await rename(temporary.data, join(dirname(path), data));
    await rename(temporary.model, path);
    return size + bytes.length;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be written (${messageOf(error)}): check the folder`, {
      cause: error,
    });
  } finally {
    await rm(temporary.model, { force: true });
    await rm(temporary.data, { force: true });
    for (const [tensor, entries] of changed) Object.assign(tensor, { externalData: entries });
  }
}

/** Copies what the model refers to into one file and points its tensors there; `changed` keeps where they pointed. */
async function copyExternal(
  model: ModelProto,
  folder: string,
  target: string,
  location: string,
  changed: Map<object, unknown>,
): Promise<number> {
  let out: FileHandle | undefined;
  let end = 0;
  try {
    for (const tensor of storedTensors(model)) {
      if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL || changed.has(tensor)) continue;
      out ??= await open(target, 'wx');
      const range = externalRange(tensor, location);
      const start = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
      await copyRange(join(folder, range.location), range.offset, range.length, out, start);
      changed.set(tensor, tensor.externalData);
      const entry = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
      tensor.externalData = [
        entry('location', location),
        entry('offset', String(start)),
        entry('length', String(range.length)),
      ];
      end = start + range.length;
    }
    return end;
  } finally {
    await out?.close();
  }
}

async function copyRange(path: string, offset: number, length: number, out: FileHandle, start: number) {
  const from = await open(path);
  try {
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, length));
    for (let done = 0; done < length; ) {
      const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, length - done), offset + done);
      if (bytesRead === 0) throw new UserError(`${path} ends before its weights do: copy it again`);
      // A disk that fills up takes less than it is given; only the next write fails.
      for (let written = 0; written < bytesRead; ) {
        const rest = bytesRead - written;
        written += (await out.write(buffer, written, rest, start + done + written)).bytesWritten;
      }
      done += bytesRead;
    }
  } finally {
    await from.close();
  }
}
