import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { analyze } from './delve.js';
import { table } from './tables.js';

/*
 * How often the 95 % intervals that runs on few samples give hold the value of all samples, and how wide they are:
 *
 *   node bench/dist/bench/coverage.js fixtures/mnist-cnn.onnx --data t10k-images-idx3-ubyte --mean 0.1307 --std 0.3081
 *
 * Draws are by seed, without putting back. At sizes near that of the whole data the draws are much of it, and the coverage is
 * better than that of endless data.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', multiple: true },
    mean: { type: 'string' },
    std: { type: 'string' },
    sizes: { type: 'string', default: '100,300,1000,3000' },
    draws: { type: 'string', default: '200' },
    out: { type: 'string' },
  },
});
const [model] = positionals;
const { data } = values;
if (model === undefined || data === undefined) throw new Error('give a model and --data');
const numbers = (text: string) => text.split(',').map(Number);
const given = {
  model,
  data,
  ...(values.mean === undefined ? {} : { mean: numbers(values.mean) }),
  ...(values.std === undefined ? {} : { std: numbers(values.std) }),
};
const keys = ['saturation', 'intrinsicDimensionality', 'effectiveRank'] as const;

/** One layer at one number of samples. */
export interface Row {
  readonly samples: number;
  readonly layer: string;
  readonly observationsPerFeature: number;
  readonly draws: number;
  /** Draws that gave no interval. */
  readonly none: number;
  /** Share of the intervals that hold the value of all samples. */
  readonly held: Readonly<Record<(typeof keys)[number], number>>;
  /** Of the saturation: median half of an interval, and how far the value lies from that of all samples in the middle. */
  readonly halfWidth: number;
  readonly bias: number;
}

const median = (list: readonly number[]) =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const whole = await analyze(given);
const rows: Row[] = [];
for (const samples of numbers(values.sizes)) {
  const draws = Number(values.draws);
  const runs: (typeof whole)[] = [];
  for (let seed = 1; seed <= draws; seed++) runs.push(await analyze({ ...given, maxSamples: samples, seed }));
  whole.layers.forEach((full, i) => {
    const layers = runs.map((run) => run.layers[i]);
    const told = layers.flatMap(({ uncertainty }) => uncertainty ?? []);
    const share = (key: (typeof keys)[number]) =>
      told.filter(({ [key]: { interval } }) => {
        const value = full[key] ?? Number.NaN;
        return value >= interval[0] - 1e-9 && value <= interval[1] + 1e-9;
      }).length / told.length;
    rows.push({
      samples,
      layer: full.name,
      observationsPerFeature: layers[0].observations / full.features,
      draws,
      none: draws - told.length,
      held: {
        saturation: share('saturation'),
        intrinsicDimensionality: share('intrinsicDimensionality'),
        effectiveRank: share('effectiveRank'),
      },
      halfWidth: median(told.map(({ saturation: { interval } }) => (interval[1] - interval[0]) / 2)),
      bias: median(layers.map(({ saturation }) => (saturation ?? 0) - (full.saturation ?? 0))),
    });
  });
  process.stderr.write(`${samples} samples: ${draws} draws done\n`);
}
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
process.stdout.write(
  `${table(
    [
      'samples',
      'layer',
      'observations a feature',
      'saturation held',
      'effective rank held',
      'half an interval',
      'off by',
      'no interval',
    ],
    rows.map((row) => [
      String(row.samples),
      row.layer,
      row.observationsPerFeature.toFixed(1),
      percent(row.held.saturation),
      percent(row.held.effectiveRank),
      `${(100 * row.halfWidth).toFixed(2)} points`,
      `${(100 * row.bias).toFixed(2)} points`,
      String(row.none),
    ]),
  )}\n`,
);
if (values.out !== undefined) await writeFile(values.out, `${JSON.stringify(rows, undefined, 1)}\n`);
