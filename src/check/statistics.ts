import { readLayers } from '../readings/layerReadings.js';
import type { ReadingKind } from '../readings/reading.js';
import { rankedNumbers } from '../run/layerNumbers.js';
import type { Run, RunLayer } from '../run/schema.js';

/** A layer's number; `null` where it has none. */
export type LayerStatistic = (layer: RunLayer) => number | null;

/** What a rule can be about, layer by layer. */
export const layerStatistics: ReadonlyMap<string, LayerStatistic> = new Map(
  rankedNumbers.map(({ key, of }) => [key, of]),
);

/** Those that go from 0 to 1. */
export const shareStatistics: readonly string[] = rankedNumbers
  .filter(({ kind }) => kind === 'share')
  .map(({ key }) => key);

/** A number of a run over some of its layers; `null` where one of them was not measured. */
export type RunStatistic = (run: Run, isChosen: (layer: RunLayer) => boolean) => number | null;

/** What a rule can be about for all layers that it chooses together: how many there are, and how many read so. */
export const runStatistics: ReadonlyMap<string, RunStatistic> = new Map<string, RunStatistic>([
  ['layers', ({ layers }, isChosen) => layers.filter(isChosen).length],
  ...(['tail', 'narrow', 'dead', 'healthy', 'uncertain', 'invalid'] satisfies ReadingKind[]).map(
    (wanted): [string, RunStatistic] => [wanted, (run, isChosen) => countOf(wanted, run, isChosen)],
  ),
]);

/** A layer without numbers might be of any kind: only `invalid` is known of it. */
function countOf(wanted: ReadingKind, run: Run, isChosen: (layer: RunLayer) => boolean): number | null {
  const kinds = readLayers(run).layers.flatMap(({ layer, kind }) => (isChosen(layer) ? kind : []));
  if (wanted !== 'invalid' && kinds.includes('invalid')) return null;
  return kinds.filter((kind) => kind === wanted).length;
}

/** All names that `statistic` may have. */
export const statisticNames: readonly string[] = [...layerStatistics.keys(), ...runStatistics.keys()];
