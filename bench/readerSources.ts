import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import h5wasm from 'h5wasm/node';
import { parquetWriteBuffer } from 'hyparquet-writer';
import sharp from 'sharp';
import tar from 'tar-stream';
import type { DataOptions } from '../src/data/options.js';
import type { ElementType } from '../src/onnx/elementType.js';
import { zipOf } from '../test/support/zip.js';
import { writePhotographs } from './models/photographs.js';
import { normal } from './models/random.js';
import { writeData } from './workload.js';

/** Of 32 × 32 pixels of RGB, or a row of 64 numbers. */
const SAMPLES = 5000;
const PIXELS = [3, 32, 32] as const;
const FEATURES = 64;
/** PNG files in archives. */
const PICTURES = 1000;
export const PHOTOGRAPHS = 500;
/** Seconds of sound at this rate. */
const [SECONDS, RATE] = [160, 16_000];
const WINDOW = 512;
/** How often the sentences of the fixture are repeated. */
const REPEATED = 20;

/** What a reader is to read, and for which input. */
export interface Source
  extends Pick<DataOptions, 'image' | 'csv' | 'shapes' | 'dtype' | 'audio' | 'text' | 'reader'> {
  readonly name: string;
  readonly path: string;
  readonly type?: ElementType;
  readonly dims: readonly (number | string)[];
  readonly samples: number;
}

