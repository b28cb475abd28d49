import type { Similarity } from '../../similarity/results.js';
import { displayWidth, padEnd, wrap } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import { type RenderOptions, styleOf } from '../options.js';

const NUMBER_WIDTH = 5;

/**
 * The matrix where it fits the width; else each layer beside the one before it and the one that it is most like. Ends with
 * a line break.
 */
export function similarityTable(
  result: Similarity,
  measure: 'cka' | 'svcca',
  options: RenderOptions = {},
): string {
  const style = styleOf(options);
  const { model, modelB, layers, layersB = layers, samples } = result;
  const values = result[measure];
  const title = [
    style.chalk.bold(`${printable(model)}${modelB === undefined ? '' : ` and ${printable(modelB)}`}`),
    `${measure === 'cka' ? 'linear CKA' : 'SVCCA'} of ${samples} samples: 1 is the same but for a rotation and a scale, 0 nothing in common`,
  ];
  const widest = Math.max(...layers.map((name) => displayWidth(printable(name))));
  const room = Math.max(8, Math.min(widest, style.width - NUMBER_WIDTH * layersB.length));
  const names = shortNames(layers.map(printable), room, style.symbols.ellipsis);
  const named = (name: string) => padEnd(names.get(printable(name)) ?? printable(name), room);
  const fits = room + NUMBER_WIDTH * layersB.length <= style.width;
  const body = fits
    ? [
        `${' '.repeat(room)}${layersB.map((_, j) => String(j + 1).padStart(NUMBER_WIDTH)).join('')}`,
        ...layers.map((name, i) => `${named(name)}${values[i].map((value) => cell(value)).join('')}`),
        ...(layersB === layers
          ? []
          : ['', ...wrap(layersB.map((name, j) => `${j + 1} ${printable(name)}`).join(', '), style.width)]),
      ]
    : mostAlike(layers, layersB, values, layersB === layers);
  return [...title, '', ...body, ''].join('\n');
}

const cell = (value: number | null): string =>
  (value === null ? '–' : value.toFixed(2)).padStart(NUMBER_WIDTH);

function mostAlike(
  layers: readonly string[],
  others: readonly string[],
  values: Similarity['cka'],
  isSame: boolean,
): string[] {
  const width = Math.max(...layers.map((name) => displayWidth(printable(name))));
  return layers.map((name, i) => {
    let best = -1;
    for (let j = 0; j < others.length; j++) {
      if (isSame && i === j) continue;
      if ((values[i][j] ?? -1) > (best < 0 ? -1 : (values[i][best] ?? -1))) best = j;
    }
    const before = isSame && i > 0 ? `  to the one before ${cell(values[i][i - 1]).trim()}` : '';
    const most = best < 0 ? '' : `  most like ${printable(others[best])} ${cell(values[i][best]).trim()}`;
    return `${padEnd(printable(name), width)}${before}${most}`;
  });
}
