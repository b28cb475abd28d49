import type { Reader } from '../../reader.js';
import { zipEntries } from '../archives/zipEntries.js';
import { openFile } from '../bytes/openFile.js';
import type { DenseArray } from './denseArray.js';
import { assignArrays } from './namedArrays.js';
import { openNpyArray } from './npyHeader.js';

const ZIP_MAGIC = [0x50, 0x4b];

/** An archive of NumPy arrays: each feeds the input of its name, a single one feeds a single input. */
export const npz: Reader = {
  name: 'npz',
  takes: 'an archive of NumPy arrays (.npz)',
  options: ['scaling'],
  detect: ({ kind, extension, head }) =>
    kind === 'file' && (extension === '.npz' || ZIP_MAGIC.every((byte, i) => head[i] === byte)),
  async open(source, inputs, { image }) {
    const { handle } = await openFile(source);
    try {
      const arrays = new Map<string, () => Promise<DenseArray>>();
      for (const [file, bytes] of await zipEntries(handle, source)) {
        if (file.endsWith('.npy')) arrays.set(file.slice(0, -'.npy'.length), () => openNpyArray(bytes));
      }
      const example = inputs[0]?.name ?? 'x';
      const remedy = `save them under the names of the inputs, numpy.savez(file, **{"${example}": array})`;
      const opened = await assignArrays(arrays, inputs, source, remedy, image);
      return { ...opened, close: () => handle.close() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
};
