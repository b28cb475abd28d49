import { readLayers } from '../../readings/layerReadings.js';
import { storedNumbers } from '../../run/layerNumbers.js';
import type { Run } from '../../run/schema.js';
import { csvRow } from '../../text/csvRow.js';
import { namesOf, type RenderOptions } from '../options.js';
import { furtherColumns } from './furtherColumns.js';
import { dataColumns, settingColumns } from './runColumns.js';

const wholeRun = [...settingColumns, ...dataColumns];

/**
 * One row per layer, after a header, as RFC 4180 has it: commas, CRLF, quotes where they are needed. Numbers have all
 * their digits, cells without a value are empty. One run has the same columns as several; further thresholds make
 * further columns, and what is true of a whole run stands at the end of each of its rows.
 */
export function csv(runs: readonly Run[], options: RenderOptions): string {
  const names = namesOf(runs, options);
  const thresholds = [
    ...new Set(
      runs.flatMap(({ layers }) =>
        layers.flatMap((layer) => (layer.thresholds ?? []).map(({ threshold }) => threshold)),
      ),
    ),
  ];
  const header = [
    'run',
    'layer',
    'op',
    ...storedNumbers.map(({ key }) => key),
    ...thresholds.flatMap((threshold) => [`intrinsicDimensionality@${threshold}`, `saturation@${threshold}`]),
    'reading',
    'warnings',
    ...wholeRun.map(({ name }) => name),
    ...furtherColumns.map(({ name }) => name),
  ];
  const rows = runs.flatMap((run, index) =>
    readLayers(run).layers.map(({ layer, kind }) => [
      names[index],
      layer.name,
      layer.op,
      ...storedNumbers.map((number) => number.of(layer)),
      ...thresholds.flatMap((threshold) => {
        const cut = layer.thresholds?.find((each) => each.threshold === threshold);
        return [cut?.intrinsicDimensionality, cut?.saturation];
      }),
      kind,
      layer.warnings.join('; '),
      ...wholeRun.map(({ of }) => of(run)),
      ...furtherColumns.map(({ of }) => of(layer)),
    ]),
  );
  return [header, ...rows].map(csvRow).join('');
}
