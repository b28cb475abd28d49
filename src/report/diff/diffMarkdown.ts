import { differenceInWords } from '../../run/compare/comparableSettings.js';
import { isWithinNoise, type LayerDiff, type RunDiff } from '../../run/compare/diffRuns.js';
import { counted, percent } from '../../text/numbers.js';
import { markdownTable, markdownText } from '../markdown/markdownText.js';
import { namesOf, type RenderOptions } from '../options.js';
import { byChange } from './byChange.js';
import { points } from './diffTable.js';
import { noiseInWords } from './noise.js';

/** Two runs for a pull request: what changed, the largest change first, and what did not, as a count. */
export function diffMarkdown(diff: RunDiff, options: RenderOptions = {}): string {
  const [before, after] = namesOf([diff.before, diff.after], options).map(markdownText);
  const isSame = ({ saturation, features }: LayerDiff) =>
    saturation.before === saturation.after && features.change === 0;
  const was = (layer: LayerDiff) => (layer.was === undefined ? '' : ` (was ${markdownText(layer.was)})`);
  const changed = byChange(diff.layers.filter((layer) => !isSame(layer)));
  const unshown = diff.layers.filter((layer) => layer.was !== undefined && isSame(layer));
  const same = diff.layers.length - changed.length;
  const table = markdownTable(
    ['layer', 'before', 'after', 'points', 'dimensions'],
    changed.map((layer) => [
      markdownText(layer.name) + was(layer),
      share(layer.saturation.before),
      share(layer.saturation.after),
      points(layer.saturation) + noise(layer),
      `${dimensions(layer, 'before')} → ${dimensions(layer, 'after')}`,
    ]),
    [1, 2, 3, 4],
  );
  const names = (layers: readonly string[]) => layers.map(markdownText).join(', ');
  const parts = [
    `### delve: saturation of ${after}, compared with ${before}`,
    ...diff.settings.map((difference) => `⚠️ ${differenceInWords(difference, markdownText)}.`),
    ...(changed.length > 0 ? [table] : []),
    ...(unshown.length > 0
      ? [`Renamed: ${unshown.map((layer) => markdownText(layer.name) + was(layer)).join(', ')}`]
      : []),
    ...(diff.added.length > 0 ? [`New: ${names(diff.added)}`] : []),
    ...(diff.gone.length > 0 ? [`Gone: ${names(diff.gone)}`] : []),
    same === 0 && changed.length === 0
      ? 'The runs have no layer in common.'
      : `${counted(changed.length, 'layer')} changed, ${same} did not.${noiseInWords(diff.layers)}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The change that chance explains is marked. */
const noise = (layer: LayerDiff): string => (isWithinNoise(layer) ? ' ≈' : '');

const share = (saturation: number | null): string => (saturation === null ? '–' : percent(saturation));

function dimensions({ intrinsicDimensionality, features }: LayerDiff, side: 'before' | 'after'): string {
  return `${intrinsicDimensionality[side] ?? '–'}/${features[side]}`;
}
