import { isWithinNoise, type LayerDiff, type RunDiff } from '../../run/compare/diffRuns.js';
import { type DiffKey, diffNumbers } from '../../run/layerNumbers.js';
import { type CsvCell, csvRow } from '../../text/csvRow.js';
import { byChange } from './byChange.js';

const statistics = diffNumbers.map(({ key }) => key as DiffKey);

/**
 * One row per layer, the largest change first, all digits; then layers that came and went. `was`: what the first run
 * calls the layer, where that is another name. `noise`: how far its saturation may move by chance; `beyondNoise`: whether it
 * moved further. Both are empty where a run tells no error.
 */
export function diffCsv({ layers, added, gone }: RunDiff): string {
  const header = [
    'layer',
    'in',
    ...statistics.flatMap((name) => [`${name}.before`, `${name}.after`, `${name}.change`]),
    'was',
    'noise',
    'beyondNoise',
  ];
  const rows: CsvCell[][] = byChange(layers).map((layer) => [
    layer.name,
    'both',
    ...statistics.flatMap((name) => [layer[name].before, layer[name].after, layer[name].change]),
    layer.was ?? null,
    layer.noise ?? null,
    beyondNoise(layer),
  ]);
  const empty = [...statistics.flatMap(() => [null, null, null]), null, null, null];
  const moved = [
    ...added.map((name) => [name, 'after', ...empty]),
    ...gone.map((name) => [name, 'before', ...empty]),
  ];
  return [header, ...rows, ...moved].map(csvRow).join('');
}

function beyondNoise(layer: LayerDiff): CsvCell {
  if (layer.noise === undefined || layer.saturation.change === null) return null;
  return layer.saturation.change === 0 || isWithinNoise(layer) ? 0 : 1;
}
