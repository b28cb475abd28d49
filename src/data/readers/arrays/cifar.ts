import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../../errors.js';
import { requireRegular } from '../../../files/regularFile.js';
import type { Reader, SourceEntry } from '../../reader.js';
import { fileBytes } from '../bytes/byteSource.js';
import { openFile } from '../bytes/openFile.js';
import { type ImageItem, openImages } from '../images/imageSet.js';
import { denseArray } from './denseArray.js';
import { pixelItem } from './pixelItems.js';

const SIDE = 32;
const PIXEL_BYTES = 3 * SIDE * SIDE;
const TRAINING = /^(data_batch_\d+|train)\.bin$/;
const FILE = /^(data_batch_\d+|test_batch|train|test)\.bin$/;

/**
 * CIFAR-10's and CIFAR-100's binary files (https://www.cs.toronto.edu/~kriz/cifar.html): records of one label byte
 * (CIFAR-100: coarse, then fine) and 32 × 32 pixels, red, green and blue plane. A folder stands for its training files.
 */
export const cifar: Reader = {
  name: 'cifar',
  takes: "CIFAR's binary files (data_batch_1.bin, test_batch.bin, train.bin)",
  options: ['image'],
  detect: async (entry) => (await filesOf(entry)).length > 0,
  async open(source, inputs, options) {
    const entry = { source, kind: FILE.test(basename(source)) ? 'file' : 'directory' } as const;
    const files = await filesOf(entry);
    if (files.length === 0) {
      throw new UserError(
        `${source} holds no CIFAR files: data_batch_*.bin or train.bin, as they were unpacked`,
      );
    }
    const sizes = await Promise.all(files.map(recordsOf));
    const names = await classNames(dirname(files[0]));
    const opened = await openImages(
      {
        origin: source,
        size: sizes.reduce((sum, { records }) => sum + records, 0),
        async *items() {
          for (const [k, file] of files.entries()) yield* itemsOf(file, sizes[k], names);
        },
      },
      source,
      inputs,
      options,
      `${source} holds no images`,
    );
    const told =
      entry.kind === 'directory'
        ? [`${source} is read as its training files: name test_batch.bin or test.bin for the others`]
        : [];
    return { ...opened, notices: [...told, ...(opened.notices ?? [])] };
  },
};

interface Records {
  readonly records: number;
  /** 1 for CIFAR-10, 2 for CIFAR-100, whose last label byte is the fine class. */
  readonly labelBytes: number;
}

async function filesOf({ source, kind }: Pick<SourceEntry, 'source' | 'kind'>): Promise<string[]> {
  if (kind === 'file') return FILE.test(basename(source)) ? [source] : [];
  if (kind !== 'directory') return [];
  const names = await readdir(source).catch(() => []);
  return names
    .filter((name) => TRAINING.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => join(source, name));
}

/** @throws UserError where the file does not hold whole records. */
async function recordsOf(file: string): Promise<Records> {
  const { handle, size } = await openFile(file);
  await handle.close();
  const labelBytes = basename(file).startsWith('t') && basename(file) !== 'test_batch.bin' ? 2 : 1;
  const records = size / (labelBytes + PIXEL_BYTES);
  if (size === 0 || !Number.isInteger(records)) {
    throw new UserError(
      `${file} holds ${size} bytes, which are no whole records of ${labelBytes + PIXEL_BYTES}: it is truncated or not a CIFAR file, copy it again`,
    );
  }
  return { records, labelBytes };
}

/** The names of the classes from the list that lies beside the files, where it does. */
async function classNames(folder: string): Promise<readonly string[] | undefined> {
  for (const list of ['batches.meta.txt', 'fine_label_names.txt']) {
    const path = join(folder, list);
    await requireRegular(path);
    const text = await readFile(path, 'utf8').catch(() => undefined);
    const names = text?.split(/\r?\n/).filter((line) => line.trim() !== '');
    if (names && names.length > 0) return names;
  }
  return undefined;
}

async function* itemsOf(
  file: string,
  { records, labelBytes }: Records,
  names: readonly string[] | undefined,
): AsyncGenerator<ImageItem> {
  const { handle, size } = await openFile(file);
  try {
    const array = denseArray(fileBytes(handle, file, 0, size), {
      type: 'uint8',
      itemSize: 1,
      bigEndian: false,
      fortranOrder: false,
      shape: [records, labelBytes + PIXEL_BYTES],
      dataStart: 0,
    });
    for await (const chunk of array.read({ block: 1, every: 1 })) {
      for (const record of chunk) {
        if (!('data' in record)) continue;
        const label = Number(record.data[labelBytes - 1]);
        const pixels = { ...record, data: record.data.subarray(labelBytes) };
        yield pixelItem(
          pixels,
          { width: SIDE, height: SIDE, channels: 3, planes: true },
          names?.[label] ?? String(label),
        );
      }
    }
  } finally {
    await handle.close();
  }
}
