import { readLayers } from '../../readings/layerReadings.js';
import { widthOf } from '../../readings/width.js';
import { formatRun } from '../../run/files/formatRun.js';
import type { Run } from '../../run/schema.js';

/**
 * The run as `run.json` has it, with the reading of each layer: `reading`, `reasons` in words, `advice` where there is
 * any, and `width`, what it uses and what the rest costs. Of several runs, a list of them.
 */
export function json(runs: readonly Run[]): string {
  const [first, ...others] = runs.map(withReadings);
  return formatRun(others.length === 0 ? first : [first, ...others]);
}

function withReadings(run: Run): Run {
  const layers = readLayers(run).layers.map((reading) => ({
    ...reading.layer,
    reading: reading.kind,
    reasons: reading.reasons,
    advice: reading.advice,
    width: widthOf(reading, null),
  }));
  return { ...run, layers };
}
