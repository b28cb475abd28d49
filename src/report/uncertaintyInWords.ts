import type { RunLayer } from '../run/schema.js';
import { halfWidth } from '../stats/halfWidth.js';

/** What `±` stands for. */
export const PLUS_MINUS =
  'half of the 95 % interval of the saturation, in points, by groups of samples; fractions of a direction count';

/** A bias from here on is worth a word: so much saturation is missing. */
const WORTH_A_WORD = 0.02;

/** Half of the 95 % interval of the saturation; `undefined` where it is not known. */
export function plusMinus({ uncertainty }: RunLayer): number | undefined {
  return uncertainty && halfWidth(uncertainty.saturation, uncertainty);
}

/** `±0.3`, in points; empty where it is not known. */
export function plusMinusInWords(layer: RunLayer, sign = '±'): string {
  const half = plusMinus(layer);
  if (half === undefined) return '';
  const points = 100 * half;
  return `${sign}${points >= 9.95 ? Math.round(points) : points.toFixed(1)}`;
}

/** That more samples would change saturations, and of which layers; `undefined` where they would not by much. */
export function biasInWords(
  layers: readonly RunLayer[],
  nameOf: (layer: RunLayer) => string,
): string | undefined {
  const biased = layers.filter(({ uncertainty }) => -(uncertainty?.saturation.bias ?? 0) >= WORTH_A_WORD);
  if (biased.length === 0) return undefined;
  const lack = (layer: RunLayer) => -(layer.uncertainty?.saturation.bias ?? 0);
  const worst = biased.reduce((most, layer) => (lack(layer) > lack(most) ? layer : most));
  const others = biased.length === 1 ? '' : ` (${biased.length} layers by 2 points or more)`;
  return `few samples: with more of them the saturation of ${nameOf(worst)} would rise, by about ${(100 * lack(worst)).toFixed(1)} points${others}`;
}
