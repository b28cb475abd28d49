import type { MomentOutputs } from '../../instrument/instrumentedModel.js';
import { affordableGroups, GROUPS, groupCounts } from '../../stats/groups.js';

/** What is known of a measured matrix, of an output or of an input that layers share. */
export interface Measured {
  readonly observations: number;
  readonly features: number;
}

/**
 * From how many groups each layer's errors are told, by the layer's name: as those of merged shards, which have the layers'
 * own moments.
 *
 * @param measured by the name of its scatter; layers whose matrix is missing are left out.
 * @param speed see `affordableGroups`.
 */
export function mostGroups(
  wanted: readonly MomentOutputs[],
  measured: ReadonlyMap<string, Measured>,
  speed: number,
): ReadonlyMap<string, number> {
  const known = wanted.flatMap(({ layer, scatter, lifted }) => {
    const matrix = measured.get(scatter);
    if (!matrix) return [];
    return [{ layer, observations: matrix.observations, features: lifted?.features ?? matrix.features }];
  });
  const groups = affordableGroups(known, speed);
  return new Map(known.map(({ layer }, i) => [layer, groups[i]]));
}

/**
 * Groups that each measured matrix is kept in. What would be joined in the end need not be kept apart: groups of wide
 * layers take most of the memory.
 *
 * @param wanted all layers.
 * @param measured of each matrix, by the name of its scatter, what is to be expected of the whole pass; without
 *   `observations` where nobody knows.
 */
export function keptGroups(
  wanted: readonly MomentOutputs[],
  measured: ReadonlyMap<string, Partial<Measured> & Pick<Measured, 'features'>>,
  speed: number,
): number[] {
  const fitting = groupCounts([...measured.values()].map(({ features }) => features));
  const expected = new Map(
    [...measured].flatMap(([scatter, { observations, features }]) =>
      observations === undefined ? [] : [[scatter, { observations, features }] as const],
    ),
  );
  const told = mostGroups(wanted, expected, speed);
  return [...measured.keys()].map((name, i) => {
    const needed = wanted.flatMap(({ layer, scatter }) =>
      scatter === name ? [told.get(layer) ?? GROUPS] : [],
    );
    return Math.min(fitting[i], Math.max(...needed));
  });
}
