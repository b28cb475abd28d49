import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { uniformNumbers } from '../../src/data/readers/randomNumbers.js';
import { normal } from './random.js';

const WIDTH = 500;
const HEIGHT = 375;
const CHANNELS = 3;
/** Standard deviation of the noise in grey levels: the files come out at about 100 KB, as ImageNet's do. */
const NOISE = 12;

/** Writes JPEGs of 500 × 375, each a gradient of its own under noise, the same for the same seed. */
export async function writePhotographs(folder: string, count: number, seed = 500): Promise<void> {
  await mkdir(folder, { recursive: true });
  const next = uniformNumbers(seed);
  const grain = noise(2 * WIDTH * HEIGHT * CHANNELS, seed);
  const pixels = new Uint8ClampedArray(WIDTH * HEIGHT * CHANNELS);
  for (let image = 0; image < count; image++) {
    const shift = Math.floor(next() * (grain.length - pixels.length));
    // Grey levels at the top left corner, and how they change to the right and down, for each channel.
    const planes = Array.from({ length: CHANNELS }, () => [255 * next(), next() - 0.5, next() - 0.5]);
    for (let y = 0, i = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        for (const [corner, right, down] of planes) {
          pixels[i] = corner + right * x + down * y + grain[shift + i];
          i++;
        }
      }
    }
    await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: CHANNELS } })
      .jpeg({ quality: 90 })
      .toFile(join(folder, `${String(image).padStart(5, '0')}.jpg`));
  }
}

function noise(length: number, seed: number): Float32Array {
  const next = normal(seed);
  return Float32Array.from({ length }, () => NOISE * next());
}
