import { createWriteStream } from 'node:fs';
import { copyFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise } from 'yauzl';
import { messageOf, UserError } from '../errors.js';
import { PROVIDER_LIBRARIES } from './providerLibraries.js';

/**
 * Takes the provider libraries out of a wheel, a NuGet package or another zip archive, or a folder that an archive
 * of ONNX Runtime was unpacked to.
 *
 * @param into a folder that is there; nothing in it may count until this is over.
 * @returns the version of ONNX Runtime that they belong to, as far as the archive tells.
 * @throws UserError where they are not in it, or it is damaged.
 */
export async function unpackProvider(source: string, into: string): Promise<string | undefined> {
  const entry = await stat(source).catch((error) => {
    throw new UserError(`${source} cannot be read (${messageOf(error)}): give the wheel that --wheel names`);
  });
  return entry.isDirectory() ? fromFolder(source, into) : fromZip(source, into);
}

async function fromFolder(folder: string, into: string): Promise<string | undefined> {
  const files = await readdir(folder);
  requireAll(files, folder);
  for (const name of PROVIDER_LIBRARIES) await copyFile(join(folder, name), join(into, name));
  return versionIn(files);
}

async function fromZip(archive: string, into: string): Promise<string | undefined> {
  try {
    const zip = await openPromise(archive, { autoClose: false });
    try {
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
      const names = [...entries.keys()];
      requireAll(
        names.map((name) => basename(name)),
        archive,
      );
      for (const [name, entry] of entries) {
        const library = PROVIDER_LIBRARIES.find((wanted) => basename(name) === wanted);
        if (library === undefined) continue;
        let sum = 0;
        const stream = await zip.openReadStreamPromise(entry);
        stream.on('data', (chunk: Buffer) => {
          sum = crc32(chunk, sum);
        });
        await pipeline(stream, createWriteStream(join(into, library)));
        if (sum !== entry.crc32) throw new UserError(`${archive} is damaged (${name}): copy it again`);
      }
      return versionIn([...names, basename(archive)]);
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${archive} is no wheel or is damaged (${messageOf(error)}): copy it again`);
  }
}

function requireAll(names: readonly string[], where: string): void {
  const absent = PROVIDER_LIBRARIES.filter((name) => !names.includes(name));
  if (absent.length === 0) return;
  throw new UserError(
    `${where} does not hold ${absent.join(' and ')}: give the wheel of onnxruntime-gpu for Linux, or a package of ONNX Runtime with CUDA`,
  );
}

/** Out of `libonnxruntime.so.1.30.0`, a wheel's `onnxruntime_gpu-1.30.0.dist-info/`, or the archive's own name. */
function versionIn(names: readonly string[]): string | undefined {
  const patterns = [
    /libonnxruntime\.so\.(\d+\.\d+\.\d+)$/,
    /^onnxruntime_gpu-(\d+\.\d+\.\d+)[^/]*\.dist-info\//,
    /(\d+\.\d+\.\d+)[^/]*\.nupkg$/,
  ];
  for (const pattern of patterns) {
    for (const name of names) {
      const version = pattern.exec(name)?.[1];
      if (version !== undefined) return version;
    }
  }
  return undefined;
}
