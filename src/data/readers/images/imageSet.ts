import { dirname } from 'node:path';
import { messageOf, UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { onlyInput } from '../../onlyInput.js';
import type { DataOptions } from '../../options.js';
import { preparedAs } from '../../preprocessing/cameWith.js';
import type { OpenedStreams } from '../../reader.js';
import type { ReadSample, SampleStream } from '../../sample.js';
import { goesOn, isWanted, type Selection, wantedRuns } from '../../selection.js';
import { decodeImage, imageSize, loadImageDecoder } from './decodeImage.js';
import { LETTERBOX } from './imageGeometry.js';
import {
  adaptations,
  describePlan,
  type ImagePlan,
  inWords,
  planImages,
  type SeenImage,
} from './imagePlan.js';
import { IMAGES_AT_ONCE } from './imageRoom.js';
import { doubtsAboutNormalization } from './normalization.js';
import { arrangePixels, type Pixels } from './pixels.js';

/** One image of a set, wherever it lies. */
export interface ImageItem {
  /** Where it comes from, for messages. */
  readonly origin: string;
  /** The class, where the set knows it. */
  readonly label?: string;
  /** The bytes of an image file, or pixels that need no decoding. May throw: that is a failed sample. */
  load(): Promise<Uint8Array | Pixels>;
}

/** Images in some order: a folder, an archive, a file of raw pixels. */
export interface ImageSet {
  /** The source in short, for messages. */
  readonly origin: string;
  /** How many there are, where that is known before all have been read. */
  readonly size: number | undefined;
  /** Files that are no images. */
  readonly ignored?: number;
  /** One pass over the images, in order. */
  items(): AsyncIterable<ImageItem>;
  /** One pass over the selected ones, where the others need not be read for it. */
  pick?(selection: Selection): AsyncIterable<ImageItem>;
  /** Any item of `items` can be loaded at any time, in any order. */
  readonly anyOrder?: boolean;
}

/**
 * A set of images as the stream of a model's input. How they are fitted to it is told by the options, the input and
 * the first image.
 *
 * @param empty the message where the set holds no image.
 * @throws UserError where there is no image, or images do not suit the input.
 */
export async function openImages(
  set: ImageSet,
  source: string,
  inputs: readonly ModelInput[],
  { image = {}, cameWith }: DataOptions,
  empty: string,
): Promise<OpenedStreams> {
  const input = onlyInput(source, inputs);
  const first = await firstImage(set);
  if (!first) throw new UserError(empty);
  const { seen, labelled } = first;
  const { options, notices } = await preparedAs(image, cameWith);
  const plan = planImages(input, options, seen);
  return {
    streams: new Map([[input.name, imageStream(set, plan, input, labelled)]]),
    preprocessing: { ...describePlan(plan), ...(set.ignored ? { ignoredFiles: set.ignored } : {}) },
    notices: [
      ...notices,
      inWords(plan),
      ...adaptations(plan, seen, options),
      ...doubtsAboutNormalization(plan),
    ],
  };
}

/** Size and channels of the first image (zeros where it is damaged, which reading it will tell); whether it has a class. */
async function firstImage(set: ImageSet): Promise<{ seen: SeenImage; labelled: boolean } | undefined> {
  for await (const item of set.items()) {
    const labelled = item.label !== undefined;
    try {
      const image = await item.load();
      if (!(image instanceof Uint8Array)) return { seen: image, labelled };
      return { seen: await imageSize(await loadImageDecoder(), image), labelled };
    } catch {
      return { seen: { width: 0, height: 0, channels: 0 }, labelled };
    }
  }
  return undefined;
}

function imageStream(set: ImageSet, plan: ImagePlan, input: ModelInput, labelled: boolean): SampleStream {
  let counted: number | undefined;
  return {
    origin: set.origin,
    labelled,
    // Images of several sizes fit into one batch only as they lie.
    anyOrder: set.anyOrder && (set.size ?? 0) <= MOST_LISTED && isOneSize(plan),
    get size() {
      return set.size ?? counted;
    },
    async *read(selection) {
      const open = await loadImageDecoder();
      const floating = input.type.startsWith('float') || input.type === 'bfloat16';
      let folder: string | undefined;
      const decode = async ({ origin, label, load }: ImageItem): Promise<ReadSample> => {
        // Frames of one film lie in one folder.
        const begins = folder !== undefined && folder !== dirname(origin);
        folder = dirname(origin);
        try {
          const pixels = await decodeImage(open, await load(), plan, floating);
          if (typeof pixels === 'string') return { origin, reason: pixels };
          return arrangePixels(pixels, plan, input.type, {
            origin,
            ...(begins ? { begins } : {}),
            ...(label === undefined ? {} : { label }),
          });
        } catch (error) {
          if (error instanceof UserError) return { origin, reason: error.message };
          return {
            origin,
            reason: `the image cannot be decoded (${causeOf(error)}): replace or remove the file`,
          };
        }
      };
      const wanted = set.pick
        ? set.pick(selection)
        : set.anyOrder && 'chosen' in selection
          ? picked(set, selection)
          : selected(set.items(), selection, (count) => {
              counted = count;
            });
      yield* ahead(wanted, decode, IMAGES_AT_ONCE);
    },
  };
}

/** What the decoders say of files that are not whole images, each in its own way; the first that matches is taken. */
const causes: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:unknown error)?$|unsupported image format/i,
    'it is damaged or truncated, or not an image for all its name',
  ],
  [/pixel limit/i, 'it has more pixels than are decoded, 268 million'],
  [
    /corrupt|premature end|unexpected end|bad seek|read error|is empty|no frames|unable to parse|truncated/i,
    'it is damaged or truncated',
  ],
];

function causeOf(error: unknown): string {
  const cause = messageOf(error)
    .split('\n')[0]
    .replace(/:?\s*$/, '');
  return causes.find(([pattern]) => pattern.test(cause))?.[1] ?? cause;
}

function isOneSize({ geometry: { resize, crop, fixed } }: ImagePlan): boolean {
  return (
    resize === LETTERBOX ||
    crop !== undefined ||
    (resize !== undefined && typeof resize !== 'number') ||
    (fixed.width !== undefined && fixed.height !== undefined)
  );
}

/** Images of which a list is held in memory, so that they can be read in any order. */
const MOST_LISTED = 1e6;

/** The chosen items, in the order in which they are chosen. */
async function* picked(set: ImageSet, selection: Selection): AsyncGenerator<ImageItem> {
  const items: ImageItem[] = [];
  for await (const item of set.items()) items.push(item);
  for (const [start, end] of wantedRuns(selection, items.length)) yield* items.slice(start, end);
}

async function* selected(
  items: AsyncIterable<ImageItem>,
  selection: Selection,
  atEnd: (count: number) => void,
): AsyncGenerator<ImageItem> {
  let index = 0;
  for await (const item of items) {
    if (isWanted(selection, index++)) yield item;
    if (!goesOn(selection, index)) return;
  }
  atEnd(index);
}

/** Decodes up to `window` images at a time and gives them in their order. `decode` never rejects. */
async function* ahead(
  items: AsyncIterable<ImageItem>,
  decode: (item: ImageItem) => Promise<ReadSample>,
  window: number,
): AsyncGenerator<ReadSample[]> {
  const pending: Promise<ReadSample>[] = [];
  for await (const item of items) {
    pending.push(decode(item));
    const next = pending.length >= window ? pending.shift() : undefined;
    if (next) yield [await next];
  }
  for (const next of pending) yield [await next];
}
