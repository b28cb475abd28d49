import type { Metadata, Sharp } from 'sharp';
import { type Geometry, geometryOf, type PixelSize } from './imageGeometry.js';
import type { ImagePlan, SeenImage } from './imagePlan.js';
import { requireRoom } from './imageRoom.js';
import { colorsOfInks } from './inks.js';
import type { Pixels } from './pixels.js';
import { cropped, padded, resample } from './resample.js';

/** @param profile heed the colour profile that a file holds. */
type OpenImage = (image: Uint8Array | Pixels, profile?: boolean) => Sharp;

/** Loads the decoder, which takes longer to start than the rest of the program: only where images are read. */
export async function loadImageDecoder(): Promise<OpenImage> {
  const { default: sharp } = await import('sharp');
  // Like Pillow, refuse what is truncated or invalid, but not what a decoder merely warns of.
  return (image, profile = false) => {
    if (image instanceof Uint8Array) return sharp(image, { failOn: 'error', ignoreIcc: !profile });
    const { values, width, height, channels } = image;
    if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4) {
      throw new Error(`${channels} channels are no image`);
    }
    return sharp(values, { raw: { width, height, channels } }).toColourspace(channels < 3 ? 'b-w' : 'srgb');
  };
}

/** The size of an image as it is to be seen, turned as its EXIF orientation says, and its channels. */
export async function imageSize(open: OpenImage, bytes: Uint8Array): Promise<SeenImage> {
  const metadata = await open(bytes).metadata();
  return { ...seenSize(metadata), channels: metadata.channels };
}

/**
 * Decodes an image at the size that the plan asks for, in gray where both file and plan are gray, else in sRGB,
 * with alpha only where the plan has it (it is dropped, as Pillow's `convert('RGB')` drops it).
 *
 * Colour profiles are left alone, as by Pillow, OpenCV and torchvision, which networks are trained with; CMYK becomes RGB as by
 * Pillow, but for inks of 16 bits, which go by their profile.
 *
 * Resizing is what the plan names; else linear and antialiased, as torchvision's default: by libvips' `linear` kernel where the image
 * shrinks (a mean difference of 0.1 of 255 to Pillow), by `resample` where a side grows.
 *
 * @param deep keep 16-bit values where the file has them.
 * @returns what is wrong, in words, where the size cannot be reached.
 * @throws UserError where the size does not fit into memory; else whatever the decoder throws at a damaged file.
 */
export async function decodeImage(
  open: OpenImage,
  image: Uint8Array | Pixels,
  plan: ImagePlan,
  deep: boolean,
): Promise<Pixels | string> {
  const raw = image instanceof Uint8Array ? undefined : image;
  const { native, channels: given, depth, isCmyk } = await described(open, image);
  const geometry = geometryOf(native, plan.geometry);
  if (typeof geometry === 'string') return geometry;
  requireRoom(native, geometry);
  if (
    raw &&
    !geometry.resize &&
    !geometry.crop &&
    !geometry.pad &&
    plan.color !== 'rgba' &&
    raw.channels !== 4
  )
    return raw;
  const gray = plan.color === 'gray' && given <= 2;
  const words = deep && depth === 'ushort';
  const space = gray ? (words ? 'grey16' : 'b-w') : words ? 'rgb16' : 'srgb';
  const { resize, pad, result } = geometry;
  // libvips shrinks well, and enlarges half a pixel aside; what is asked for by name is ours throughout.
  const isInks = isCmyk && depth === 'uchar';
  const isOurs =
    isInks ||
    plan.resample !== undefined ||
    (resize !== undefined && (resize.width > native.width || resize.height > native.height));
  const opened = open(image, isCmyk && !isInks);
  const oriented = raw ? opened : opened.autoOrient();
  const placed = isOurs ? oriented : sized(oriented, geometry);
  const inSpace = isInks
    ? placed.pipelineColourspace('cmyk').toColourspace('cmyk')
    : placed.toColourspace(space);
  const alpha = plan.color === 'rgba';
  const { data, info } = await (isInks ? inSpace : alpha ? inSpace.ensureAlpha() : inSpace.removeAlpha())
    .raw({ depth: words ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const values = words
    ? new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength))
    : data;
  const decoded = { values, width, height, channels };
  const pixels = isInks ? colorsOfInks(decoded, alpha) : decoded;
  const whole = isOurs ? fitted(pixels, geometry, plan) : pixels;
  return pad ? padded(whole, { ...result, ...pad, fill: plan.fill }) : whole;
}

function fitted(pixels: Pixels, { resize, crop }: Geometry, { resample: how }: ImagePlan): Pixels {
  if (resize) return resample(pixels, resize, how, crop);
  return crop ? cropped(pixels, crop) : pixels;
}

async function described(
  open: OpenImage,
  image: Uint8Array | Pixels,
): Promise<{ native: PixelSize; channels: number; depth: string; isCmyk: boolean }> {
  if (image instanceof Uint8Array) {
    const metadata = await open(image).metadata();
    const { channels, depth, space } = metadata;
    return { native: seenSize(metadata), channels, depth, isCmyk: space === 'cmyk' };
  }
  const { width, height, channels, values } = image;
  const depth = values instanceof Uint16Array ? 'ushort' : 'uchar';
  return { native: { width, height }, channels, depth, isCmyk: false };
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
