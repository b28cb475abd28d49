import { UserError } from '../../../errors.js';
import { fitShape, shapeMismatch } from '../../batches/fitShape.js';
import { labelsBeside } from '../../labels/labelsBeside.js';
import { withClasses } from '../../labels/withClasses.js';
import { onlyInput } from '../../onlyInput.js';
import type { Reader } from '../../reader.js';
import { fileBytes } from '../bytes/byteSource.js';
import { openFile } from '../bytes/openFile.js';
import { NPY_MAGIC, openNpyArray } from './npyHeader.js';
import { scaledArray } from './scaledArray.js';

/** A NumPy array in a file of its own, samples along the first axis. */
export const npy: Reader = {
  name: 'npy',
  takes: 'a NumPy array (.npy)',
  options: ['scaling'],
  detect: ({ kind, extension, head }) =>
    kind === 'file' && (extension === '.npy' || NPY_MAGIC.every((byte, i) => head[i] === byte)),
  async open(source, inputs, { image }) {
    const input = onlyInput(source, inputs);
    const { handle, size } = await openFile(source);
    try {
      const array = await openNpyArray(fileBytes(handle, source, 0, size));
      if (!fitShape(array.dims, input)) {
        throw new UserError(`the samples of ${source} do not fit: ${shapeMismatch(array.dims, input)}`);
      }
      const scaled = scaledArray(array, input, image);
      const { classes, notices } = await labelsBeside(source, array.size);
      return {
        streams: new Map([[input.name, withClasses(scaled.array, classes)]]),
        preprocessing: scaled.preprocessing,
        notices: [...scaled.notices, ...notices],
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
};
