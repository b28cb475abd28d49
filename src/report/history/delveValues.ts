import type { Run, RunLayer } from '../../run/schema.js';

/** A number of a layer, as the Python package `delve` names it. */
export interface LayerValue {
  readonly statistic: string;
  /** NaN where the layer has none, as that package has it; Infinity where it is larger than any double. */
  readonly value: number;
  /** Whether Python has it as an `int`. */
  readonly whole: boolean;
}

export interface DelveValue extends LayerValue {
  /** `<split>-<statistic>_<layer>`. */
  readonly name: string;
}

type Key = 'saturation' | 'intrinsicDimensionality' | 'determinant' | 'trace' | 'diagonalTrace';

/** The values of `STATMAP` in delve 0.1.50 (`writers.py`) that are single numbers. */
const statistics: readonly { readonly key: Key; readonly delve: string; readonly whole: boolean }[] = [
  { key: 'saturation', delve: 'saturation', whole: false },
  { key: 'intrinsicDimensionality', delve: 'intrinsic-dimensionality', whole: true },
  { key: 'determinant', delve: 'covariance-determinant', whole: false },
  { key: 'trace', delve: 'covariance-trace', whole: false },
  { key: 'diagonalTrace', delve: 'diagonal-trace', whole: false },
];

/** What delve 0.1.50 would log of a run, in its order: layer by layer, and statistic by statistic in each. */
export function delveValues(run: Run): DelveValue[] {
  const names = delveLayerNames(run.layers);
  return run.layers.flatMap((layer, index) =>
    layerValues(layer).map((value) => ({
      ...value,
      name: `${run.settings.split}-${value.statistic}_${names[index]}`,
    })),
  );
}

/** The same of one layer. */
export function layerValues(layer: RunLayer): LayerValue[] {
  return statistics.map(({ key, delve, whole }) => ({
    statistic: delve,
    value: numberOf(layer, key),
    whole,
  }));
}

/**
 * The names that delve 0.1.50 has for layers: the parts of the module path joined by `-`. Where two become the same,
 * the later ones end in `_2`, `_3`, …
 */
export function delveLayerNames(layers: readonly Pick<RunLayer, 'name'>[]): string[] {
  const taken = new Set<string>();
  return layers.map(({ name }) => {
    const joined = name.replaceAll('.', '-');
    let unique = joined;
    for (let n = 2; taken.has(unique); n++) unique = `${joined}_${n}`;
    taken.add(unique);
    return unique;
  });
}

function numberOf(layer: RunLayer, key: Key): number {
  const value = layer[key];
  if (value !== null) return value;
  // JSON has no Infinity, so a determinant beyond the largest double is null in a layer that has numbers.
  return layer.saturation === null ? Number.NaN : Number.POSITIVE_INFINITY;
}