/** Writes a source for each reader. */
export async function writtenSources(folder: string): Promise<Source[]> {
  await mkdir(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  const images = { dims: PIXELS, samples: SAMPLES };
  const rows = { dims: [FEATURES], samples: SAMPLES };
  const size = PIXELS.reduce((product, length) => product * length, 1);
  await writeData({ data: at('images.npy'), dims: PIXELS, batchSize: SAMPLES, batches: 1 });
  const bytes = Uint8Array.from({ length: SAMPLES * size }, (_, i) => (i * 31 + (i >> 9)) % 256);
  await writeFile(at('images.bin'), bytes);
  await writeFile(at('images-idx3-ubyte.gz'), gzipSync(idx(bytes.subarray(0, SAMPLES * 1024))));
  await writeFile(at('images.safetensors'), safetensors(bytes));
  const next = normal(7);
  const table = Array.from({ length: SAMPLES }, () => Array.from({ length: FEATURES }, next));
  const names = Array.from({ length: FEATURES }, (_, k) => `f${k}`);
  await writeFile(at('rows.csv'), [names, ...table].map((row) => row.join(',')).join('\n'));
  await writeFile(at('rows.jsonl'), table.map((row) => JSON.stringify({ values: row })).join('\n'));
  const columns = names.map((name, k) => ({
    ...{ name, type: 'DOUBLE' as const },
    data: table.map((row) => row[k]),
  }));
  await writeFile(at('rows.parquet'), new Uint8Array(parquetWriteBuffer({ columnData: columns })));
  await writePhotographs(join(folder, 'photographs', 'all'), PHOTOGRAPHS);
  const pictures = await pngs(bytes, size);
  await writeFile(at('images.tar'), await tarOf(pictures));
  await writeFile(at('shard.tar'), await tarOf(withClasses(pictures)));
  await writeFile(at('images.zip'), zipOf(pictures));
  await h5wasm.ready;
  const numbers = Float32Array.from(table.flat());
  const file = new h5wasm.File(at('rows.h5'), 'w');
  file.create_dataset({ name: 'x', data: numbers, shape: [SAMPLES, FEATURES] });
  file.close();
  await writeFile(at('sound.wav'), wav(Float64Array.from({ length: SECONDS * RATE }, next)));
  await copyFile(fixture('wordpiece.json'), at('tokenizer.json'));
  const sentences = await readFile(fixture('sentences.txt'), 'utf8');
  const texts = sentences.trim().split('\n');
  await writeFile(at('texts.txt'), Array.from({ length: REPEATED }, () => texts.join('\n')).join('\n'));
  const image = { resize: '224x224' };
  return [
    { name: 'npy, float32 3×32×32', path: at('images.npy'), ...images },
    { name: 'raw bytes', path: at('images.bin'), ...images, dtype: 'uint8', shapes: { input: [...PIXELS] } },
    { name: 'safetensors, bytes', path: at('images.safetensors'), ...images },
    { name: 'IDX, gzipped, 32×32', path: at('images-idx3-ubyte.gz'), dims: [1, 32, 32], samples: SAMPLES },
    { name: 'CSV, 64 columns', path: at('rows.csv'), ...rows },
    { name: 'JSON Lines, a list of 64', path: at('rows.jsonl'), ...rows },
    { name: 'Parquet, 64 columns', path: at('rows.parquet'), ...rows },
    { name: 'tar of PNG, 32×32', path: at('images.tar'), dims: PIXELS, samples: PICTURES },
    { name: 'WebDataset of PNG, 32×32', path: at('shard.tar'), dims: PIXELS, samples: PICTURES },
    { name: 'zip of PNG, 32×32', path: at('images.zip'), dims: PIXELS, samples: PICTURES },
    { name: 'HDF5, 64 columns', path: `${at('rows.h5')}:/x`, ...rows },
    {
      ...{ name: `WAV, windows of ${WINDOW}`, path: at('sound.wav'), dims: [WINDOW] },
      ...{ samples: Math.floor((SECONDS * RATE) / WINDOW) },
    },
    {
      ...{ name: `WAV, resampled to half, windows of ${WINDOW}`, path: at('sound.wav'), dims: [WINDOW] },
      ...{ samples: Math.floor((SECONDS * RATE) / 2 / WINDOW), audio: { sampleRate: RATE / 2 } },
    },
    {
      ...{ name: 'text, WordPiece', path: at('texts.txt'), type: 'int64' as const, dims: ['length'] },
      ...{ samples: REPEATED * texts.length, text: { tokenizer: at('tokenizer.json') } },
    },
    {
      ...{ name: 'JPEG', path: join(folder, 'photographs', 'all'), dims: [3, 224, 224], image },
      samples: PHOTOGRAPHS,
    },
  ];
}

/** The length of the header in eight bytes, the header as JSON, and the bytes. */
function safetensors(bytes: Uint8Array): Buffer {
  const entry = { dtype: 'U8', shape: [SAMPLES, ...PIXELS], data_offsets: [0, bytes.length] };
  const header = Buffer.from(JSON.stringify({ images: entry }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, bytes]);
}

/** MNIST's format: a magic number, the dimensions in big-endian order, and the bytes. */
function idx(bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(16);
  for (const [i, value] of [0x803, SAMPLES, 32, 32].entries()) header.writeUInt32BE(value, 4 * i);
  return Buffer.concat([header, bytes]);
}

/** Of the first pixels, by name. */
async function pngs(bytes: Uint8Array, size: number): Promise<Record<string, Uint8Array>> {
  const [channels, height, width] = PIXELS;
  const found: [string, Uint8Array][] = [];
  for (let i = 0; i < PICTURES; i++) {
    const raw = { width, height, channels };
    const pixels = bytes.slice(i * size, (i + 1) * size);
    const picture = await sharp(pixels, { raw }).png().toBuffer();
    found.push([`${String(i).padStart(4, '0')}.png`, picture]);
  }
  return Object.fromEntries(found);
}

/** Each with its class in a file beside it, as WebDataset writes them. */
function withClasses(pictures: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> {
  const entries = Object.entries(pictures).flatMap(([name, picture], i): [string, Uint8Array][] => [
    [name, picture],
    [name.replace('.png', '.cls'), Buffer.from(String(i % 10))],
  ]);
  return Object.fromEntries(entries);
}

async function tarOf(files: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const pack = tar.pack();
  const chunks: Buffer[] = [];
  const read = (async () => {
    for await (const chunk of pack) chunks.push(Buffer.from(chunk as Uint8Array));
  })();
  for (const [name, data] of Object.entries(files)) pack.entry({ name }, Buffer.from(data));
  pack.finalize();
  await read;
  return Buffer.concat(chunks);
}

/** A WAV file of one channel of 16-bit values. */
function wav(values: Float64Array): Buffer {
  const data = Int16Array.from(values, (value) => Math.max(-32768, Math.min(32767, 8000 * value)));
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  // PCM, channels, rate, bytes a second, bytes a frame, bits.
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(2 * RATE, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.byteLength, 40);
  return Buffer.concat([head, Buffer.from(data.buffer)]);
}

/** Of the tests; this file runs from `bench/dist/bench`. */
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../../fixtures/formats/text/${name}`, import.meta.url));
