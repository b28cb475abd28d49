import { finite, objectOf, type Shape, ShapeError, where, wholeFrom } from '../../shape/jsonShape.js';
import type { Estimate, LayerUncertainty } from '../../stats/uncertainty.js';
import type { RunLayer } from '../schema.js';

const notNegative = where((value) => Number.isFinite(value) && Number(value) >= 0, 'a number from 0 upward');

/** Two finite numbers, the smaller first, none negative. */
const interval: Shape = (value, path) => {
  const right =
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((end) => Number.isFinite(end) && end >= 0) &&
    value[0] <= value[1];
  if (!right) throw new ShapeError(path, 'should be two numbers from 0 upward, the smaller first');
};

const estimate = objectOf({ standardError: notNegative, bias: finite, interval } satisfies Record<
  keyof Estimate,
  Shape
>);

/** What `run.json` says of how well a layer's numbers are known. */
export const uncertaintyShape: Shape = objectOf({
  groups: wholeFrom(2),
  degreesOfFreedom: where((value) => Number.isFinite(value) && Number(value) > 0, 'a number above 0'),
  saturation: estimate,
  intrinsicDimensionality: estimate,
  effectiveRank: estimate,
} satisfies Record<keyof LayerUncertainty, Shape>);

/** Relative, of numbers that are divided and multiplied by the features again. */
const ROUNDING = 1e-9;

/**
 * Makes sure that a layer's errors can be those of its numbers.
 *
 * @param path of the layer.
 * @throws ShapeError that says what cannot be.
 */
export function requireFittingUncertainty(
  { features, saturation, uncertainty }: RunLayer,
  path: string,
): void {
  if (uncertainty === undefined) return;
  const at = `${path}.uncertainty`;
  if (saturation === null) throw new ShapeError(at, 'should be missing, as the layer has no numbers');
  const most = { saturation: 1, intrinsicDimensionality: features, effectiveRank: features };
  for (const [key, limit] of Object.entries(most) as [keyof typeof most, number][]) {
    const [, high] = uncertainty[key].interval;
    if (high > limit * (1 + ROUNDING)) {
      throw new ShapeError(`${at}.${key}.interval`, `ends at ${high}, above the most there can be, ${limit}`);
    }
  }
  const { saturation: share, intrinsicDimensionality: directions } = uncertainty;
  const pairs = [
    [share.standardError, directions.standardError],
    [share.bias, directions.bias],
    [share.interval[0], directions.interval[0]],
    [share.interval[1], directions.interval[1]],
  ];
  for (const [each, count] of pairs) {
    if (Math.abs(each * features - count) <= ROUNDING * Math.max(1, Math.abs(count))) continue;
    throw new ShapeError(
      `${at}.saturation`,
      `is not intrinsicDimensionality over the ${features} features: ${each} against ${count}`,
    );
  }
}
