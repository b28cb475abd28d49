import type { Similarity } from '../../similarity/results.js';
import { csvRow } from '../../text/csvRow.js';
import type { ResultFormatName } from '../formatNames.js';
import type { RenderOptions } from '../options.js';
import { similarityPicture } from './similarityPicture.js';
import { similarityTable } from './similarityTable.js';

export type Measure = 'cka' | 'svcca';

/** The similarities of layers as text or bytes. */
export async function renderSimilarity(
  result: Similarity,
  format: ResultFormatName,
  measure: Measure,
  options: RenderOptions = {},
): Promise<string | Uint8Array> {
  switch (format) {
    case 'table':
      return similarityTable(result, measure, options);
    case 'json':
      return `${JSON.stringify(result, null, 2)}\n`;
    case 'csv':
      return similarityCsv(result);
    case 'svg':
      return drawn(result, measure);
    case 'png': {
      const { pngOf } = await import('../charts/png.js');
      return pngOf(await drawn(result, measure));
    }
  }
}

async function drawn(result: Similarity, measure: Measure): Promise<string> {
  const { draw } = await import('../charts/draw.js');
  const picture = similarityPicture(result, measure);
  return draw(picture, picture.width);
}

/** One row per pair of layers, after a header. */
function similarityCsv({ layers, layersB = layers, cka, svcca }: Similarity): string {
  const rows = layers.flatMap((layer, i) =>
    layersB.map((other, j) => [layer, other, cka[i][j], svcca[i][j]]),
  );
  return [['layer', 'other', 'cka', 'svcca'], ...rows].map(csvRow).join('');
}
