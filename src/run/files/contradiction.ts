import { effectiveRank } from '../../stats/effectiveRank.js';
import { intrinsicDimensionality } from '../../stats/intrinsicDimensionality.js';
import { participationRatio } from '../../stats/participationRatio.js';
import type { RunLayer, RunSettings } from '../schema.js';
import { countingRule } from '../storedRule.js';

/** A number of a layer that cannot come from the eigenvalues beside it. */
export interface Contradiction {
  /** Its key, as `thresholds[1].saturation`. */
  readonly key: string;
  readonly given: number | null;
  /** What the eigenvalues give, in words; absent where there are none, as in an invalid layer. */
  readonly wanted?: string;
}

/**
 * Relative, of numbers that are computed again from the same eigenvalues. JSON gives back every double, so only the
 * order of a sum and the last digit of a logarithm can part them: some 1e-12 for thousands of features.
 */
const ROUNDING = 1e-9;

/**
 * Relative, of Σ Qᵢᵢ against Σ λᵢ in float64. Negative eigenvalues count as 0, and means far from 0 leave rounding in
 * Q that is no part of its spectrum: hardly ever a thousandth. In float32 it can be any share, and is not compared.
 */
const CLIPPED = 0.1;

/** Below, doubles have few digits, or none. */
const SMALLEST = 1e-290;

const statistics = [
  'intrinsicDimensionality',
  'saturation',
  'trace',
  'diagonalTrace',
  'logDeterminant',
  'determinant',
  'effectiveRank',
  'participationRatio',
  'deadFeatures',
] as const satisfies readonly (keyof RunLayer)[];

type Settings = Pick<RunSettings, 'idimRule' | 'threshold' | 'precision'>;

/**
 * The first number of a layer that its eigenvalues contradict. Computed again is what follows from eigenvalues alone;
 * that a covariance was singular to working precision (`determinant` 0) and how many of the features without a
 * direction are dead follows from the moments, and is taken as told.
 *
 * @param layer of a run whose shape is known to be right: eigenvalues descend, and are none or all.
 */
export function contradiction(layer: RunLayer, settings: Settings): Contradiction | undefined {
  const { eigenvalues } = layer;
  if (eigenvalues.length === 0) return numberWithoutSpectrum(layer);
  return (
    wrongCut(layer, settings.threshold, settings, '') ??
    first(layer.thresholds ?? [], (cut, index) =>
      wrongCut({ ...layer, ...cut }, cut.threshold, settings, `thresholds[${index}].`),
    ) ??
    wrongSum(layer, settings) ??
    wrongDeterminant(layer) ??
    tooManyDead(layer)
  );
}

function numberWithoutSpectrum(layer: RunLayer): Contradiction | undefined {
  return first(statistics, (key) => (layer[key] === null ? undefined : { key, given: layer[key] }));
}

function wrongCut(
  { eigenvalues, features, intrinsicDimensionality: given, saturation }: RunLayer,
  threshold: number,
  { idimRule }: Settings,
  prefix: string,
): Contradiction | undefined {
  const cut = (at: number) => intrinsicDimensionality(eigenvalues, at, countingRule(idimRule));
  const directions = cut(threshold);
  if (given !== directions) {
    // A share that is met but for rounding may have been counted either way.
    const fewest = threshold === 1 ? directions : cut(threshold * (1 - ROUNDING));
    const most = threshold === 1 ? directions : cut(Math.min(1, threshold * (1 + ROUNDING)));
    if (given === null || given < fewest || given > most)
      return { key: `${prefix}intrinsicDimensionality`, given, wanted: `${directions}` };
  }
  return differs(`${prefix}saturation`, saturation, given / features);
}

function wrongSum(layer: RunLayer, { precision }: Settings): Contradiction | undefined {
  const spectrum = Float64Array.from(layer.eigenvalues);
  const total = spectrum.reduceRight((sum, eigenvalue) => sum + eigenvalue, 0);
  // Too large for a double, as JSON cannot say.
  if (!Number.isFinite(total)) return undefined;
  return (
    differs('diagonalTrace', layer.diagonalTrace, total) ??
    (precision === 'float64' ? differs('trace', layer.trace, total, CLIPPED) : undefined) ??
    differs('effectiveRank', layer.effectiveRank, effectiveRank(spectrum)) ??
    differs('participationRatio', layer.participationRatio, participationRatio(spectrum))
  );
}

/** 0 and `null` say that the matrix was singular to working precision, or left the range of a double. */
function wrongDeterminant({ eigenvalues, determinant, logDeterminant }: RunLayer): Contradiction | undefined {
  const logarithms = eigenvalues.map(Math.log).reverse();
  const sum = logarithms.reduce((sum, logarithm) => sum + logarithm, 0);
  const tolerance = ROUNDING * logarithms.reduce((sum, logarithm) => sum + Math.abs(logarithm), 1);
  const isClose = (given: number) => Number.isFinite(sum) && Math.abs(given - sum) <= tolerance;
  if (logDeterminant !== null && !isClose(logDeterminant)) {
    const wanted = Number.isFinite(sum) ? `${sum}` : 'null, as one of them is 0';
    return { key: 'logDeterminant', given: logDeterminant, wanted };
  }
  // A product that left the range of normal doubles has lost digits.
  if (determinant === null || Math.abs(determinant) < SMALLEST) return undefined;
  return isClose(Math.log(determinant))
    ? undefined
    : { key: 'determinant', given: determinant, wanted: `${Math.exp(sum)}` };
}

/** A dead feature takes a direction away. */
function tooManyDead({ eigenvalues, deadFeatures }: RunLayer): Contradiction | undefined {
  const zeros = eigenvalues.filter((eigenvalue) => eigenvalue === 0).length;
  return deadFeatures !== null && deadFeatures > zeros
    ? { key: 'deadFeatures', given: deadFeatures, wanted: `at most ${zeros}` }
    : undefined;
}

function differs(
  key: string,
  given: number | null,
  wanted: number,
  tolerance = ROUNDING,
): Contradiction | undefined {
  const isClose =
    given !== null &&
    Math.abs(given - wanted) <= Math.max(SMALLEST, tolerance * Math.max(Math.abs(given), Math.abs(wanted)));
  return isClose ? undefined : { key, given, wanted: `${Number(wanted.toPrecision(10))}` };
}

function first<Item>(
  items: readonly Item[],
  of: (item: Item, index: number) => Contradiction | undefined,
): Contradiction | undefined {
  for (const [index, item] of items.entries()) {
    const found = of(item, index);
    if (found) return found;
  }
  return undefined;
}
