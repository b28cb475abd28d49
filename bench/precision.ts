import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { analyze } from './delve.js';
import { table } from './tables.js';

/*
 * How far `--precision float32` moves what a run says, against float64 on the same model and data:
 *
 *   node bench/dist/bench/precision.js                                  the bundled networks
 *   node bench/dist/bench/precision.js model.onnx --data images/ --shape x=3x48x320
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: 'random:64' },
    shape: { type: 'string', multiple: true },
    exclude: { type: 'string', multiple: true },
  },
});
const shapes = Object.fromEntries(
  (values.shape ?? []).map((text) => {
    const at = text.lastIndexOf('=');
    return [
      text.slice(0, at),
      text
        .slice(at + 1)
        .split('x')
        .map(Number),
    ];
  }),
);
const runs =
  positionals.length > 0
    ? positionals.map((model) => ({ model, data: values.data, shapes, exclude: values.exclude }))
    : ['mnist-cnn', 'mnist-cnn-bn', 'mnist-rnn'].map((name) => ({
        model: `fixtures/${name}.onnx`,
        data: name === 'mnist-rnn' ? 'fixtures/mnist.npy' : 'fixtures/mnist',
        shapes: {},
      }));

/** A number that only an invalid layer lacks. */
const known = (value: number | null): number => value ?? Number.NaN;

const rows: string[][] = [];
for (const run of runs) {
  const [wide, narrow] = [
    await analyze({ ...run, provider: 'cpu', precision: 'float64' }),
    await analyze({ ...run, provider: 'cpu', precision: 'float32' }),
  ];
  const pairs = wide.layers
    .map((layer, i) => ({ wide: layer, narrow: narrow.layers[i] }))
    .filter((pair) => known(pair.wide.trace) > 0);
  const largest = (of: (pair: (typeof pairs)[number]) => number) => Math.max(0, ...pairs.map(of));
  rows.push([
    basename(run.model),
    String(pairs.length),
    String(pairs.filter((p) => p.wide.intrinsicDimensionality !== p.narrow.intrinsicDimensionality).length),
    largest((p) => Math.abs(known(p.wide.saturation) - known(p.narrow.saturation))).toFixed(4),
    largest((p) => Math.abs(known(p.narrow.trace) / known(p.wide.trace) - 1)).toExponential(1),
    largest((p) => Math.abs(p.narrow.eigenvalues[0] / p.wide.eigenvalues[0] - 1)).toExponential(1),
  ]);
}
console.log(
  table(
    ['float32 against float64', 'layers', 'idim differs', 'max Δ saturation', 'max Δ trace', 'max Δ λ₁'],
    rows,
  ),
);
