import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../errors.js';
import { isRecord } from '../../shape/jsonShape.js';
import type { ImageOptions, ImageSize, Resampling } from '../options.js';

/** Pillow's numbers of its filters. */
const FILTERS: readonly Resampling[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

/** Steps that change pixels and that delve does not take. */
const UNKNOWN_STEPS = [
  'do_pad',
  'do_thumbnail',
  'do_align_long_axis',
  'do_image_splitting',
  'do_rotate',
  'do_binarize',
];

/**
 * What a `preprocessor_config.json` of Hugging Face says is done to images.
 *
 * @throws UserError where the file cannot be read, is none, or asks for a step that delve does not take.
 */
export async function readPreprocessorConfig(path: string): Promise<ImageOptions> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UserError(`${path} cannot be read as a preprocessor_config.json: ${messageOf(error)}`);
  }
  if (!isRecord(parsed)) throw new UserError(`${path} holds no object: it is no preprocessor_config.json`);
  return imageOptionsOf(parsed, path);
}

/** @param path for messages. @throws UserError as `readPreprocessorConfig`. */
export function imageOptionsOf(config: Readonly<Record<string, unknown>>, path: string): ImageOptions {
  const step = UNKNOWN_STEPS.find((key) => config[key] === true);
  if (step !== undefined) {
    throw new UserError(
      `${path} asks for ${step}, which delve does not do: prepare the images beforehand, or say what is to be done (--resize, --crop, --mean, --std) with --preset none`,
    );
  }
  const does = (key: string, usual = true) =>
    typeof config[key] === 'boolean' ? config[key] === true : usual;
  const wrong = (key: string) =>
    new UserError(
      `${path} has a ${key} that delve does not know, ${JSON.stringify(config[key])}: give --resize, --crop, --mean and --std instead`,
    );
  const numbers = (key: string): readonly number[] | undefined => {
    const value = config[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number') return [value];
    if (Array.isArray(value) && value.every((each) => typeof each === 'number')) return value;
    throw wrong(key);
  };
  const crops = does('do_center_crop', 'crop_size' in config);
  const rescales = does('do_rescale');
  const normalizes = does('do_normalize', 'image_mean' in config);
  const factor = config.rescale_factor;
  if (factor !== undefined && typeof factor !== 'number') throw wrong('rescale_factor');
  const resized = does('do_resize', 'size' in config) ? resizing(config, wrong) : {};
  const crop = resized.crop ?? (crops ? exactSize(config.crop_size, () => wrong('crop_size')) : undefined);
  return {
    ...resized,
    ...(crop === undefined ? {} : { crop, cropRounding: 'down' as const }),
    scale: rescales ? (factor ?? 1 / 255) : 1,
    mean: (normalizes ? numbers('image_mean') : undefined) ?? [0],
    std: (normalizes ? numbers('image_std') : undefined) ?? [1],
    ...(does('do_flip_channel_order', false) ? { color: 'bgr' as const } : {}),
    ...(does('do_grayscale', false) ? { color: 'gray' as const } : {}),
  };
}

function resizing(
  config: Readonly<Record<string, unknown>>,
  wrong: (key: string) => UserError,
): Pick<ImageOptions, 'resize' | 'crop' | 'resample'> {
  const { size, resample = 2, crop_pct: share } = config;
  const how = typeof resample === 'number' ? FILTERS[resample] : undefined;
  if (how === undefined) throw wrong('resample');
  const shortest = isRecord(size) ? size.shortest_edge : undefined;
  const keepsAspect = config.do_center_crop === true || config.default_to_square === false;
  const edge = shortest ?? (typeof size === 'number' && keepsAspect ? size : undefined);
  if (edge === undefined) return { resize: exactSize(size, () => wrong('size')), resample: how };
  if (typeof edge !== 'number' || (isRecord(size) && 'longest_edge' in size)) throw wrong('size');
  // ConvNext: below 384 a larger image is cropped, above it is squeezed.
  if (typeof share !== 'number') return { resize: edge, resample: how };
  if (edge >= 384) return { resize: { width: edge, height: edge }, resample: how };
  return { resize: Math.trunc(edge / share), crop: edge, resample: how };
}

function exactSize(value: unknown, wrong: () => UserError): ImageSize {
  if (typeof value === 'number') return { width: value, height: value };
  if (!isRecord(value) || typeof value.width !== 'number' || typeof value.height !== 'number') throw wrong();
  return { width: value.width, height: value.height };
}
