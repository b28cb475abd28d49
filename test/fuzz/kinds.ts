import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import sharp from 'sharp';
import type { ModelInput } from '../../src/onnx/modelInput.js';
import { ModelProtoSchema, TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { npyBytes } from '../data/npyBytes.js';
import { externalTensor, modelBytes, node, value } from '../support/models.js';
import { zipOf } from '../support/zip.js';
import {
  analyze,
  inspect,
  openData,
  ROOT,
  readConfig,
  readEmbedding,
  readMoments,
  readRun,
  renderReport,
} from './delve.js';
import type { Structure } from './mutate.js';

/** A kind of file that delve reads. */
export interface Kind {
  readonly name: string;
  /** What the damaged file is called, in a folder of its own. */
  readonly file: string;
  /** Whole files, to be damaged; what else belongs into the folder is written there. */
  whole(folder: string): Promise<Buffer[]>;
  readonly structure?: Structure;
  /** Reads the damaged file, to the end. */
  read(folder: string): Promise<void>;
  /** It may end the process, as ONNX Runtime runs what it says: only in a process of its own. */
  readonly runsModel?: boolean;
}

const json: Structure = {
  parse: (bytes) => JSON.parse(bytes.toString()),
  write: (tree) => JSON.stringify(tree),
};

/** Messages of protobuf, as `changedTree` leaves them, are still objects of their schema, whatever they hold. */
const protobuf = <Desc extends DescMessage>(schema: Desc): Structure => ({
  parse: (bytes) => fromBinary(schema, bytes),
  write: (tree) => toBinary(schema, tree as MessageShape<Desc>),
});

const fixture = (path: string) => readFile(join(ROOT, 'fixtures', path));
const RUN = 'runs-0.1.0/mnist-cnn';
const operators = [
  'node/test_convtranspose_pads',
  'node/test_gemm_all_attributes',
  'node/test_lstm_with_peepholes',
  'node/test_qlinearconv',
  'pytorch-converted/test_Conv2d_groups',
];
const models = () =>
  Promise.all([
    ...operators.map((name) => fixture(`onnx-operators/${name}/model.onnx`)),
    fixture('mnist-rnn.onnx'),
  ]);

/** `x · w` with w in a file. */
const external = () =>
  Buffer.from(
    modelBytes({
      inputs: [value('x', 'float32', ['n', 4])],
      nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
      outputs: [value('y', 'float32', ['n', 3])],
      initializers: [
        externalTensor('w', 'float32', [4, 3], { location: 'weights.bin', offset: 0, length: 48 }),
      ],
    }),
  );

/** All samples of a source, as they would go into a model. */
async function readData(source: string, shape: ModelInput['shape'], type: ModelInput['type'] = 'float32') {
  const data = await openData({ data: [source] }, [{ name: 'x', type, shape }]);
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

const images = (extension: string, format: Parameters<typeof picture>[0]): Kind => ({
  name: extension,
  file: `picture.${extension}`,
  whole: async () => [await picture(format), await picture(format, format === 'png' || format === 'tiff')],
  read: (folder) => readData(folder, ['n', 3, 8, 8]),
});

const CONFIG = {
  model: 'model.onnx',
  data: { input: 'images', mask: 'random:3' },
  out: 'build/model.delve',
  reports: [{ format: 'csv', output: 'report.csv' }],
  minSaturation: { 'layer*': 0.1, default: 0.05 },
  rules: [{ layers: ['*', '!fc'], statistic: 'saturation', aggregate: 'mean', min: 0.1, level: 'warn' }],
  analyze: {
    thresholds: [0.99, 0.9],
    image: { mean: [0.5], resize: '32x32' },
    layers: ['layer*'],
    shapes: { x: [3, 4] },
  },
  baseline: 'kept.delve',
};

export const kinds: readonly Kind[] = [
  {
    name: 'onnx',
    file: 'model.onnx',
    structure: protobuf(ModelProtoSchema),
    whole: models,
    read: async (folder) => void (await inspect(join(folder, 'model.onnx'))),
  },
  {
    name: 'onnx-external',
    file: 'model.onnx',
    structure: protobuf(ModelProtoSchema),
    async whole(folder) {
      await writeFile(join(folder, 'weights.bin'), Buffer.alloc(48, 1));
      return [external()];
    },
    read: async (folder) => void (await inspect(join(folder, 'model.onnx'))),
  },
  {
    name: 'external-data',
    file: 'weights.bin',
    runsModel: true,
    async whole(folder) {
      await writeFile(join(folder, 'model.onnx'), external());
      return [Buffer.from(values.buffer)];
    },
    read: async (folder) =>
      void (await analyze({ model: join(folder, 'model.onnx'), data: 'random:3', provider: 'cpu' })),
  },
  {
    name: 'onnx-analyze',
    file: 'model.onnx',
    structure: protobuf(ModelProtoSchema),
    runsModel: true,
    whole: models,
    read: async (folder) =>
      void (await analyze({
        model: join(folder, 'model.onnx'),
        data: 'random:3',
        provider: 'cpu',
        threads: 1,
      })),
  },
  {
    name: 'run.json',
    file: 'run.json',
    structure: json,
    whole: async () => [await fixture(`${RUN}/run.json`)],
    async read(folder) {
      const run = await readRun(folder);
      for (const format of ['table', 'csv', 'markdown', 'html'] as const)
        await renderReport([run], { format });
    },
  },
  {
    name: 'moments.safetensors',
    file: 'moments.safetensors',
    async whole(folder) {
      await copyFile(join(ROOT, 'fixtures', RUN, 'run.json'), join(folder, 'run.json'));
      return [await fixture(`${RUN}/moments.safetensors`)];
    },
    read: async (folder) => void (await readMoments(folder, await readRun(folder))),
  },
  {
    name: 'embedding.csv',
    file: 'embedding.csv',
    async whole(folder) {
      await copyFile(join(ROOT, 'fixtures', RUN, 'run.json'), join(folder, 'run.json'));
      const { layers, data } = await readRun(folder);
      const rows = layers.flatMap(({ name }) =>
        Array.from({ length: data.samples }, (_, i) => `${name},${i},${i % 3},${i / 7},${-i}\r\n`),
      );
      return [Buffer.from(`layer,sample,label,x,y\r\n${rows.join('')}`)];
    },
    read: async (folder) => void (await readEmbedding(folder, await readRun(folder))),
  },
  {
    name: 'delve.config.json',
    file: 'delve.config.json',
    structure: json,
    whole: async () => [Buffer.from(JSON.stringify(CONFIG, undefined, 2))],
    read: async (folder) => void (await readConfig(join(folder, 'delve.config.json'))),
  },
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
];
