import type { ReadSample, Sample } from '../../sample.js';
import { type Selection, wantedRuns } from '../../selection.js';
import type { ImageItem } from '../images/imageSet.js';
import type { Pixels } from '../images/pixels.js';
import type { DenseArray } from './denseArray.js';

/** How the bytes of a sample are an image; `planes`: the channels lie one after the other, not interleaved. */
export type PixelLayout = Omit<Pixels, 'values'> & { readonly planes?: boolean };

/**
 * The samples of an array of bytes as images that need no decoding.
 *
 * @param classOf the class of the sample at an index, where it is known.
 * @param selection of the samples; absent: all.
 */
export async function* pixelItems(
  array: DenseArray,
  layout: PixelLayout,
  classOf: (index: number) => string | undefined,
  selection: Selection = { block: 1, every: 1 },
): AsyncGenerator<ImageItem> {
  const indices = indicesOf(selection, array.size);
  for await (const chunk of array.read(selection)) {
    for (const sample of chunk) yield pixelItem(sample, layout, classOf(indices.next().value ?? -1));
  }
}

function* indicesOf(selection: Selection, size: number): Generator<number, undefined> {
  for (const [start, end] of wantedRuns(selection, size)) for (let i = start; i < end; i++) yield i;
  return undefined;
}

/** One sample of bytes as an image. */
export function pixelItem(sample: ReadSample, layout: PixelLayout, label: string | undefined): ImageItem {
  const { width, height, channels, planes = false } = layout;
  return {
    origin: sample.origin,
    ...(label === undefined ? {} : { label }),
    load: async () => {
      const values = bytesOf(sample);
      return { values: planes ? interleaved(values, channels) : values, width, height, channels };
    },
  };
}

function bytesOf(sample: ReadSample | Sample): Uint8Array {
  if ('data' in sample && sample.data instanceof Uint8Array) return sample.data;
  throw new Error(`${sample.origin} is not an image of bytes`);
}

function interleaved(values: Uint8Array, channels: number): Uint8Array {
  const pixels = values.length / channels;
  const result = new Uint8Array(values.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < pixels; i++) result[i * channels + channel] = values[channel * pixels + i];
  }
  return result;
}
