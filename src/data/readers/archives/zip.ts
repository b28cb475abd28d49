import { UserError } from '../../../errors.js';
import type { Reader } from '../../reader.js';
import type { ByteSource } from '../bytes/byteSource.js';
import { openFile } from '../bytes/openFile.js';
import { isImageFile } from '../images/imageFiles.js';
import { requireImageSize } from '../images/imageRoom.js';
import { type ImageItem, openImages } from '../images/imageSet.js';
import { folderLabel } from '../images/images.js';
import { zipEntries } from './zipEntries.js';

/** Images in a zip archive, with a class a folder where it has any; nothing is unpacked to the disk. */
export const zip: Reader = {
  name: 'zip',
  takes: 'images in a zip archive (.zip)',
  options: ['image'],
  detect: ({ kind, extension }) => kind === 'file' && extension === '.zip',
  async open(source, inputs, options) {
    const { handle } = await openFile(source);
    try {
      const entries = [...(await zipEntries(handle, source))].filter(([name]) => !isHidden(name));
      const images = entries
        .filter(([name]) => isImageFile(name))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, bytes]) => imageItem(name, bytes));
      if (images.length === 0 && entries.some(([name]) => name.endsWith('.npy'))) {
        throw new UserError(`${source} holds NumPy arrays, not images: pass --reader npz`);
      }
      const opened = await openImages(
        {
          origin: source,
          size: images.length,
          ignored: entries.length - images.length,
          anyOrder: true,
          async *items() {
            yield* images;
          },
        },
        source,
        inputs,
        options,
        `${source} holds no images (${entries.length} other files): PNG, JPEG, WebP, TIFF, GIF and AVIF are read`,
      );
      return { ...opened, close: () => handle.close() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
};

/** Also what macOS puts beside the files. */
const isHidden = (name: string): boolean => /(^|\/)(\.|__MACOSX\/)/.test(name);

function imageItem(name: string, bytes: ByteSource): ImageItem {
  const label = folderLabel(name);
  return {
    origin: bytes.name,
    ...(label === undefined ? {} : { label }),
    async load() {
      requireImageSize(bytes.size);
      const reader = await bytes.open();
      try {
        const whole = new Uint8Array(bytes.size);
        await reader.read(0, whole);
        return whole;
      } finally {
        await reader.close();
      }
    },
  };
}
