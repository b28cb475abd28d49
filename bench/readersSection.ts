import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import sharp from 'sharp';
import tar from 'tar-stream';
import type { DataOptions } from '../src/data/options.js';
import type { Context, Measured } from './context.js';
import { openData } from './delve.js';
import { writePhotographs } from './models/photographs.js';
import { normal } from './models/random.js';
import { compare, summary } from './paired.js';
import { PythonPeer } from './pythonPeer.js';
import { notInstalled } from './row.js';
import { writeData } from './workload.js';

/** Of 32 × 32 pixels of RGB, or a row of 64 numbers. */
const SAMPLES = 5000;
const PIXELS = [3, 32, 32];
const FEATURES = 64;
const PHOTOGRAPHS = 500;
const BATCH = 64;

interface Source extends Pick<DataOptions, 'image' | 'csv' | 'shapes' | 'dtype'> {
  readonly name: string;
  readonly path: string;
  readonly dims: readonly number[];
  readonly samples: number;
}

/** Samples a second that each reader gives, in batches of 64 in order; JPEGs beside torchvision's loader on the same files. */
export async function readersSection(context: Context): Promise<Measured> {
  const sources = await written(join(context.folder, 'readers'));
  const rates: Record<string, unknown> = {};
  for (const source of sources) {
    const { [source.name]: found } = await compare({ [source.name]: () => seconds(source) }, context.rounds);
    rates[source.name] = summary(found.rounds.map((each) => source.samples / each));
    context.log(`${source.name}: ${Math.round(source.samples / found.cost.median)} samples/s`);
  }
  const photographs = sources.find(({ name }) => name === 'JPEG');
  if (!photographs) throw new Error('no photographs');
  const work = `torchvision ImageFolder + DataLoader, two workers ÷ delve, ${PHOTOGRAPHS} JPEGs to 224 × 224`;
  const peer = await PythonPeer.start(context.python, 'image_folder.py', [
    dirname(photographs.path),
    String(BATCH),
  ]);
  if (typeof peer === 'string') {
    return { rows: [notInstalled(work, undefined, peer)], details: { samplesPerSecond: rates } };
  }
  try {
    Object.assign(context.versions, peer.versions);
    const both = await compare(
      { delve: () => seconds(photographs), torchvision: () => peer.seconds('run') },
      context.rounds,
    );
    rates.torchvision = summary(both.torchvision.rounds.map((each) => PHOTOGRAPHS / each));
    return { rows: [{ work, ratio: both.torchvision.ratio }], details: { samplesPerSecond: rates } };
  } finally {
    await peer.close();
  }
}

/** Opens, reads all, closes. */
async function seconds({ path, dims, samples, name: _, ...options }: Source): Promise<number> {
  const start = performance.now();
  const source = await openData({ data: [path], ...options }, [
    { name: 'input', type: 'float32', shape: ['batch', ...dims] },
  ]);
  let read = 0;
  for await (const feed of source.feeds({ batchSize: BATCH })) read += feed.samples;
  await source.close();
  if (read !== samples) throw new Error(`${read} of ${samples} samples of ${path} were read`);
  return (performance.now() - start) / 1000;
}

async function written(folder: string): Promise<Source[]> {
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
  await writeFile(at('images.tar'), await tarOfPictures(bytes, size));
  const image = { resize: '224x224' };
  return [
    { name: 'npy, float32 3×32×32', path: at('images.npy'), ...images },
    { name: 'raw bytes', path: at('images.bin'), ...images, dtype: 'uint8', shapes: { input: [...PIXELS] } },
    { name: 'safetensors, bytes', path: at('images.safetensors'), ...images },
    { name: 'IDX, gzipped, 32×32', path: at('images-idx3-ubyte.gz'), dims: [1, 32, 32], samples: SAMPLES },
    { name: 'CSV, 64 columns', path: at('rows.csv'), ...rows },
    { name: 'JSON Lines, a list of 64', path: at('rows.jsonl'), ...rows },
    { name: 'Parquet, 64 columns', path: at('rows.parquet'), ...rows },
    { name: 'tar of PNG, 32×32', path: at('images.tar'), dims: PIXELS, samples: 1000 },
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

async function tarOfPictures(bytes: Uint8Array, size: number): Promise<Buffer> {
  const pack = tar.pack();
  const [channels, height, width] = PIXELS;
  const chunks: Buffer[] = [];
  const read = (async () => {
    for await (const chunk of pack) chunks.push(Buffer.from(chunk as Uint8Array));
  })();
  for (let i = 0; i < 1000; i++) {
    const raw = { width, height, channels: channels as 3 };
    const picture = await sharp(bytes.slice(i * size, (i + 1) * size), { raw })
      .png()
      .toBuffer();
    pack.entry({ name: `${String(i).padStart(4, '0')}.png` }, picture);
  }
  pack.finalize();
  await read;
  return Buffer.concat(chunks);
}
