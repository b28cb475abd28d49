import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { externalTensor, modelBytes, node, value } from '../support/models.js';
import {
  analyze,
  inspect,
  ROOT,
  readConfig,
  readEmbedding,
  readMoments,
  readRun,
  renderReport,
} from './delve.js';
import { fixture, json, type Kind, operators, protobuf } from './kind.js';

const RUN = 'runs-0.1.0/mnist-cnn';
const models = () =>
  Promise.all([
    ...operators.map((name) => fixture(`onnx-operators/${name}/model.onnx`)),
    fixture('mnist-rnn.onnx'),
  ]);

/** `x · w` with w in a file. */
const external = (location = 'weights.bin') =>
  Buffer.from(
    modelBytes({
      inputs: [value('x', 'float32', ['n', 4])],
      nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
      outputs: [value('y', 'float32', ['n', 3])],
      initializers: [externalTensor('w', 'float32', [4, 3], { location, offset: 0, length: 48 })],
    }),
  );

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

/** Models, runs and configurations. */
export const fileKinds: readonly Kind[] = [
  {
    name: 'onnx',
    file: 'model.onnx',
    structure: protobuf(ModelProtoSchema),
    whole: models,
    read: async (folder) => void (await inspect(join(folder, 'model.onnx'), { cost: false })),
  },
  {
    name: 'onnx-external',
    file: 'model.onnx',
    structure: protobuf(ModelProtoSchema),
    async whole(folder) {
      await writeFile(join(folder, 'weights.bin'), Buffer.alloc(48, 1));
      return [external()];
    },
    read: async (folder) => void (await inspect(join(folder, 'model.onnx'), { cost: false })),
  },
  {
    name: 'external-data',
    file: 'weights.bin',
    runsModel: true,
    async whole(folder) {
      await writeFile(join(folder, 'model.onnx'), external());
      return [Buffer.alloc(96, 7)];
    },
    read: async (folder) =>
      void (await analyze({ model: join(folder, 'model.onnx'), data: 'random:3', provider: 'cpu' })),
  },
  {
    name: 'external-analyze',
    file: 'model.onnx',
    structure: protobuf(ModelProtoSchema),
    runsModel: true,
    async whole(folder) {
      await writeFile(join(folder, 'weights.bin'), Buffer.alloc(48, 1));
      await writeFile(join(folder, 'empty.bin'), '');
      return [external(), external('empty.bin')];
    },
    read: async (folder) =>
      void (await analyze({
        model: join(folder, 'model.onnx'),
        data: 'random:3',
        provider: 'cpu',
        threads: 1,
      })),
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
];
