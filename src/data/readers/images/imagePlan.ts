import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { describeInput, sampleShape } from '../../batches/fitShape.js';
import type { ImageOptions, ImageSize, Resampling } from '../../options.js';
import { withPreset } from '../../preprocessing/presets.js';
import { type GeometryPlan, geometryOf, LETTERBOX, type PixelSize, parseImageSize } from './imageGeometry.js';

export type ImageColor = 'gray' | 'rgb' | 'bgr' | 'rgba';
/** `hw`: gray without a channel axis. `flat`: all values in one axis, channels first. */
export type ImageLayout = 'nchw' | 'nhwc' | 'hw' | 'flat';

/** An image as it is met: turned as its EXIF orientation says. */
export type SeenImage = PixelSize & { readonly channels: number };

/** All that is done to an image between its file and the model's input. */
export interface ImagePlan {
  readonly layout: ImageLayout;
  readonly color: ImageColor;
  readonly geometry: GeometryPlan;
  /** Absent: libvips' linear. */
  readonly resample?: Resampling;
  /** Around an image in a letterbox. */
  readonly fill: number;
  /** value × scale, then − mean, then ÷ std; one entry a channel. */
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

const channelsOf: Readonly<Record<ImageColor, number>> = { gray: 1, rgb: 3, bgr: 3, rgba: 4 };
const colorOf = new Map<number | undefined, ImageColor>([
  [undefined, 'rgb'],
  [1, 'gray'],
  [3, 'rgb'],
  [4, 'rgba'],
]);

/**
 * Works out what to do to images from the options and, where they say nothing, from the model's input.
 *
 * @param first size of the first image, which tells gray from colour where the input is flat (`[N, 784]`).
 * @throws UserError where the input cannot take images, or an option contradicts it.
 */
export function planImages(input: ModelInput, given: ImageOptions, first: PixelSize): ImagePlan {
  const place = placeIn(input, given.layout);
  const options = withPreset(given, place);
  const geometry = { ...parsedSizes(options), fixed: {} };
  const { resample, fill = 114 } = options;
  if (!(fill >= 0 && fill <= 255))
    throw new UserError(`--fill ${fill} is no value of a pixel: give 0 to 255`);
  const how = { ...(resample === undefined ? {} : { resample }), fill };
  if (place.layout === 'flat') {
    const values = sampleShape(input)?.[0];
    const sized = geometryOf(first, geometry);
    const pixels = typeof sized === 'string' ? 0 : sized.result.width * sized.result.height;
    const channels = [1, 3, 4].find((count) => count * pixels === values);
    return { layout: 'flat', geometry, ...how, ...valuesPlan(input, options, channels ?? 1) };
  }
  const fixed = {
    ...(place.width === undefined ? {} : { width: place.width }),
    ...(place.height === undefined ? {} : { height: place.height }),
  };
  return {
    layout: place.layout,
    geometry: { ...geometry, fixed },
    ...how,
    ...valuesPlan(input, options, place.channels),
  };
}

/** The plan in words, for the run. */
export function describePlan(plan: ImagePlan): Record<string, unknown> {
  const { resize, crop, cropRounding, fixed } = plan.geometry;
  const words = (size: NonNullable<GeometryPlan['resize']>): number | string =>
    typeof size === 'object' ? `${size.width}x${size.height}` : size;
  const isFitted = (resize === undefined && crop === undefined) || resize === LETTERBOX;
  const toInput = isFitted && Object.keys(fixed).length > 0;
  return {
    layout: plan.layout,
    color: plan.color,
    ...(resize === undefined ? {} : { resize: words(resize) }),
    ...(crop === undefined ? {} : { crop: words(crop) }),
    ...(cropRounding === undefined ? {} : { cropRounding }),
    ...(toInput ? { resizedToInput: `${fixed.width ?? '?'}x${fixed.height ?? '?'}` } : {}),
    interpolation: plan.resample ?? 'linear, antialiased',
    ...(resize === LETTERBOX ? { fill: plan.fill } : {}),
    scale: plan.scale,
    mean: plan.mean,
    std: plan.std,
  };
}

/** The whole way of an image into the model, in a sentence for people. */
export function inWords({ geometry, resample, fill, color, scale, mean, std, layout }: ImagePlan): string {
  const { resize, crop, fixed } = geometry;
  const how = resample ?? 'linear';
  const rounded = (value: number) => String(Number(value.toPrecision(4)));
  const all = (values: readonly number[]) =>
    [...new Set(values)].length === 1 ? rounded(values[0]) : values.map(rounded).join(', ');
  const size = (given: ImageSize) =>
    typeof given === 'number' ? `${given}x${given}` : `${given.width}x${given.height}`;
  const fits = Object.keys(fixed).length > 0 && crop === undefined;
  const steps = [
    ...(resize === LETTERBOX ? [`fitted whole (${how}) with ${fill} around`] : []),
    ...(typeof resize === 'number' ? [`shorter side to ${resize} (${how})`] : []),
    ...(typeof resize === 'object' ? [`to ${size(resize)} (${how})`] : []),
    ...(resize === undefined && fits ? [`to ${fixed.width ?? '?'}x${fixed.height ?? '?'} (${how})`] : []),
    ...(crop === undefined ? [] : [`centre ${size(crop)}`]),
    color.toUpperCase().replace('GRAY', 'gray'),
    ...(scale === 1 ? [] : [Math.abs(1 / scale - 255) < 1e-9 ? '÷ 255' : `× ${rounded(scale)}`]),
    ...(mean.every((value) => value === 0) ? [] : [`− ${all(mean)}`]),
    ...(std.every((value) => value === 1) ? [] : [`÷ ${all(std)}`]),
    layout.toUpperCase(),
  ];
  return `images go in as: ${steps.join(' → ')}`;
}

/**
 * What images are put through only because the model's input wants it, told by the first of them.
 *
 * @param first its size (0 × 0 where it cannot be read) and channels.
 */
export function adaptations(
  { geometry, color }: ImagePlan,
  first: SeenImage,
  options: ImageOptions,
): string[] {
  if (first.width === 0) return [];
  const sized = geometryOf(first, geometry);
  const asked = geometry.resize !== undefined || geometry.crop !== undefined;
  const to = !asked && typeof sized !== 'string' ? sized.resize : undefined;
  const stretched = to && to.width * first.height !== to.height * first.width;
  return [
    ...(to
      ? [
          `images are ${stretched ? 'stretched' : 'resized'} to the model's ${to.width}x${to.height} pixels (the first is ${first.width}x${first.height})${stretched ? ': --resize and --crop keep their proportions' : ''}`,
        ]
      : []),
    ...(color === 'gray' && options.color === undefined && first.channels > 2
      ? ['images are made gray, as the model takes one channel']
      : []),
  ];
}

function parsedSizes({
  resize,
  crop,
  cropRounding,
}: ImageOptions): Pick<GeometryPlan, 'resize' | 'crop' | 'cropRounding'> {
  if (resize === LETTERBOX) {
    if (crop === undefined) return { resize };
    throw new UserError('--resize letterbox keeps the whole image, and --crop would cut it: leave one out');
  }
  return {
    ...(resize === undefined
      ? {}
      : { resize: typeof resize === 'string' ? parseImageSize(resize, '--resize') : resize }),
    ...(crop === undefined ? {} : { crop: typeof crop === 'string' ? parseImageSize(crop, '--crop') : crop }),
    ...(crop === undefined || cropRounding === undefined ? {} : { cropRounding }),
  };
}

interface Place extends Partial<PixelSize> {
  readonly layout: ImageLayout;
  /** `undefined` where the model leaves it open. */
  readonly channels?: number | undefined;
}

function placeIn(input: ModelInput, asked: ImageOptions['layout']): Place {
  const shape = sampleShape(input);
  if (shape === undefined && input.shape === undefined) return { layout: asked ?? 'nchw' };
  if (shape?.length === 1) return { layout: 'flat' };
  if (shape?.length === 2) return place('hw', shape[0], shape[1], 1);
  if (shape?.length === 3) {
    const [a, b, c] = shape;
    const channelsLast = !isChannelCount(a) && isChannelCount(c);
    return (asked ?? (channelsLast ? 'nhwc' : 'nchw')) === 'nhwc'
      ? place('nhwc', a, b, c)
      : place('nchw', b, c, a);
  }
  throw new UserError(
    `input ${input.name} takes no images (it wants ${describeInput(input)} a sample): feed it from .npy or .csv`,
  );
}

const isChannelCount = (size: number | undefined): boolean => size === 1 || size === 3 || size === 4;

function place(
  layout: ImageLayout,
  height: number | undefined,
  width: number | undefined,
  channels: number | undefined,
): Place {
  return {
    layout,
    channels,
    ...(height === undefined ? {} : { height }),
    ...(width === undefined ? {} : { width }),
  };
}

function valuesPlan(
  input: ModelInput,
  options: ImageOptions,
  channels: number | undefined,
): Pick<ImagePlan, 'color' | 'scale' | 'mean' | 'std'> {
  const color = options.color ?? colorOf.get(channels);
  if (color === undefined) {
    throw new UserError(
      `input ${input.name} wants ${channels} channels (${describeInput(input)} a sample), which images do not have: pass --layout nhwc if the channels come last, or feed it from .npy`,
    );
  }
  const count = channelsOf[color];
  if (channels !== undefined && count !== channels && input.shape?.length !== 2) {
    throw new UserError(
      `--color ${color} gives ${count === 1 ? '1 channel' : `${count} channels`}, but input ${input.name} wants ${channels} (${describeInput(input)} a sample)`,
    );
  }
  const floating = input.type.startsWith('float') || input.type === 'bfloat16';
  const std = perChannel(options.std ?? [1], count, '--std', color);
  if (std.includes(0)) throw new UserError('--std holds a 0: values cannot be divided by it');
  return {
    color,
    scale: options.scale ?? (floating ? 1 / 255 : 1),
    mean: perChannel(options.mean ?? [0], count, '--mean', color),
    std,
  };
}

function perChannel(values: readonly number[], channels: number, option: string, color: string): number[] {
  if (values.length === channels && values.every(Number.isFinite)) return [...values];
  if (values.length === 1 && values.every(Number.isFinite)) return Array(channels).fill(values[0]);
  throw new UserError(
    `${option} ${values.join(',')} does not fit ${color} images: write ${channels === 1 ? 'one number' : `one number or ${channels}, separated by commas`}`,
  );
}
