import { readLayers } from '../readings/layerReadings.js';
import type { LayerReading } from '../readings/reading.js';
import type { Run, RunLayer } from '../run/schema.js';

/** A layer in several runs, known by its name. */
export interface LayerOfSeveral {
  /** What it is in the last run that has it. */
  readonly reading: LayerReading;
  /** One a run; `undefined` where a run has it not. */
  readonly layers: readonly (RunLayer | undefined)[];
  /** Of the saturation, from the first run to the last; `null` where one of them has none. */
  readonly change: number | null;
  /** Whether the last run has it not. */
  readonly isGone: boolean;
}

/** Layers of several runs in the order of the last one; then those that it has not. */
export function layersSideBySide(runs: readonly Run[]): LayerOfSeveral[] {
  const byName = runs.map((run) => new Map(run.layers.map((layer) => [layer.name, layer])));
  const readings = new Map<string, LayerReading>();
  for (const run of runs.toReversed()) {
    for (const reading of readLayers(run).layers) {
      if (!readings.has(reading.layer.name)) readings.set(reading.layer.name, reading);
    }
  }
  return [...readings].map(([name, reading]) => {
    const layers = byName.map((layers) => layers.get(name));
    return { reading, layers, change: changeOf(layers), isGone: layers.at(-1) === undefined };
  });
}

/** From the first run to the last, of layers that both have. */
export function changeOf(layers: readonly (RunLayer | undefined)[]): number | null {
  const before = layers[0]?.saturation ?? null;
  const after = layers.at(-1)?.saturation ?? null;
  return before === null || after === null ? null : after - before;
}

/** A difference of two percentages: `+3.1`, `−0.5`. */
export function points(change: number | null, minus = '−'): string {
  if (change === null) return '–';
  const text = Math.abs(change * 100).toFixed(1);
  if (Number(text) === 0) return '0.0';
  return `${change > 0 ? '+' : minus}${text}`;
}
