import { UserError } from '../../errors.js';
import { excerpt } from '../../shape/jsonShape.js';
import { type DiffKey, diffNumbers } from '../layerNumbers.js';
import type { Run, RunLayer } from '../schema.js';
import { differencesOf, type SettingDifference } from './comparableSettings.js';
import { margin } from './margin.js';
import { matchLayers } from './matchLayers.js';

/** A number in both runs; `null` where a run has none (the layer is invalid, or nothing was observed). */
export interface Change {
  readonly before: number | null;
  readonly after: number | null;
  /** after − before; `null` where one of them is. */
  readonly change: number | null;
}

/** What became of a layer: of its numbers, by their names, and the whole of it. */
export interface LayerDiff extends Readonly<Record<DiffKey, Change>> {
  /** What the second run calls it. */
  readonly name: string;
  /** What the first run calls it, where that is another name. */
  readonly was?: string;
  readonly before: RunLayer;
  readonly after: RunLayer;
  /**
   * How far two measurements of the same saturation may lie apart by chance, with 95 % confidence (`margin`); absent where a
   * run tells no error.
   */
  readonly noise?: number;
}

/** Whether the saturation changed by no more than chance explains. */
export const isWithinNoise = ({ saturation: { change }, noise }: LayerDiff): boolean =>
  change !== null && change !== 0 && noise !== undefined && Math.abs(change) <= noise;

export interface RunDiff {
  readonly before: Run;
  readonly after: Run;
  /** Layers that both have, in the order of the second run. */
  readonly layers: readonly LayerDiff[];
  /** Names of layers that only the second run has. */
  readonly added: readonly string[];
  /** Names of layers that only the first run has. */
  readonly gone: readonly string[];
  /** In what they were made differently: with a decisive one of these, changes say little about the model. */
  readonly settings: readonly SettingDifference[];
}

/** Compares two runs layer by layer, matched by weights, by name or by place (`matchLayers`). */
export function diffRuns(before: Run, after: Run): RunDiff {
  const matches = matchLayers(before, after);
  const taken = new Set(matches.flatMap((match) => [match.before, match.after]));
  const names = (layers: readonly RunLayer[]) =>
    layers.filter((layer) => !taken.has(layer)).map(({ name }) => name);
  return {
    before,
    after,
    layers: matches.map((match) => diffLayers(match.before, match.after)),
    added: names(after.layers),
    gone: names(before.layers),
    settings: differencesOf(before, after),
  };
}

/**
 * Makes sure that there is something to compare.
 *
 * @param names what to call the two runs.
 * @throws UserError with a layer of each as an example, where they have none in common.
 */
export function requireCommonLayers(
  { layers, gone, added }: RunDiff,
  names: readonly [string, string],
): void {
  if (layers.length > 0) return;
  const example = (side: readonly string[]) =>
    side.length > 0 ? `such as ${excerpt(side[0])}` : 'without any';
  throw new UserError(
    `${names[0]} (${example(gone)}) and ${names[1]} (${example(added)}) have no layer in common: ` +
      'compare runs of one architecture',
  );
}

function diffLayers(before: RunLayer, after: RunLayer): LayerDiff {
  const changes = diffNumbers.map(({ key, of }): [string, Change] => {
    const [from, to] = [of(before), of(after)];
    return [key, { before: from, after: to, change: from === null || to === null ? null : to - from }];
  });
  const noise = margin('saturation', [before, after]);
  return {
    name: after.name,
    ...(after.name === before.name ? {} : { was: before.name }),
    before,
    after,
    ...(noise === undefined ? {} : { noise }),
    ...(Object.fromEntries(changes) as Record<DiffKey, Change>),
  };
}
