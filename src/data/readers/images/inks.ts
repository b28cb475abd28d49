import type { Pixels } from './pixels.js';

/**
 * RGB of the inks of an image (CMYK, 8 bits each), as Pillow's `convert('RGB')` has it: what black leaves, less the share of it
 * that each ink takes, rounded.
 *
 * @param alpha add a channel that is opaque.
 */
export function colorsOfInks({ values, width, height, channels }: Pixels, alpha: boolean): Pixels {
  const result = new Uint8Array(width * height * (alpha ? 4 : 3)).fill(255);
  const step = alpha ? 4 : 3;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = pixel * channels;
    const left = 255 - values[from + 3];
    for (let c = 0; c < 3; c++) {
      const share = values[from + c] * left + 128;
      result[pixel * step + c] = Math.max(0, left - (((share >> 8) + share) >> 8));
    }
  }
  return { values: result, width, height, channels: step };
}
