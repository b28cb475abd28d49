import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze, inspect, mean, readMoments } from '../../dist/index.js';

/**
 * Models as exporters, optimizers and quantizers write them, and what NumPy makes of raw outputs of their layers: by hooks
 * in PyTorch and Keras, by formula for scikit-learn, by Python's ONNX Runtime for integers (fixtures/exports).
 */
interface Golden {
  readonly by: string;
  readonly data: string;
  readonly tolerance: number;
  /** The model holds for the processor that it was made on, and is not run. */
  readonly inspectOnly?: true;
  readonly layers: readonly {
    readonly name: string;
    readonly op: string;
    readonly observations: number;
    readonly mean: readonly number[];
    readonly trace: number;
    readonly eigenvalues: readonly number[];
  }[];
  /** Operators of what is listed as not observable. */
  readonly unobservable: readonly string[];
}

const FOLDER = 'fixtures/exports';
const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json')).sort();

test('there are models of every exporter', () => {
  expect(files.length).toBeGreaterThan(20);
});

for (const file of files) {
  const golden = JSON.parse(await readFile(join(FOLDER, file), 'utf8')) as Golden;
  const model = join(FOLDER, file.replace('.json', '.onnx'));
  const names = golden.layers.map(({ name, op }) => `${name} ${op}`).sort();

  describe(`${file.replace('.json', '')} (${golden.by})`, () => {
    test('has the layers that its author knows, by their names', async () => {
      const { layers, notObservable } = await inspect(model, { cost: false });
      expect(layers.map(({ name, op }) => `${name} ${op}`).sort()).toEqual(names);
      expect(notObservable.map(({ op }) => op).sort()).toEqual(golden.unobservable.toSorted());
    });

    test.skipIf(golden.inspectOnly)('gives the moments of their raw outputs', async () => {
      const out = await mkdtemp(join(tmpdir(), 'delve-exports-'));
      try {
        const data = join(FOLDER, golden.data);
        // One batch and one thread: what is quantized by a batch's range depends on both.
        const run = await analyze({
          model,
          data,
          out,
          moments: true,
          batchSize: 64,
          threads: 1,
          provider: 'cpu',
        });
        const moments = await readMoments(out, run);
        expect(run.layers).toHaveLength(golden.layers.length);
        for (const expected of golden.layers) {
          const layer = run.layers.find(({ name }) => name === expected.name);
          const of = moments.get(expected.name);
          if (!layer || !of) throw new Error(`${expected.name} was not measured`);
          expect(layer.observations).toBe(expected.observations);
          expect(layer.features).toBe(expected.mean.length);
          const size = Math.sqrt(expected.trace + expected.mean.reduce((sum, x) => sum + x * x, 0));
          const centre = mean(of);
          const offCentre = expected.mean.map((x, i) => Math.abs(x - centre[i]) / size);
          expect(Math.max(...offCentre), `mean of ${expected.name}`).toBeLessThan(golden.tolerance);
          const off = [
            Math.abs((layer.trace ?? 0) - expected.trace),
            ...expected.eigenvalues.map((x, i) => Math.abs(x - layer.eigenvalues[i])),
          ];
          // What never varies has no trace to compare with.
          const scale = expected.trace || size ** 2;
          expect(Math.max(...off) / scale, expected.name).toBeLessThan(golden.tolerance);
        }
      } finally {
        await rm(out, { recursive: true, force: true });
      }
    });
  });
}
