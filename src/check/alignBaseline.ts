import { matchLayers, type Renamed, renamedIn } from '../run/compare/matchLayers.js';
import type { Run } from '../run/schema.js';

/** A baseline whose layers have the names of the run that is held against it, and those that were renamed for it. */
export interface AlignedBaseline {
  readonly baseline: Run;
  readonly renamed: readonly Renamed[];
}

/** Gives the layers of a baseline the names that they have in the run: another export may call them otherwise. */
export function alignBaseline(run: Run, baseline: Run): AlignedBaseline {
  const matches = matchLayers(baseline, run);
  const nameNow = new Map(matches.map(({ before, after }) => [before, after.name]));
  const present = new Set(run.layers.map(({ name }) => name));
  return {
    baseline: {
      ...baseline,
      layers: baseline.layers.map((layer) => {
        const now = nameNow.get(layer);
        // A layer that is gone, while another one goes by its name now.
        const free = present.has(layer.name) ? `${layer.name} (of the baseline)` : layer.name;
        return { ...layer, name: now ?? free };
      }),
    },
    renamed: renamedIn(matches),
  };
}
