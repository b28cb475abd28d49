import { GroupedMoments } from './groups.js';
import { addMoments, emptyMoments } from './moments.js';
import type { KeptMoments } from './packedMoments.js';

/**
 * Moments of parts of the data added up, in the order given; group by group where all parts are told apart by as many
 * groups. Parts without observations add nothing.
 *
 * @throws RangeError where they differ in features.
 */
export function sumOfMoments(parts: readonly KeptMoments[], features: number): KeptMoments {
  const seen = parts.filter(({ count }) => count > 0);
  const total = emptyMoments(features);
  for (const part of seen) addMoments(total, part);
  const groups = seen.map((part) => part.groups?.length ?? 0);
  if (groups.length === 0 || groups[0] < 2 || groups.some((count) => count !== groups[0])) return total;
  const apart = new GroupedMoments(features, groups[0]);
  for (const part of seen) apart.addAll(part.groups ?? []);
  return { ...total, groups: apart.groups };
}
