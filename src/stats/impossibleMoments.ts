import type { Moments } from './moments.js';

/** What rounding leaves room for: a share, and what squares that underflow hide of an observation's size. */
const ROOM = {
  float64: { share: 1e-9, hidden: 1e-150 },
  float32: { share: 1e-2, hidden: 1e-18 },
} as const;

/**
 * Says, in words, why no observations can have these moments; `undefined` where some can. What rounding does to a
 * constant feature, whose sum² is n · Σ x², is no reason.
 *
 * @param precision what the products were computed in.
 */
export function impossibleMoments(
  { count, sum, scatter }: Moments,
  precision: 'float64' | 'float32' = 'float64',
): string | undefined {
  if (!Number.isSafeInteger(count) || count < 0)
    return `a count of ${count}, which is no whole number from 0`;
  if (!sum.every(Number.isFinite)) return 'NaN or Inf in its sum';
  if (!scatter.every(Number.isFinite)) return 'NaN or Inf in its scatter';
  const features = sum.length;
  const { share, hidden } = ROOM[precision];
  const sizes = new Float64Array(features);
  for (let i = 0; i < features; i++) {
    const square = scatter[i * features + i];
    if (square < 0) return `a sum of squares of ${square} (feature ${i})`;
    sizes[i] = Math.sqrt(square) * (1 + share) + hidden * Math.sqrt(count);
    if (Math.abs(sum[i]) > Math.sqrt(count) * sizes[i]) {
      return `a sum of ${sum[i]} over ${count} observations whose squares add up to ${square} only (feature ${i})`;
    }
    if (count === 0 && square > 0) return `a sum of squares of ${square} over no observations (feature ${i})`;
  }
  for (let i = 0; i < features; i++) {
    for (let j = 0; j < i; j++) {
      const [lower, upper] = [scatter[i * features + j], scatter[j * features + i]];
      const most = sizes[i] * sizes[j];
      if (Math.abs(lower) > most || Math.abs(upper) > most || Math.abs(lower - upper) > share * most) {
        return `a sum of products of ${lower} and ${upper} where both should be one number of at most ${most} (features ${j} and ${i})`;
      }
    }
  }
  return undefined;
}
