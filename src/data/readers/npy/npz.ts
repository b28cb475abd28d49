import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { fitShape, shapeMismatch } from '../../batches/fitShape.js';
import type { Reader } from '../../reader.js';
import type { SampleStream } from '../../sample.js';
import { zipEntries } from '../archives/zipEntries.js';
import type { ByteSource } from '../bytes/byteSource.js';
import { openFile } from '../bytes/openFile.js';
import { openNpyArray } from './npyArray.js';

const ZIP_MAGIC = [0x50, 0x4b];

/** An archive of NumPy arrays: each feeds the input of its name, a single one feeds a single input. */
export const npz: Reader = {
  name: 'npz',
  takes: 'an archive of NumPy arrays (.npz)',
  detect: ({ kind, extension, head }) =>
    kind === 'file' && (extension === '.npz' || ZIP_MAGIC.every((byte, i) => head[i] === byte)),
  async open(source, inputs) {
    const { handle } = await openFile(source);
    try {
      const arrays = new Map<string, ByteSource>();
      for (const [file, bytes] of await zipEntries(handle, source)) {
        if (file.endsWith('.npy')) arrays.set(file.slice(0, -'.npy'.length), bytes);
      }
      const streams = new Map<string, SampleStream>();
      for (const [input, bytes] of assign(arrays, inputs, source)) {
        const array = await openNpyArray(bytes);
        if (!fitShape(array.dims, input)) {
          throw new UserError(`the samples of ${bytes.name} do not fit: ${shapeMismatch(array.dims, input)}`);
        }
        streams.set(input.name, array);
      }
      return { streams, close: () => handle.close() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
};

function assign(
  arrays: ReadonlyMap<string, ByteSource>,
  inputs: readonly ModelInput[],
  source: string,
): [ModelInput, ByteSource][] {
  if (arrays.size === 0) throw new UserError(`${source} holds no .npy arrays: save it with numpy.savez`);
  const [single, ...others] = arrays.values();
  const alone = inputs.length === 1 && others.length === 0;
  return inputs.map((input) => {
    const bytes = arrays.get(input.name) ?? (alone ? single : undefined);
    if (bytes) return [input, bytes];
    const names = inputs.map(({ name }) => name).join(', ');
    throw new UserError(
      `${source} holds the arrays ${[...arrays.keys()].join(', ')}, and none is named like input ${input.name} (to be fed: ${names}): save them under the names of the inputs, numpy.savez(file, **{"${input.name}": array})`,
    );
  });
}
