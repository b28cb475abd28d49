import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { deflateRawSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import type { DataOptions } from '../../src/data/options.js';
import type { ModelInput } from '../../src/onnx/modelInput.js';
import { TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { npyBytes } from '../data/npyBytes.js';
import { zipOf } from '../support/zip.js';
import { openData } from './delve.js';
import { fixture, json, type Kind, operators, protobuf } from './kind.js';

/** All samples of a source, as they would go into a model. */
async function readData(
  source: string,
  shape: ModelInput['shape'],
  type: ModelInput['type'] = 'float32',
  options: Partial<DataOptions> = {},
) {
  const data = await openData({ data: [source], ...options }, [{ name: 'x', type, shape }]);
  try {
    for await (const _ of data.feeds({ batchSize: 4 }));
  } finally {
    await data.close();
  }
}

const values = Float32Array.from({ length: 24 }, (_, i) => i / 7);
const plain = npyBytes("'<f4'", '(6, 4)', values);
const fortran = npyBytes("'>f8'", '(6, 4)', Float64Array.from(values), true);

/** The archive with its entries deflated: the sizes in both headers say so. */
function deflated(archive: Buffer, name: string, data: Buffer): Buffer {
  const small = deflateRawSync(data);
  const at = archive.indexOf(data);
  const changed = Buffer.concat([archive.subarray(0, at), small, archive.subarray(at + data.length)]);
  const directory = changed.indexOf('PK\x01\x02', at, 'latin1');
  for (const facts of [4, directory + 6]) {
    changed.writeUInt16LE(8, facts + 4);
    changed.writeUInt32LE(small.length, facts + 14);
  }
  const end = changed.indexOf('PK\x05\x06', directory, 'latin1');
  changed.writeUInt32LE(directory, end + 16);
  if (changed.toString('latin1', directory + 46, directory + 46 + name.length) !== name)
    throw new Error(name);
  return changed;
}

const archive = () => zipOf({ 'x.npy': plain, 'y.npy': fortran });
const packed = () => deflated(zipOf({ 'x.npy': plain }), 'x.npy', plain);

const table = Buffer.from('a,b,c,d,label\n1,2,3,4,"x ""y"""\n5,6,7,8,z\n-1,2.5,1e3,0,"two\nlines"\n');
const semicolons = Buffer.from('\ufeffa;b;c;d\r\n1;2;3;4\r\n5;6;7;8\r\n', 'utf16le');

const picture = (format: 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff', deep = false) => {
  const pixels = Buffer.from(Uint8Array.from({ length: 3 * 20 * 30 }, (_, i) => (i * 37) % 251));
  const image = sharp(pixels, { raw: { width: 20, height: 30, channels: 3 } });
  return (deep ? image.toColourspace('rgb16') : image)
    .withExif({ IFD0: { Orientation: '6' } })
    .toFormat(format)
    .toBuffer();
};

const record = (label: number) => Buffer.concat([Buffer.of(label), Buffer.alloc(3072, 9 * label)]);

function idx(shape: readonly number[], data: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = 8;
  head[3] = shape.length;
  for (const [axis, size] of shape.entries()) head.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([head, data]);
}

async function tarOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const packer = pack();
  for (const [name, content] of Object.entries(files)) packer.entry({ name }, content);
  packer.finalize();
  return await buffer(packer);
}
const shard = async () =>
  tarOf({
    '0.png': await picture('png'),
    '0.cls': '3',
    '1.json': '{"label": 5}',
    '1.jpg': await picture('jpeg'),
  });

function safetensors(shape: readonly number[], data: Float32Array): Buffer {
  const json = JSON.stringify({ x: { dtype: 'F32', shape, data_offsets: [0, data.byteLength] } });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, Buffer.from(json), Buffer.from(data.buffer)]);
}

const images = (extension: string, format: Parameters<typeof picture>[0]): Kind => ({
  name: extension,
  file: `picture.${extension}`,
  whole: async () => [await picture(format), await picture(format, format === 'png' || format === 'tiff')],
  read: (folder) => readData(folder, ['n', 3, 8, 8]),
});

const lines = Buffer.from(
  '{"x": [[1, 2], [3, 4.5]], "label": "a"}\n{"x": [[-1, 2e3], [0, 1]], "label": "b"}\r\n',
);

/** Parquet files that other software wrote. */
const formats = (...names: readonly string[]) =>
  Promise.all(names.map((name) => fixture(`formats/${name}.parquet`)));

const sound = (name: string) => fixture(`formats/audio/${name}`);

