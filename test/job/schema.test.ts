import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { statisticNames } from '../../src/check/statistics.js';
import { UserError } from '../../src/errors.js';
import { jobConfigOf } from '../../src/job/jobConfig.js';
import { formats } from '../../src/report/formats.js';

const FILE = 'schema/delve.config.schema.json';
const schema = JSON.parse(readFileSync(FILE, 'utf8'));
// `required` beside `properties` of an outer object is how a condition reads in draft 07.
const accepts = new Ajv({ strict: true, strictRequired: false, strictTypes: false }).compile(schema);

const rules = (...list: unknown[]) => ({ rules: list });
const analyze = (settings: unknown) => ({ analyze: settings });
const saturation = (rest: object) => rules({ statistic: 'saturation', ...rest });

const good: readonly unknown[] = [
  {},
  { $schema: './node_modules/delve-onnx/schema/delve.config.schema.json' },
  {
    minSaturation: 0.05,
    maxSaturation: { '*': 1 },
    maxDrop: { '*': 0.1, 'layer4.*': 0 },
    baseline: 'main.delve',
    allowDifferent: 'preprocessing',
    confidence: 0.95,
  },
  { allowDifferent: ['observation', 'preprocessing', 'data', 'samples', 'precision'] },
  { model: 'm.onnx', data: 'images/', out: 'm.delve' },
  { model: 'checkpoints/epoch_*.onnx', data: 'images/' },
  { model: ['a.onnx', 'b/*.onnx'] },
  { data: { ids: 'ids.npy', mask: 'random:8' } },
  rules(),
  saturation({ min: 0, max: 1 }),
  saturation({ layers: 'layer4.*', min: 0.1 }),
  saturation({ layers: ['a', '<script>"'], op: ['Conv', 'Gemm'], maxDrop: 0.1, maxRise: 0, level: 'warn' }),
  saturation({ level: 'off' }),
  saturation({ aggregate: 'mean', min: 0.2 }),
  saturation({ aggregate: 'sum', max: 12 }),
  saturation({ aggregate: 'share', below: 0.1, max: 0.25 }),
  saturation({ aggregate: 'share', below: 0.1, above: 0.9, max: 0.25 }),
  rules({ statistic: 'trace', max: 1e9 }, { statistic: 'logDeterminant', min: -500 }),
  rules({ statistic: 'tail', max: 0 }, { statistic: 'dead', aggregate: 'share', max: 0.1 }),
  rules({ statistic: 'tail', level: 'off' }),
  { reports: [] },
  { reports: [{ format: 'csv', output: 'layers.csv' }] },
  { reports: [{ format: './mine.mjs', output: 'mine.txt' }] },
  { reports: [{ format: 'table', output: 'out/', plot: 'spectrum', width: 800, dpi: 300 }] },
  analyze({}),
  analyze({
    image: { resize: 256, crop: '224x224', scale: 1, mean: [0.5], std: [0.5], color: 'rgb', layout: 'nchw' },
  }),
  analyze({
    image: { resize: { width: 3, height: 4 } },
    csv: { columns: '3-10', labelColumn: 1, header: true },
  }),
  analyze({ csv: { columns: ['a', 'b'], labelColumn: 'class' }, batchSize: 'auto', device: [0, 1] }),
  analyze({ layers: ['a*'], exclude: ['b'], operators: ['Relu'], shapes: { image: [3, 224, 224] }, seed: 0 }),
  analyze({ convMethod: 'mean', sequenceMethod: 'last', precision: 'float32', measureAt: 'output' }),
  analyze({ interpolate: 8, interpolation: 'nearest', thresholds: [0.9, 1], idimRule: 'delve-0.1.50' }),
  analyze({ maxSamples: 10, every: 2, threads: 1, batchSize: 8, device: 0, provider: 'cpu', split: 'train' }),
  analyze({ shard: '3/16' }),
  analyze({ shard: 'auto' }),
  analyze({ reader: 'csv', onError: 'skip', moments: true, embedding: false }),
];

