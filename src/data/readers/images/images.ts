import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Reader } from '../../reader.js';
import { type FoundFile, filesBelow, isImageFile } from './imageFiles.js';
import { requireImageSize } from './imageRoom.js';
import { type ImageItem, openImages } from './imageSet.js';

/** A folder of images, with a class a sub-folder where it has any, or a single image. */
export const images: Reader = {
  name: 'images',
  takes: 'an image or a folder of images (PNG, JPEG, WebP, TIFF, GIF, AVIF)',
  options: ['image'],
  detect: ({ kind, source }) => kind === 'directory' || (kind === 'file' && isImageFile(source)),
  async open(source, inputs, options) {
    const { size, ignored } = await count(source);
    return openImages(
      { origin: source, size, ignored, anyOrder: true, items: () => itemsOf(source) },
      source,
      inputs,
      options,
      `${source} holds no images (${ignored} other files): PNG, JPEG, WebP, TIFF, GIF and AVIF are read`,
    );
  },
};

async function* imageFiles(source: string): AsyncGenerator<FoundFile> {
  if ((await stat(source)).isDirectory()) yield* filesBelow(source);
  else yield { path: source, inside: basename(source), isImage: true };
}

async function count(source: string): Promise<{ size: number; ignored: number }> {
  let size = 0;
  let ignored = 0;
  for await (const { isImage } of imageFiles(source)) {
    if (isImage) size++;
    else ignored++;
  }
  return { size, ignored };
}

async function* itemsOf(source: string): AsyncGenerator<ImageItem> {
  for await (const { path, inside, isImage } of imageFiles(source)) {
    if (!isImage) continue;
    const label = folderLabel(inside);
    yield { origin: path, ...(label === undefined ? {} : { label }), load: () => imageBytes(path) };
  }
}

/** The bytes of an image file. @throws UserError where there are too many for an image. */
export async function imageBytes(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    requireImageSize(size);
    // Of known size: in one piece.
    const bytes = new Uint8Array(size);
    let read = 0;
    while (read < size) {
      const { bytesRead } = await file.read(bytes, read, size - read, read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return read < size ? bytes.subarray(0, read) : bytes;
  } finally {
    await file.close();
  }
}

/** The class of a file in a set of class folders: the first folder on its way. */
export function folderLabel(inside: string): string | undefined {
  const slash = inside.indexOf('/');
  return slash > 0 ? inside.slice(0, slash) : undefined;
}
