import { messageOf, UserError } from '../../../errors.js';
import { readHeader, type TensorEntry } from '../../../files/safetensors.js';
import type { ElementType } from '../../../onnx/elementType.js';
import type { Reader } from '../../reader.js';
import type { ByteSource } from '../bytes/byteSource.js';
import { fileBytes } from '../bytes/byteSource.js';
import { openFile } from '../bytes/openFile.js';
import { denseArray } from './denseArray.js';
import { assignArrays } from './namedArrays.js';

const types: ReadonlyMap<string, readonly [ElementType, number]> = new Map([
  ['F64', ['float64', 8]],
  ['F32', ['float32', 4]],
  ['F16', ['float16', 2]],
  ['BF16', ['bfloat16', 2]],
  ['I64', ['int64', 8]],
  ['I32', ['int32', 4]],
  ['I16', ['int16', 2]],
  ['I8', ['int8', 1]],
  ['U64', ['uint64', 8]],
  ['U32', ['uint32', 4]],
  ['U16', ['uint16', 2]],
  ['U8', ['uint8', 1]],
  ['BOOL', ['bool', 1]],
]);

/** A file of named tensors, samples along their first axes: each feeds the input of its name. */
export const safetensors: Reader = {
  name: 'safetensors',
  takes: 'a file of tensors (.safetensors)',
  options: ['scaling'],
  detect: ({ kind, extension }) => kind === 'file' && extension === '.safetensors',
  async open(source, inputs, { image }) {
    const { handle, size } = await openFile(source);
    try {
      const entries = await readHeader(handle).catch((error: unknown) => {
        throw new UserError(`${source} is not a safetensors file or is damaged: ${messageOf(error)}`);
      });
      const arrays = new Map(
        entries.map((entry) => [entry.name, () => tensorArray(fileBytes(handle, source, 0, size), entry)]),
      );
      const remedy = 'save them under the names of the inputs';
      const opened = await assignArrays(arrays, inputs, source, remedy, image);
      return { ...opened, close: () => handle.close() };
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
};

function tensorArray(file: ByteSource, { name, dtype, shape, position }: TensorEntry) {
  const found = types.get(dtype);
  if (!found) throw new Error(`a safetensors file of type ${dtype} was taken for sound`);
  const [type, itemSize] = found;
  return denseArray(
    { ...file, name: `${file.name}, ${name}` },
    { type, itemSize, bigEndian: false, fortranOrder: false, shape, dataStart: position },
  );
}