const bad: readonly unknown[] = [
  null,
  [],
  'x',
  { modle: 'm.onnx' },
  { model: 1 },
  { model: [] },
  { model: ['a.onnx', 3] },
  { model: {} },
  { data: 3 },
  { data: ['a', 'b'] },
  { data: { ids: 3 } },
  { out: null },
  { baseline: '' },
  { allowDifferent: 'mean' },
  { confidence: 95 },
  { confidence: '0.95' },
  { rules: [{ statistic: 'saturation', min: 0.1, confidence: 1 }] },
  { allowDifferent: ['samples', 3] },
  { baseline: 3 },
  { minSaturation: 5 },
  { minSaturation: '0.1' },
  { maxDrop: { a: -1 } },
  { maxDrop: { a: null } },
  { maxDrop: { '': 0.1 } },
  { maxRise: 0.1 },
  { rules: {} },
  rules(3),
  rules({}),
  rules({ min: 1 }),
  rules({ statistic: 'saturatoin', min: 0.1 }),
  rules({ statistic: '__proto__', min: 0.1 }),
  saturation({}),
  saturation({ level: 'warn' }),
  saturation({ min: '0.1' }),
  saturation({ min: null }),
  saturation({ min: 5 }),
  saturation({ max: -0.1 }),
  saturation({ mim: 0.1 }),
  saturation({ min: 0.1, level: 'fatal' }),
  saturation({ min: 0.1, layers: '' }),
  saturation({ min: 0.1, layers: [] }),
  saturation({ min: 0.1, op: [3] }),
  saturation({ maxDrop: -0.1 }),
  saturation({ min: 0.1, below: 0.2 }),
  saturation({ min: 0.1, aggregate: 'mean', above: 0.2 }),
  saturation({ min: 0.1, aggregate: 'average' }),
  saturation({ max: 0.1, aggregate: 'share' }),
  saturation({ max: 10, aggregate: 'share', below: 0.5 }),
  rules({ statistic: 'trace', maxRise: -1 }),
  rules({ statistic: 'trace', aggregate: 'share', below: 3, max: 2 }),
  rules({ statistic: 'deadShare', max: 50 }),
  rules({ statistic: 'tail', aggregate: 'mean', max: 0 }),
  rules({ statistic: 'tail', aggregate: 'share', below: 3, max: 0 }),
  rules({ statistic: 'tail', aggregate: 'share', max: 2 }),
  { reports: {} },
  { reports: [{ format: 'cvs', output: 'x' }] },
  { reports: [{ format: 'csv' }] },
  { reports: [{ output: 'x' }] },
  { reports: [{ format: 'csv', output: 'x', plot: 'bars' }] },
  { reports: [{ format: 'csv', output: 'x', dpi: 0 }] },
  analyze([]),
  analyze({ batch: 32 }),
  analyze({ batchSize: 0 }),
  analyze({ batchSize: 1.5 }),
  analyze({ batchSize: 'all' }),
  analyze({ thresholds: ['0.9'] }),
  analyze({ thresholds: [0] }),
  analyze({ thresholds: 0.9 }),
  analyze({ image: { resize: '224x' } }),
  analyze({ image: { resize: { width: 3 } } }),
  analyze({ image: { resize: 0 } }),
  analyze({ image: { mean: '0.5' } }),
  analyze({ image: { colour: 'rgb' } }),
  analyze({ csv: { labelColumn: 0 } }),
  analyze({ shapes: { image: [0] } }),
  analyze({ device: -1 }),
  analyze({ device: [0.5] }),
  analyze({ precision: 'float16' }),
  analyze({ idimRule: 'python' }),
  analyze({ moments: 'yes' }),
  analyze({ model: 'm.onnx' }),
];

/** What reading the file says; `undefined` where all is well. */
function complaint(config: unknown): string | undefined {
  try {
    jobConfigOf(config, 'delve.config.json');
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

describe('the published schema and the program judge alike', () => {
  it.each(good.map((config) => [JSON.stringify(config), config]))('%s is right', (_, config) => {
    expect(complaint(config)).toBeUndefined();
    accepts(config);
    expect(accepts.errors ?? []).toEqual([]);
  });

  it.each(bad.map((config) => [JSON.stringify(config), config]))('%s is wrong', (_, config) => {
    expect(complaint(config)).toMatch(/^delve\.config\.json/);
    expect(accepts(config)).toBe(false);
  });

  it('about every statistic and every format there is', () => {
    const { statistic } = schema.properties.rules.items.properties;
    expect(statistic.enum).toEqual(statisticNames);
    expect(schema.properties.reports.items.properties.format.anyOf[0].enum).toEqual([...formats.keys()]);
  });
});

describe('the published schema', () => {
  it('describes every key, which editors show', () => {
    const undescribed: string[] = [];
    const visit = (part: unknown, path: string): void => {
      if (typeof part !== 'object' || part === null) return;
      for (const [key, value] of Object.entries(part)) {
        if (key === 'allOf' || key === 'if' || key === 'then' || key === 'else') continue;
        if (key === 'properties') {
          for (const [name, described] of Object.entries(value as Record<string, { description?: string }>)) {
            if (!described.description) undescribed.push(`${path}.${name}`);
          }
        }
        visit(value, `${path}.${key}`);
      }
    };
    visit(schema, '');
    expect(undescribed).toEqual([]);
  });

  it('comes with the package', () => {
    expect(manifest.files).toContain('schema');
  });
});
