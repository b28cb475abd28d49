import type { Run } from '../../run/schema.js';
import type { RenderOptions } from '../options.js';
import { draw } from './draw.js';
import { pictureOf } from './pictureOf.js';

/**
 * A picture of runs as SVG, `options.picture.width` pixels wide.
 *
 * @throws UserError where such a picture cannot be drawn.
 */
export function svg(runs: readonly Run[], options: RenderOptions): string {
  const picture = pictureOf(runs, options);
  return draw(picture, picture.width);
}
