import { readFile } from 'node:fs/promises';
import type { Metadata, Sharp } from 'sharp';
import { type Geometry, geometryOf, type PixelSize } from './imageGeometry.js';
import type { ImagePlan } from './imagePlan.js';
import type { Pixels } from './pixels.js';
import { cropped, resample } from './resample.js';

type OpenImage = (bytes: Buffer) => Sharp;

/** Loads the decoder, which takes longer to start than the rest of the program: only where images are read. */
export async function loadImageDecoder(): Promise<OpenImage> {
  const { default: sharp } = await import('sharp');
  // Like Pillow, refuse what is truncated or invalid, but not what a decoder merely warns of.
  return (bytes) => sharp(bytes, { failOn: 'error' });
}

/** The size of an image as it is to be seen, turned as its EXIF orientation says, and its channels. */
export async function imageSize(
  open: OpenImage,
  path: string,
): Promise<PixelSize & { readonly channels: number }> {
  const metadata = await open(await readFile(path)).metadata();
  return { ...seenSize(metadata), channels: metadata.channels };
}

/**
 * Decodes an image at the size that the plan asks for, in gray where both file and plan are gray, else in sRGB,
 * with alpha only where the plan has it (it is dropped, as Pillow's `convert('RGB')` drops it).
 *
 * Resizing is linear and antialiased, as torchvision's default: by libvips' `linear` kernel where the image
 * shrinks (a mean difference of 0.1 of 255 to Pillow), by `resample` where a side grows.
 *
 * @param deep keep 16-bit values where the file has them.
 * @returns what is wrong, in words, where the size cannot be reached.
 * @throws whatever the decoder throws at a damaged file.
 */
export async function decodeImage(
  open: OpenImage,
  path: string,
  plan: ImagePlan,
  deep: boolean,
): Promise<Pixels | string> {
  const bytes = await readFile(path);
  const metadata = await open(bytes).metadata();
  const native = seenSize(metadata);
  const geometry = geometryOf(native, plan.geometry);
  if (typeof geometry === 'string') return geometry;
  const gray = plan.color === 'gray' && metadata.channels <= 2;
  const words = deep && metadata.depth === 'ushort';
  const space = gray ? (words ? 'grey16' : 'b-w') : words ? 'rgb16' : 'srgb';
  const { resize, crop } = geometry;
  const grows = resize !== undefined && (resize.width > native.width || resize.height > native.height);
  const oriented = open(bytes).autoOrient();
  let image = (grows ? oriented : sized(oriented, geometry)).toColourspace(space);
  image = plan.color === 'rgba' ? image.ensureAlpha() : image.removeAlpha();
  const { data, info } = await image
    .raw({ depth: words ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const values = words
    ? new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength))
    : data;
  const pixels = { values, width, height, channels };
  if (!grows) return pixels;
  const grown = resample(pixels, resize);
  return crop ? cropped(grown, crop) : grown;
}

function seenSize({ autoOrient: { width, height } }: Metadata): PixelSize {
  return { width, height };
}

function sized(image: Sharp, { resize, crop }: Geometry): Sharp {
  const scaled = resize
    ? image.resize(resize.width, resize.height, { fit: 'fill', kernel: 'linear' })
    : image;
  return crop ? scaled.extract(crop) : scaled;
}
