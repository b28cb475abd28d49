import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { messageOf, UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { onlyInput } from '../../onlyInput.js';
import type { Reader } from '../../reader.js';
import type { ReadSample, SampleStream } from '../../sample.js';
import { isWanted, type Selection } from '../../selection.js';
import { decodeImage, imageSize, loadImageDecoder } from './decodeImage.js';
import { type FoundFile, filesBelow, isImageFile } from './imageFiles.js';
import type { PixelSize } from './imageGeometry.js';
import { adaptations, describePlan, type ImagePlan, planImages } from './imagePlan.js';
import { arrangePixels } from './pixels.js';

const MEND = 'replace or remove the file';

/** A folder of images, with a class a sub-folder where it has any, or a single image. */
export const images: Reader = {
  name: 'images',
  takes: 'an image or a folder of images (PNG, JPEG, WebP, TIFF, GIF, AVIF)',
  options: ['image'],
  detect: ({ kind, source }) => kind === 'directory' || (kind === 'file' && isImageFile(source)),
  async open(source, inputs, { image: options = {} }) {
    const input = onlyInput(source, inputs);
    const { size, ignored, first } = await count(source);
    if (first === undefined) {
      throw new UserError(
        `${source} holds no images (${ignored} other files): PNG, JPEG, WebP, TIFF, GIF and AVIF are read`,
      );
    }
    const seen = await sizeOf(first);
    const plan = planImages(input, options, seen);
    return {
      streams: new Map([[input.name, imageStream(source, size, plan, input)]]),
      preprocessing: { ...describePlan(plan), ...(ignored > 0 ? { ignoredFiles: ignored } : {}) },
      notices: adaptations(plan, seen, options),
    };
  },
};

async function* imageFiles(source: string): AsyncGenerator<FoundFile> {
  if ((await stat(source)).isDirectory()) yield* filesBelow(source);
  else yield { path: source, inside: basename(source), isImage: true };
}

async function count(source: string): Promise<{ size: number; ignored: number; first: string | undefined }> {
  let size = 0;
  let ignored = 0;
  let first: string | undefined;
  for await (const { path, isImage } of imageFiles(source)) {
    if (isImage) {
      first ??= path;
      size++;
    } else {
      ignored++;
    }
  }
  return { size, ignored, first };
}

/** A damaged first image is no reason to stop here: reading it will tell. */
async function sizeOf(path: string): Promise<PixelSize & { readonly channels: number }> {
  const open = await loadImageDecoder();
  return imageSize(open, path).catch(() => ({ width: 0, height: 0, channels: 0 }));
}

function imageStream(source: string, size: number, plan: ImagePlan, input: ModelInput): SampleStream {
  return {
    origin: source,
    size,
    async *read(selection) {
      const open = await loadImageDecoder();
      const floating = input.type.startsWith('float') || input.type === 'bfloat16';
      const decode = async ({ path, inside }: FoundFile): Promise<ReadSample> => {
        try {
          const pixels = await decodeImage(open, path, plan, floating);
          if (typeof pixels === 'string') return { origin: path, reason: pixels };
          const slash = inside.indexOf('/');
          const label = slash > 0 ? { label: inside.slice(0, slash) } : {};
          return { ...arrangePixels(pixels, plan, input.type), origin: path, ...label };
        } catch (error) {
          return { origin: path, reason: `the image cannot be decoded (${causeOf(error)}): ${MEND}` };
        }
      };
      yield* ahead(selectedImages(source, selection), decode, 2 * availableParallelism());
    },
  };
}

/** What the decoder says; of some damaged files it says nothing. */
function causeOf(error: unknown): string {
  const cause = messageOf(error)
    .split('\n')[0]
    .replace(/:?\s*$/, '');
  return /^(?:unknown error)?$/i.test(cause)
    ? 'it is damaged or truncated, or no image for all its name'
    : cause;
}

async function* selectedImages(source: string, selection: Selection): AsyncGenerator<FoundFile> {
  let index = 0;
  for await (const file of imageFiles(source)) {
    if (file.isImage && isWanted(selection, index++)) yield file;
  }
}

/** Decodes up to `window` images at a time and gives them in the order of their files. `decode` never rejects. */
async function* ahead(
  files: AsyncIterable<FoundFile>,
  decode: (file: FoundFile) => Promise<ReadSample>,
  window: number,
): AsyncGenerator<ReadSample[]> {
  const pending: Promise<ReadSample>[] = [];
  for await (const file of files) {
    pending.push(decode(file));
    const next = pending.length >= window ? pending.shift() : undefined;
    if (next) yield [await next];
  }
  for (const next of pending) yield [await next];
}
