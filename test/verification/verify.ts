import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { compare, type Differences } from './compare.js';
import { analyze, inspect, readMoments } from './delve.js';
import { commandLine } from './options.js';
import { reference } from './reference.js';

/*
 * Analyses a model, and holds every layer against moments added up in plain code from the activations of the
 * original model. See README.md.
 */
const { model, options, verification } = commandLine(process.argv.slice(2));
const folder = await mkdtemp(join(tmpdir(), 'delve-verify-'));
let worst = 0;
try {
  const inspection = await inspect(model, options);
  const run = await analyze({ ...options, model, out: folder, moments: true, onNotice: console.error });
  const moments = await readMoments(folder, run);
  const names = new Set(run.layers.map(({ name }) => name));
  const layers = inspection.layers.filter(({ name }) => names.has(name));
  const { convMethod, precision, linearMethod, sequenceMethod } = run.settings;
  const started = performance.now();
  const expected = await reference(
    { ...inspection, model, layers },
    { ...options, model },
    {
      ...verification,
      methods: { ...options, convMethod },
    },
  );
  const seconds = (performance.now() - started) / 1000;
  const differences = run.layers.map((layer) => {
    const of = expected.get(layer.name);
    if (!of) throw new Error(`layer ${layer.name} is not in the inspection`);
    return compare(layer, moments.get(layer.name), of, {
      ...verification,
      threshold: run.settings.threshold,
    });
  });
  const of = (key: 'mean' | 'covariance' | 'eigenvalues') => largest(differences, (d) => d[key] ?? 0);
  if (!verification.brief) for (const line of table(differences)) console.log(line);
  const wrongCounts = differences.filter(({ count }) => count !== 0).length;
  const wrongDirections = differences.filter((d) => (d.intrinsicDimensionality ?? 0) !== 0).length;
  worst = Math.max(of('covariance').value, of('mean').value, wrongCounts > 0 ? Number.POSITIVE_INFINITY : 0);
  if (Number.isNaN(of('covariance').value)) worst = Number.POSITIVE_INFINITY;
  console.log(
    [
      `${model}: ${run.data.samples} samples, ${precision}, conv ${convMethod}, sequences ${sequenceMethod}/${linearMethod}`,
      `${layers.length} layers observed, ${inspection.notObservable.length} not observable`,
      `analyze ${run.timing.seconds.toFixed(1)} s, reference ${seconds.toFixed(1)} s`,
      `wrong counts ${wrongCounts}, other idim ${wrongDirections}`,
      ...(['mean', 'covariance', 'eigenvalues'] as const).map(
        (key) => `${key} ${of(key).value.toExponential(1)} (${of(key).layer})`,
      ),
    ].join('\n  '),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
if (worst > verification.tolerance) {
  console.error(`differs by more than ${verification.tolerance}`);
  process.exitCode = 1;
}

/** The largest value, NaN where there is any. */
function largest(all: readonly Differences[], value: (of: Differences) => number) {
  return all.reduce(
    (most, d) =>
      value(d) > most.value || Number.isNaN(value(d)) ? { value: value(d), layer: d.layer } : most,
    { value: 0, layer: '–' },
  );
}

function table(all: readonly Differences[]): string[] {
  const number = (value: number | undefined) => (value === undefined ? '–' : value.toExponential(1));
  const rows = [
    ['layer', 'operator', 'rows', 'features', 'Δrows', 'Δmean', 'Δcovariance', 'Δeigenvalues', 'Δidim', ''],
    ...all.map((d) => [
      d.layer,
      d.op,
      String(d.observations),
      String(d.features),
      String(d.count),
      number(d.mean),
      number(d.covariance),
      number(d.eigenvalues),
      d.intrinsicDimensionality === undefined ? '–' : String(d.intrinsicDimensionality),
      d.remark ?? '',
    ]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
}
