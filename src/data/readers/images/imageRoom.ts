import { availableParallelism } from 'node:os';
import { UserError } from '../../../errors.js';
import { requireFits } from '../../requireFits.js';
import type { Geometry, PixelSize } from './imageGeometry.js';

/** Images that are decoded at a time, so that all cores have work. */
export const IMAGES_AT_ONCE = 2 * availableParallelism();

/** Bytes. No image that can be decoded is stored in a larger file. */
const LARGEST_FILE = 2 ** 30;
/** libvips shrinks no further, and leaves the image as it is beyond. */
const MOST_SHRINKING = 1e6;

/**
 * Holds the size that an image is brought to against the memory there is, before anything is allocated.
 *
 * @throws UserError where it does not fit, or the image would shrink too far.
 */
export function requireRoom(native: PixelSize, { resize, result }: Geometry): void {
  const { width, height } = resize ?? result;
  const size = `${width}x${height}`;
  if (native.width > width * MOST_SHRINKING || native.height > height * MOST_SHRINKING) {
    throw new UserError(
      `it is ${native.width}x${native.height} pixels, which do not shrink to ${size}: replace or remove the file`,
    );
  }
  // Three channels as the numbers that a model takes.
  requireFits(
    3 * width * height * IMAGES_AT_ONCE,
    'float32',
    `decoding ${IMAGES_AT_ONCE} images at a time, of ${size} pixels each,`,
    'choose a smaller --resize or --crop',
  );
}

/**
 * @param origin the file, where nobody else names it.
 * @throws UserError for a file that is not an image, by its size.
 */
export function requireImageSize(bytes: number, origin = 'it'): void {
  if (bytes <= LARGEST_FILE) return;
  throw new UserError(
    `${origin} has ${(bytes / 2 ** 30).toFixed(1)} GiB, more than an image takes: replace or remove the file`,
  );
}
