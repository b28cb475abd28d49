import { UserError } from '../../../errors.js';
import { bytesPerElement } from '../../../onnx/elementType.js';
import { describeShape } from '../../batches/fitShape.js';
import { labelsBeside } from '../../labels/labelsBeside.js';
import { withClasses } from '../../labels/withClasses.js';
import { onlyInput } from '../../onlyInput.js';
import { rawTypes } from '../../options.js';
import type { Reader } from '../../reader.js';
import { leavesOpen, sampleDims, shapeExample } from '../../sampleDims.js';
import { fileBytes } from '../bytes/byteSource.js';
import { openFile } from '../bytes/openFile.js';
import { denseArray } from './denseArray.js';
import { scaledArray } from './scaledArray.js';

/** Numbers without a header, little-endian, sample after sample; `--dtype` says which, the model or `--shape` how many. */
export const raw: Reader = {
  name: 'raw',
  takes: 'raw numbers (.bin, with --dtype)',
  options: ['scaling', 'dtype', 'shapes'],
  detect: ({ kind, extension }) => kind === 'file' && extension === '.bin',
  async open(source, inputs, { image, dtype, shapes = {} }) {
    const input = onlyInput(source, inputs);
    if (dtype === undefined) {
      throw new UserError(
        `${source} is raw numbers, whose type nothing tells: pass --dtype, one of ${rawTypes.join(', ')}`,
      );
    }
    const dims = sampleDims(input, shapes);
    if (!dims)
      throw new UserError(
        `${leavesOpen(input)}: say which it has in ${source}, for instance ${shapeExample(input)}`,
      );
    const itemSize = bytesPerElement(dtype);
    const sampleBytes = dims.reduce((product, length) => product * length, itemSize);
    const { handle, size } = await openFile(source);
    try {
      const samples = size / sampleBytes;
      if (size === 0 || !Number.isInteger(samples)) {
        throw new UserError(
          `${source} holds ${size} bytes, which are not whole samples of ${describeShape(dims)} ${dtype} (${sampleBytes} bytes each): check --dtype and --shape, or copy it again`,
        );
      }
      const array = denseArray(fileBytes(handle, source, 0, size), {
        ...{ type: dtype, itemSize, bigEndian: false, fortranOrder: false },
        ...{ shape: [samples, ...dims], dataStart: 0 },
      });
      const scaled = scaledArray(array, input, image);
      const { classes, notices } = await labelsBeside(source, samples);
      return {
        streams: new Map([[input.name, withClasses(scaled.array, classes)]]),
        preprocessing: { dtype, shape: dims, ...scaled.preprocessing },
        notices: [...scaled.notices, ...notices],
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  },
};
