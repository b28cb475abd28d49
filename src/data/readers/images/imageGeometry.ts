import { UserError } from '../../../errors.js';
import type { CropRounding, ImageSize } from '../../options.js';

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** A part of an image. */
export interface Area extends PixelSize {
  readonly left: number;
  readonly top: number;
}

/** What is done to the size of an image: resized first, then cropped or put into a larger one; absent = left as it is. */
export interface Geometry {
  readonly resize?: PixelSize;
  readonly crop?: Area;
  /** Where the image lies in the result. */
  readonly pad?: { readonly left: number; readonly top: number };
  readonly result: PixelSize;
}

/** The whole image fits into the wanted size, its proportions kept. */
export const LETTERBOX = 'letterbox';

/** What sizes are asked for: by the user, or else (`fixed`) by the model's input. */
export interface GeometryPlan {
  readonly resize?: ImageSize | typeof LETTERBOX;
  readonly crop?: ImageSize;
  readonly cropRounding?: CropRounding;
  /** Sides that the input fixes; they count where neither `resize` nor `crop` is given. */
  readonly fixed: Partial<PixelSize>;
}

/**
 * A size as the command line writes it: `224x160` (width × height) or `224`.
 *
 * @param option for the message, `--resize`.
 * @throws UserError for anything else.
 */
export function parseImageSize(text: string, option: string): ImageSize {
  const [, first, second] = /^(\d+)(?:x(\d+))?$/i.exec(text.trim()) ?? [];
  const width = Number(first);
  const height = second === undefined ? undefined : Number(second);
  if (!(width >= 1) || (height !== undefined && height < 1)) {
    throw new UserError(`${option} ${text}: write one number or <width>x<height> in pixels, such as 256x224`);
  }
  return height === undefined ? width : { width, height };
}

/**
 * How an image of size `native` is brought to size. A single number resizes the shorter side to it, the longer
 * one rounded down, and a crop is centred with halves rounded to even, both as torchvision does, or down, as transformers does.
 *
 * @returns what is wrong, in words, where the crop is larger than the image.
 */
export function geometryOf(native: PixelSize, plan: GeometryPlan): Geometry | string {
  if (plan.resize === LETTERBOX) return letterboxed(native, plan.fixed);
  const asked = plan.resize !== undefined || plan.crop !== undefined;
  const target = asked ? resized(native, plan.resize) : fixedSize(native, plan.fixed);
  const same = target.width === native.width && target.height === native.height;
  const resize = same ? {} : { resize: target };
  if (plan.crop === undefined) return { ...resize, result: target };
  const { width, height } =
    typeof plan.crop === 'number' ? { width: plan.crop, height: plan.crop } : plan.crop;
  if (width > target.width || height > target.height) {
    return `it is ${target.width}x${target.height} pixels, too small for --crop ${width}x${height}: pass --resize or a smaller crop`;
  }
  const rounded = plan.cropRounding === 'down' ? Math.floor : halfToEven;
  const left = rounded((target.width - width) / 2);
  const top = rounded((target.height - height) / 2);
  return { ...resize, crop: { width, height, left, top }, result: { width, height } };
}

function resized(native: PixelSize, size: ImageSize | undefined): PixelSize {
  if (size === undefined) return native;
  if (typeof size !== 'number') return size;
  const { width, height } = native;
  return width <= height
    ? { width: size, height: Math.floor((size * height) / width) }
    : { width: Math.floor((size * width) / height), height: size };
}

/** What Ultralytics' models take where their input leaves it open. */
const USUAL_BOX = 640;

/** Ultralytics' `LetterBox`: sizes rounded half to even, the image in the middle, an odd pixel below and right. */
function letterboxed(native: PixelSize, fixed: Partial<PixelSize>): Geometry {
  const width = fixed.width ?? fixed.height ?? USUAL_BOX;
  const height = fixed.height ?? fixed.width ?? USUAL_BOX;
  const ratio = Math.min(height / native.height, width / native.width);
  const inner = {
    width: Math.max(1, halfToEven(native.width * ratio)),
    height: Math.max(1, halfToEven(native.height * ratio)),
  };
  const same = inner.width === native.width && inner.height === native.height;
  const before = (whole: number, part: number) => Math.max(0, Math.round((whole - part) / 2 - 0.1));
  return {
    ...(same ? {} : { resize: inner }),
    pad: { left: before(width, inner.width), top: before(height, inner.height) },
    result: { width, height },
  };
}

function fixedSize(native: PixelSize, { width, height }: Partial<PixelSize>): PixelSize {
  if (width !== undefined && height !== undefined) return { width, height };
  // One side alone (text lines of a fixed height) keeps the aspect.
  if (height !== undefined) {
    return { width: Math.max(1, Math.round((native.width * height) / native.height)), height };
  }
  if (width !== undefined) {
    return { width, height: Math.max(1, Math.round((native.height * width) / native.width)) };
  }
  return native;
}

function halfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 && floor % 2 === 0 ? floor : Math.round(value);
}
