import { UserError } from '../../errors.js';
import type { Run } from '../../run/schema.js';
import type { RenderOptions } from '../options.js';
import { useBundledFont } from './bundledFont.js';
import { svg } from './svg.js';

/** CSS pixels to an inch. */
const CSS_DPI = 96;
const DEFAULT_DPI = 192;
/** What a drawing may take: 200 million pixels are 800 MB. */
const MOST_PIXELS = 2e8;

/**
 * A picture of runs as PNG, of `options.picture.dpi` pixels an inch: at 192 twice as many pixels as the SVG is wide.
 * Text is drawn with a font that comes along, so that it is there on machines that have none.
 *
 * @throws UserError where such a picture cannot be drawn.
 */
export async function png(runs: readonly Run[], options: RenderOptions): Promise<Uint8Array> {
  return pngOf(svg(runs, options), options.picture?.dpi);
}

/**
 * A drawing of ours as PNG.
 *
 * @throws UserError where it would have too many pixels.
 */
export async function pngOf(drawing: string, dpi = DEFAULT_DPI): Promise<Uint8Array> {
  const [, width = 0, height = 0] = (/<svg[^>]* width="(\d+)" height="(\d+)"/.exec(drawing) ?? []).map(
    Number,
  );
  if (!(dpi >= 10) || (width * height * dpi * dpi) / CSS_DPI ** 2 > MOST_PIXELS) {
    throw new UserError(
      `--dpi ${dpi} is no resolution for a picture of ${width} × ${height}: take 96, 192 or 300`,
    );
  }
  await useBundledFont();
  const { default: sharp } = await import('sharp');
  return await sharp(Buffer.from(drawing), { density: (72 * dpi) / CSS_DPI, limitInputPixels: MOST_PIXELS })
    .resize({ width: Math.round((width * dpi) / CSS_DPI) })
    .withMetadata({ density: dpi })
    .png({ palette: false, compressionLevel: 9 })
    .toBuffer();
}
