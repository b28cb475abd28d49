import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AnalyzeOptions, analyze, type Run, type RunLayer, recutRun } from '../../dist/index.js';

/**
 * What PyTorch, NumPy and the Python package `delve` give for the bundled models on all bundled images at once
 * (fixtures/make_goldens.py). Delve sees the same images in batches that do not divide them.
 */
interface Golden {
  readonly model: string;
  readonly samples: number;
  readonly thresholds: readonly number[];
  readonly cases: readonly {
    readonly name: string;
    readonly settings: Partial<AnalyzeOptions>;
    readonly layers: readonly GoldenLayer[];
  }[];
}

interface GoldenLayer {
  readonly name: string;
  readonly observations: number;
  readonly features: number;
  readonly idimExplained: readonly number[];
  /** What delve 0.1.50 returns, and what its rule would be as written. */
  readonly idimDelve: readonly number[];
  readonly idimIntended: readonly number[];
  readonly trace: number;
  readonly diagonalTrace: number;
  readonly logDeterminant: number | null;
  readonly effectiveRank: number;
  readonly participationRatio: number;
  readonly deadFeatures: number;
  readonly eigenvalues: readonly number[];
  readonly delve?: Readonly<Record<'det' | 'dtrc' | 'trc' | 'lsat', number>> & {
    readonly idim: readonly number[];
  };
}

/**
 * PyTorch and ONNX Runtime compute the activations in float32, each in its own order, and ONNX Runtime in one that depends
 * on the CPU: 3e-6 of a small eigenvalue of medians was the most seen, on one of three kinds.
 */
const TOLERANCE = 6e-6;
/** An eigenvalue this much smaller than the largest is float32 rounding of the activations. */
const RESOLVED = 1e-8;

const IMAGES = 'fixtures/mnist';

for (const [file, batchSize] of [
  ['mnist-cnn', 64],
  ['mnist-cnn-bn', 50],
  ['mnist-rnn', 7],
] as const) {
  const golden = JSON.parse(readFileSync(`fixtures/goldens/${file}.json`, 'utf8')) as Golden;

  describe(golden.model, () => {
    for (const { name, settings, layers } of golden.cases) {
      test(`${name}: batches of ${batchSize} of ${golden.samples} images give PyTorch's and NumPy's numbers`, async () => {
        const options = {
          ...settings,
          model: `fixtures/${golden.model}`,
          data: IMAGES,
          layers: layers.map((layer) => layer.name),
          batchSize,
          thresholds: golden.thresholds,
          provider: 'cpu',
        } as const;
        const explained = await analyze(options);
        expect(explained.data.samples).toBe(golden.samples);
        expect(explained.layers.map((layer) => layer.name)).toEqual(layers.map((layer) => layer.name));
        for (const layer of layers) expectStatistics(layerOf(explained, layer.name), layer);

        const old = { ...explained, settings: { ...explained.settings, idimRule: 'delve' as const } };
        const rule = recutRun(old, golden.thresholds);
        const released = recutRun(explained, golden.thresholds, 'delve');
        for (const layer of layers) {
          expect(idims(layerOf(rule, layer.name)), layer.name).toEqual(layer.idimIntended);
          expectPythonDelve(layerOf(released, layer.name), layer);
        }
      });
    }
  });
}

function layerOf(run: Run, name: string): RunLayer {
  const layer = run.layers.find((candidate) => candidate.name === name);
  if (!layer) throw new Error(`the run has no layer ${name}`);
  return layer;
}

function expectStatistics(actual: RunLayer, golden: GoldenLayer): void {
  const { name } = golden;
  expect(actual.observations, name).toBe(golden.observations);
  expect(actual.features, name).toBe(golden.features);
  expect(idims(actual), name).toEqual(golden.idimExplained);
  expect(saturations(actual), name).toEqual(golden.idimExplained.map((k) => k / golden.features));
  expectClose(actual.trace, golden.trace, `${name} trace`);
  expectClose(actual.diagonalTrace, golden.diagonalTrace, `${name} diagonalTrace`);
  expectClose(actual.effectiveRank, golden.effectiveRank, `${name} effectiveRank`);
  expectClose(actual.participationRatio, golden.participationRatio, `${name} participationRatio`);
  expect(actual.deadFeatures, name).toBe(golden.deadFeatures);
  const [largest] = golden.eigenvalues;
  golden.eigenvalues.forEach((eigenvalue, index) => {
    const error = Math.abs(actual.eigenvalues[index] - eigenvalue);
    expect(error, `${name} λ${index + 1}`).toBeLessThanOrEqual(TOLERANCE * eigenvalue + RESOLVED * largest);
  });
  if (golden.logDeterminant === null) expect(actual.logDeterminant, name).toBeNull();
  // The logarithm sums over all eigenvalues, the smallest included: an absolute error for each feature.
  else {
    const error = Math.abs((actual.logDeterminant ?? Number.NaN) - golden.logDeterminant);
    expect(error, `${name} logDeterminant`).toBeLessThan(1e-4 * golden.features);
  }
}

/** The Python package's own numbers, and its way to count applied to NumPy's spectrum. */
function expectPythonDelve(actual: RunLayer, golden: GoldenLayer): void {
  const { name, delve } = golden;
  expect(idims(actual), name).toEqual(golden.idimDelve);
  if (!delve) return;
  expect(idims(actual), `${name} Python delve's idim`).toEqual(delve.idim);
  expectClose(actual.trace, delve.trc, `${name} Python delve's trc`);
  expectClose(actual.diagonalTrace, delve.dtrc, `${name} Python delve's dtrc`);
}

const idims = (layer: RunLayer) =>
  layer.thresholds?.map(({ intrinsicDimensionality }) => intrinsicDimensionality);
const saturations = (layer: RunLayer) => layer.thresholds?.map(({ saturation }) => saturation);

function expectClose(actual: number | null, expected: number, what: string): void {
  expect(Math.abs((actual ?? Number.NaN) - expected), what).toBeLessThan(
    TOLERANCE * Math.abs(expected) + 1e-300,
  );
}