/** Sources of data, by reader. */
export const dataKinds: readonly Kind[] = [
  {
    name: 'npy',
    file: 'data.npy',
    whole: async () => [plain, fortran],
    read: (folder) => readData(join(folder, 'data.npy'), ['n', 4]),
  },
  {
    name: 'npz',
    file: 'data.npz',
    whole: async () => [archive(), packed()],
    read: (folder) => readData(join(folder, 'data.npz'), ['n', 4]),
  },
  {
    name: 'hdf5',
    file: 'data.h5',
    whole: async () => [await fixture('formats/h5py.h5')],
    read: (folder) => readData(`${join(folder, 'data.h5')}:/train/x`, ['n', 6]),
  },
  {
    name: 'csv',
    file: 'data.csv',
    whole: async () => [table, semicolons],
    read: (folder) => readData(join(folder, 'data.csv'), ['n', 4]),
  },
  {
    name: 'onnx-test-set',
    file: 'test_data_set_0/input_0.pb',
    structure: protobuf(TensorProtoSchema),
    async whole(folder) {
      await mkdir(join(folder, 'test_data_set_0'), { recursive: true });
      return Promise.all(
        operators.map((name) => fixture(`onnx-operators/${name}/test_data_set_0/input_0.pb`)),
      );
    },
    read: (folder) => readData(folder, undefined),
  },
  images('png', 'png'),
  images('jpg', 'jpeg'),
  images('webp', 'webp'),
  images('gif', 'gif'),
  images('tiff', 'tiff'),
  {
    name: 'idx',
    file: 'train-images-idx3-ubyte',
    whole: async () => [idx([3, 8, 8], new Uint8Array(192)), gzipSync(idx([3, 8, 8], new Uint8Array(192)))],
    read: (folder) => readData(join(folder, 'train-images-idx3-ubyte'), ['n', 1, 8, 8]),
  },
  {
    name: 'cifar',
    file: 'test_batch.bin',
    whole: async () => [Buffer.concat([record(1), record(9)])],
    read: (folder) => readData(join(folder, 'test_batch.bin'), ['n', 3, 32, 32]),
  },
  {
    name: 'raw',
    file: 'data.bin',
    whole: async () => [Buffer.from(values.buffer)],
    read: (folder) => readData(join(folder, 'data.bin'), ['n', 4], 'float32', { dtype: 'float32' }),
  },
  {
    name: 'safetensors',
    file: 'data.safetensors',
    whole: async () => [safetensors([6, 4], values)],
    read: (folder) => readData(join(folder, 'data.safetensors'), ['n', 4]),
  },
  {
    name: 'tar',
    file: 'data.tar',
    whole: async () => [await shard(), gzipSync(await shard())],
    read: (folder) => readData(join(folder, 'data.tar'), ['n', 3, 8, 8]),
  },
  {
    name: 'zip',
    file: 'data.zip',
    whole: async () => [zipOf({ 'a/1.png': await picture('png'), 'b/2.jpg': await picture('jpeg') })],
    read: (folder) => readData(join(folder, 'data.zip'), ['n', 3, 8, 8]),
  },
  {
    name: 'jsonl',
    file: 'data.jsonl',
    whole: async () => [lines, gzipSync(lines)],
    read: (folder) => readData(join(folder, 'data.jsonl'), ['n', 2, 2]),
  },
  {
    name: 'parquet',
    file: 'data.parquet',
    whole: () => formats('codec-none', 'codec-gzip', 'codec-brotli', 'codec-lz4', 'codec-zstd', 'encodings'),
    read: (folder) => readData(join(folder, 'data.parquet'), ['n', 4]),
  },
  {
    name: 'parquet-lists',
    file: 'data.parquet',
    whole: () => formats('lists-1', 'lists-2'),
    read: (folder) =>
      readData(join(folder, 'data.parquet'), ['n', 2, 3], 'float32', { csv: { columns: 'grid' } }),
  },
  {
    name: 'parquet-images',
    file: 'data.parquet',
    whole: () => formats('images'),
    read: (folder) => readData(join(folder, 'data.parquet'), ['n', 1, 3, 4]),
  },
  {
    name: 'wav',
    file: 'sound.wav',
    whole: () =>
      Promise.all(['pcm_u8', 'pcm_24', 'extensible', 'double'].map((name) => sound(`${name}.wav`))),
    read: (folder) =>
      readData(join(folder, 'sound.wav'), ['n', 'samples'], 'float32', { audio: { window: 50 } }),
  },
  {
    name: 'flac',
    file: 'sound.flac',
    whole: () => Promise.all(['mono16', 'stereo24'].map((name) => sound(`${name}.flac`))),
    read: (folder) =>
      readData(join(folder, 'sound.flac'), ['n', 'samples'], 'float32', { audio: { sampleRate: 16000 } }),
  },
  {
    name: 'tokenizer',
    file: 'tokenizer.json',
    whole: async (folder) => {
      await writeFile(join(folder, 'texts.txt'), await fixture('formats/text/sentences.txt'));
      return Promise.all(['wordpiece', 'bpe', 'unigram'].map((name) => fixture(`formats/text/${name}.json`)));
    },
    structure: json,
    read: (folder) =>
      readData(join(folder, 'texts.txt'), ['n', 'tokens'], 'int64', {
        text: { tokenizer: join(folder, 'tokenizer.json'), maxLength: 20 },
      }),
  },
];
