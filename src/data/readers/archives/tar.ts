import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { messageOf, UserError } from '../../../errors.js';
import { isRecord } from '../../../shape/jsonShape.js';
import type { Reader } from '../../reader.js';
import { isGzip } from '../bytes/gunzippedFile.js';
import { isImageFile } from '../images/imageFiles.js';
import { requireImageSize } from '../images/imageRoom.js';
import { type ImageItem, openImages } from '../images/imageSet.js';
import { folderLabel } from '../images/images.js';

const NAME = /\.(tar|tgz|tar\.gz)$/i;
/** A class or a record of it is a few bytes; more is not one. */
const MOST_TEXT_BYTES = 2 ** 20;

/**
 * Images in a tar archive, gzipped or not, among them WebDataset's shards: files that share their name up to the first
 * dot belong together (`000017.jpg`, `000017.cls`). The class is that of `.cls`, of `label` or `class` in `.json`, or
 * else the first folder.
 */
export const tar: Reader = {
  name: 'tar',
  takes: 'images in a tar archive, such as a WebDataset shard (.tar, .tar.gz)',
  options: ['image'],
  detect: ({ kind, source }) => kind === 'file' && NAME.test(source),
  async open(source, inputs, options) {
    return openImages(
      { origin: source, size: undefined, items: () => itemsOf(source) },
      source,
      inputs,
      options,
      `${source} holds no images: PNG, JPEG, WebP, TIFF, GIF and AVIF are read`,
    );
  },
};

/** What belongs to one sample, while its files are met. */
interface Group {
  readonly key: string;
  image?: { readonly name: string; readonly bytes: Uint8Array };
  label?: string;
}

async function* itemsOf(source: string): AsyncGenerator<ImageItem> {
  let last: string | undefined;
  try {
    for await (const item of groupsOf(source)) {
      yield item;
      last = item.origin;
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const cause = messageOf(error);
    if (last === undefined) {
      throw new UserError(`${source} is not a tar archive or is damaged (${cause}): copy or write it again`);
    }
    // What lies before is sound, and may be all that is wanted.
    yield {
      origin: source,
      async load() {
        throw new UserError(`the archive is damaged behind ${last} (${cause}): copy or write it again`);
      },
    };
  }
}

async function* groupsOf(source: string): AsyncGenerator<ImageItem> {
  let group: Group | undefined;
  for await (const { name, stream, size } of entriesOf(source)) {
    const [key, extension] = keyOf(name);
    if (group?.key !== key) {
      if (group) yield* itemOf(source, group);
      group = { key };
    }
    if (isImageFile(name) && !group.image) {
      requireImageSize(size, `${source}, ${name}`);
      group.image = { name, bytes: await bytesOf(stream) };
    } else if ((extension === '.cls' || extension === '.json') && size <= MOST_TEXT_BYTES) {
      const text = await textOf(stream);
      group.label ??= extension === '.cls' ? text.trim() : labelIn(text);
    } else {
      stream.resume();
    }
  }
  if (group) yield* itemOf(source, group);
}

function* itemOf(source: string, { image, label }: Group): Generator<ImageItem> {
  if (!image) return;
  const { name, bytes } = image;
  const told = label ?? folderLabel(name.replace(/^\.\//, ''));
  yield {
    origin: `${source}, ${name}`,
    ...(told === undefined ? {} : { label: told }),
    load: async () => bytes,
  };
}

/** WebDataset's rule: a sample's key is the path up to the first dot of its last part. */
function keyOf(name: string): [key: string, extension: string] {
  const base = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', base);
  return dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot).toLowerCase()];
}

/** The class in the JSON beside an image; `undefined` where it tells none. */
function labelIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const label = value.label ?? value.class ?? value.cls;
    return typeof label === 'string' || typeof label === 'number' ? String(label) : undefined;
  } catch {
    return undefined;
  }
}

interface TarEntry {
  readonly name: string;
  readonly size: number;
  /** To be read or skipped before the next entry comes. */
  readonly stream: Readable;
}

/** The files of an archive in its order; nothing is unpacked to the disk. */
async function* entriesOf(source: string): AsyncGenerator<TarEntry> {
  const { extract } = await import('tar-stream');
  const unpacked = extract();
  const file = createReadStream(source);
  const steps = (await startsGzipped(source)) ? [file, createGunzip(), unpacked] : [file, unpacked];
  // Its errors come out of the iteration below.
  pipeline(steps, () => {});
  try {
    for await (const entry of unpacked) {
      const { name, size = 0, type } = entry.header;
      if (type === 'file' || type === 'contiguous-file')
        yield { name, size, stream: entry as unknown as Readable };
      else entry.resume();
    }
  } finally {
    unpacked.destroy();
    file.destroy();
  }
}

async function startsGzipped(path: string): Promise<boolean> {
  try {
    const handle = await open(path);
    try {
      const { buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
      return isGzip(buffer);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new UserError(`${path} cannot be read (${messageOf(error)}): check its permissions`);
  }
}

async function bytesOf(stream: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}
