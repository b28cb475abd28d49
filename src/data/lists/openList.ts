import { dirname } from 'node:path';
import { UserError } from '../../errors.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import type { DataOptions } from '../options.js';
import type { OpenedSource, OpenedStreams, Reader } from '../reader.js';
import { isImageFile } from '../readers/images/imageFiles.js';
import { openImages } from '../readers/images/imageSet.js';
import { folderLabel, imageBytes } from '../readers/images/images.js';
import { concatenated } from './concatenated.js';

/** Files that are held open together. */
const MOST_OPEN = 4096;

/**
 * A list of files as one source, in its order: images as a set of images, with a class a folder below the one that is
 * common to all; other files one after the other.
 *
 * @param readerOf finds the reader of a file.
 * @throws UserError where files are of different kinds, or one of them cannot be opened.
 */
export async function openList(
  source: string,
  files: readonly string[],
  inputs: readonly ModelInput[],
  options: DataOptions,
  readerOf: (file: string) => Promise<Reader>,
): Promise<{ reader: string; opened: OpenedSource }> {
  const asked = options.reader === undefined || options.reader === 'images';
  if (asked && files.every(isImageFile)) {
    return { reader: 'images', opened: await imageList(source, files, inputs, options) };
  }
  if (files.length > MOST_OPEN) {
    throw new UserError(
      `${source} names ${files.length} files that are no images, of which at most ${MOST_OPEN} can be read as one source: join them`,
    );
  }
  const parts: OpenedStreams[] = [];
  const reader = await readerOf(files[0]);
  try {
    for (const file of files) {
      const other = await readerOf(file);
      if (other !== reader) {
        throw new UserError(
          `${source} names files of different kinds: ${files[0]} is read as ${reader.name}, ${file} as ${other.name}`,
        );
      }
      const opened = await reader.open(file, inputs, options);
      if (!('streams' in opened)) {
        throw new UserError(
          `${file} brings its own batches and can be no part of a list: pass it as --data ${file}`,
        );
      }
      parts.push(opened);
    }
  } catch (error) {
    for (const part of parts) await part.close?.();
    throw error;
  }
  return { reader: reader.name, opened: joined(source, parts, inputs) };
}

function joined(
  source: string,
  parts: readonly OpenedStreams[],
  inputs: readonly ModelInput[],
): OpenedStreams {
  const [first] = parts;
  const streams = inputs.map(({ name }) => {
    const each = parts.flatMap((part) => part.streams.get(name) ?? []);
    return [name, concatenated(source, each)] as const;
  });
  return {
    streams: new Map(streams),
    ...(first.preprocessing ? { preprocessing: first.preprocessing } : {}),
    notices: [...new Set(parts.flatMap(({ notices = [] }) => notices))].slice(0, 3),
    async close() {
      for (const part of parts) await part.close?.();
    },
  };
}

async function imageList(
  source: string,
  files: readonly string[],
  inputs: readonly ModelInput[],
  options: DataOptions,
): Promise<OpenedStreams> {
  const common = commonFolder(files);
  const labels = files.map((file) => folderLabel(file.slice(common.length)));
  const items = async function* () {
    for (const [i, path] of files.entries()) {
      const label = labels[i];
      yield { origin: path, ...(label === undefined ? {} : { label }), load: () => imageBytes(path) };
    }
  };
  const set = { origin: source, size: files.length, items };
  return openImages(set, source, inputs, options, `${source} names no images`);
}

/** The folder that all files lie below, with its slash; empty where there is none. */
function commonFolder(files: readonly string[]): string {
  let common = `${dirname(files[0])}/`;
  if (!files[0].includes('/')) return '';
  for (const file of files) {
    while (common !== '' && !file.startsWith(common))
      common = common.slice(0, common.lastIndexOf('/', common.length - 2) + 1);
  }
  return common;
}
