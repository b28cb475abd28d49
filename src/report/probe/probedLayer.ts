import type { LayerProbe, Probe } from '../../probe/results.js';
import { readLayers } from '../../readings/layerReadings.js';
import type { LayerReading } from '../../readings/reading.js';
import type { Run } from '../../run/schema.js';

/** A probe beside what the run says of the same layer. */
export interface ProbedLayer extends LayerProbe {
  readonly reading: LayerReading | undefined;
}

/** The layers of a probe with their readings, in graph order. */
export function probedLayers(probe: Probe, run: Run): ProbedLayer[] {
  const readings = new Map(readLayers(run).layers.map((reading) => [reading.layer.name, reading]));
  return probe.layers.map((layer) => ({ ...layer, reading: readings.get(layer.name) }));
}
