import { covariance } from '../../stats/covariance.js';
import { type KeptMoments, withoutPart } from '../../stats/packedMoments.js';
import { groupsFor, type SpectraWithout } from '../../stats/uncertainty.js';
import { factorOf } from '../factorOf.js';
import type { SpectraTeam } from '../statistics/spectraTeam.js';

/** A layer that is measured at its input, whose errors are to be told. */
export interface LiftedGroup {
  readonly layer: string;
  /** WᵀW. */
  readonly gram: Float64Array;
  readonly features: number;
  /** Groups are joined until there are no more than so many. */
  readonly most: number;
}

/**
 * The spectra of layers y = W x + b without the samples of each group, from the moments of x by group.
 *
 * @returns by layer; empty where nothing can be said.
 */
export function liftedGroups(
  moments: KeptMoments,
  layers: readonly LiftedGroup[],
  team: SpectraTeam,
): Promise<ReadonlyMap<string, SpectraWithout>> {
  const order = moments.sum.length;
  const told = layers.flatMap(({ layer, gram, features, most }) => {
    const parts = groupsFor(moments, most, features);
    return parts ? [{ layer, gram, parts }] : [];
  });
  // Layers with as many groups share the covariances.
  const counts = [...new Set(told.map(({ parts }) => parts.length))];
  const pending = counts.map(async (count) => {
    const alike = told.filter(({ parts }) => parts.length === count);
    const [{ parts }] = alike;
    const factors = alike.map(({ gram }) => factorOf(gram, order));
    const spectra = await Promise.all(
      parts.map((part) =>
        team.spectra(() => {
          const values = covariance(withoutPart(moments, part));
          return { covariance: { rows: order, columns: order, values }, factors };
        }),
      ),
    );
    const sizes = parts.map((part) => part.count);
    return alike.map(({ layer }, i) => [layer, { spectra: spectra.map((of) => of[i]), sizes }] as const);
  });
  const found = Promise.all(pending).then((layers) => new Map(layers.flat()));
  // Whoever waits for it is told; nobody may, where something else goes wrong before.
  found.catch(() => {});
  return found;
}
