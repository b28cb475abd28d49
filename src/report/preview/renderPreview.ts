import type { Preview } from '../../preview/results.js';
import { csvRow } from '../../text/csvRow.js';
import type { ResultFormatName } from '../formatNames.js';
import type { RenderOptions } from '../options.js';
import { previewTable } from './previewTable.js';

/**
 * What enters a model as text or bytes.
 *
 * @throws UserError where it is to be drawn, and cannot be.
 */
export async function renderPreview(
  preview: Preview,
  format: ResultFormatName,
  options: RenderOptions = {},
): Promise<string | Uint8Array> {
  switch (format) {
    case 'table':
      return previewTable(preview, options);
    case 'json':
      return `${JSON.stringify(plain(preview), null, 2)}\n`;
    case 'csv':
      return previewCsv(preview);
    case 'svg':
      return (await import('./previewPicture.js')).previewPicture(preview);
    case 'png': {
      const [{ previewPicture }, { pngOf }] = await Promise.all([
        import('./previewPicture.js'),
        import('../charts/png.js'),
      ]);
      return pngOf(await previewPicture(preview));
    }
  }
}

/** Without the values themselves. */
const plain = ({ samples, available, ...others }: Preview) => ({
  ...others,
  ...(available === undefined ? {} : { available }),
  samples: samples.map(({ origin, label, texts }) => ({
    ...{ origin, label },
    ...(texts.size > 0 ? { texts: Object.fromEntries(texts) } : {}),
  })),
});

/** A row an input, after a header. */
function previewCsv({ inputs }: Preview): string {
  const head = ['input', 'type', 'shape', 'min', 'max', 'mean', 'std', 'zeros', 'nonFinite'];
  const rows = inputs.map(({ name, type, shape, min, max, mean, std, zeros, nonFinite }) => [
    ...[name, type, shape.join('x'), min, max, mean, std, zeros, nonFinite],
  ]);
  return [head, ...rows].map(csvRow).join('');
}
