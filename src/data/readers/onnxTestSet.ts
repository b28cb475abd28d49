import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { messageOf, UserError } from '../../errors.js';
import { requireRegular } from '../../files/regularFile.js';
import { allocate } from '../../onnx/elementType.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import { TensorProtoSchema } from '../../onnx/proto/onnx_pb.js';
import { decodeTensor } from '../../onnx/tensor.js';
import { namesListed } from '../../text/numbers.js';
import { storeValues } from '../batches/storeValues.js';
import type { TensorData } from '../feed.js';
import type { Reader, ReadyBatch } from '../reader.js';
import type { FailedSample } from '../sample.js';

const SET = /^test_data_set_(\d+)$/;
const INPUT = /^input_(\d+)\.pb$/;

/**
 * The test data that ONNX models are published with: `test_data_set_<s>/input_<k>.pb`, the k-th input of the
 * model as a `TensorProto`. Each set is a batch of its own.
 */
export const onnxTestSet: Reader = {
  name: 'onnx-test-set',
  ownBatches: true,
  takes: 'a folder of ONNX test sets (test_data_set_*/input_*.pb)',
  async detect({ kind, source }) {
    return kind === 'directory' && (await testSets(source)).length > 0;
  },
  async open(source, inputs) {
    const folders = await testSets(source);
    if (folders.length === 0) {
      throw new UserError(
        `${source} holds no ONNX test set: it needs test_data_set_*/input_*.pb or input_*.pb`,
      );
    }
    return {
      async *batches(isWanted) {
        for (const [k, folder] of folders.entries()) if (isWanted(k)) yield readSet(folder, inputs);
      },
    };
  },
};

/** The folders that hold `input_*.pb`, in the order of their numbers: `source` itself or those within. */
async function testSets(source: string): Promise<string[]> {
  const names = await readdir(source).catch((error: unknown) => {
    throw new UserError(
      `${source} cannot be read as a folder (${messageOf(error)}): pass a folder of test sets`,
    );
  });
  if (names.some((name) => INPUT.test(name))) return [source];
  const folders: string[] = [];
  for (const name of numbered(names, SET)) {
    const inside = await readdir(join(source, name)).catch(() => []);
    if (inside.some((file) => INPUT.test(file))) folders.push(join(source, name));
  }
  return folders;
}

const numbered = (names: readonly string[], pattern: RegExp): string[] => {
  const number = (name: string): number => Number(pattern.exec(name)?.[1]);
  return names.filter((name) => pattern.test(name)).sort((a, b) => number(a) - number(b));
};

async function readSet(folder: string, inputs: readonly ModelInput[]): Promise<ReadyBatch | FailedSample> {
  const files = numbered(await readdir(folder), INPUT);
  if (files.length !== inputs.length) {
    const names = namesListed(inputs.map(({ name }) => name));
    throw new UserError(
      `${folder} holds ${files.length} inputs, but the model has ${inputs.length} (${names}): it belongs to another model`,
    );
  }
  const tensors: (readonly [string, TensorData])[] = [];
  let samples: number | undefined;
  for (const [k, input] of inputs.entries()) {
    const file = join(folder, files[k]);
    const tensor = await readTensor(file, input);
    if ('reason' in tensor) return tensor;
    samples ??= tensor.dims[0] ?? 1;
    tensors.push([input.name, tensor]);
  }
  if (samples === undefined || samples === 0) {
    return { origin: folder, reason: 'it holds no sample (the first axis of its first input has length 0)' };
  }
  return { origin: folder, samples, tensors: Object.fromEntries(tensors) };
}

async function readTensor(file: string, input: ModelInput): Promise<TensorData | FailedSample> {
  let tensor: TensorData;
  try {
    await requireRegular(file);
    tensor = decodeTensor(fromBinary(TensorProtoSchema, await readFile(file)));
  } catch (error) {
    const reason = error instanceof UserError ? error.message : `it is not a tensor (${messageOf(error)})`;
    return { origin: file, reason };
  }
  const { shape } = input;
  // The batch axis is free: a set keeps its own number of samples.
  const fits =
    shape === undefined ||
    (shape.length === tensor.dims.length &&
      shape.every(
        (size, axis) => axis === 0 || typeof size !== 'number' || size <= 0 || size === tensor.dims[axis],
      ));
  if (!fits) {
    const given = `[${tensor.dims.join(', ')}]`;
    const wanted = `[${shape.map((size) => size ?? '?').join(', ')}]`;
    return { origin: file, reason: `it has the shape ${given}, but input ${input.name} wants ${wanted}` };
  }
  if (tensor.type === input.type) return tensor;
  const data = allocate(input.type, tensor.data.length);
  const wrong = storeValues(tensor.type, tensor.data, input.type, data, 0);
  return wrong === undefined
    ? { type: input.type, dims: tensor.dims, data }
    : { origin: file, reason: wrong };
}
