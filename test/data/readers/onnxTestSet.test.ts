import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { TensorProtoSchema } from '../../../src/onnx/proto/onnx_pb.js';
import { dimsOf, input, readAll, valuesOf } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

const floats = (dims: number[], values: number[]): Uint8Array =>
  toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, { dataType: 1, dims: dims.map(BigInt), floatData: values }),
  );

const x = input('x', 'float32', [1, 2]);

test('each set is a batch of its own size, in the order of the numbers', async () => {
  const folder = await temporaryFolder({
    'test_data_set_10/input_0.pb': floats([1, 2], [5, 6]),
    'test_data_set_2/input_0.pb': floats([2, 2], [1, 2, 3, 4]),
    'test_data_set_2/output_0.pb': floats([1], [0]),
    'model.onnx': 'not read',
  });
  const { feeds, source } = await readAll({ data: [folder] }, [x], { batchSize: 1 });
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 3, 4, 5, 6]);
  expect(feeds.map(({ samples }) => samples)).toEqual([2, 1]);
  expect(source.reader).toBe('onnx-test-set');
  const cut = await readAll({ data: [folder] }, [x], { maxSamples: 1 });
  expect(dimsOf(cut.feeds, 'x')).toEqual([[1, 2]]);
  expect(valuesOf((await readAll({ data: [folder] }, [x], { every: 2 })).feeds, 'x')).toEqual([5, 6]);
});

test('a folder may be the set itself; input_k feeds the k-th input, converted, scalars too', async () => {
  const folder = await temporaryFolder({
    'input_0.pb': floats([3, 1, 2], [1, 2, 3, 4, 5, 6]),
    'input_1.pb': floats([], [16000]),
  });
  const inputs = [input('sequence', 'float64', ['time', 'n', 2]), input('rate', 'int64', [])];
  const { feeds } = await readAll({ data: [folder] }, inputs);
  expect(dimsOf(feeds, 'sequence')).toEqual([[3, 1, 2]]);
  expect(valuesOf(feeds, 'rate')).toEqual([16000n]);
  await expect(readAll({ data: [folder] }, inputs, { maxSamples: 2 })).rejects.toThrow(
    /cannot be cut to 2 of its 3 samples, since input rate of shape \[\] does not have them on its first axis/,
  );
});

test('what does not fit is refused, or skipped as a set', async () => {
  const folder = await temporaryFolder({
    'test_data_set_0/input_0.pb': floats([1, 3], [1, 2, 3]),
    'test_data_set_1/input_0.pb': Buffer.from('garbage'),
    'test_data_set_2/input_0.pb': floats([1, 2], [1, 2]),
  });
  await expect(readAll({ data: [folder] }, [x])).rejects.toThrow(
    `${join(folder, 'test_data_set_0', 'input_0.pb')}: it has the shape [1, 3], but input x wants [1, 2]`,
  );
  const { feeds, source } = await readAll({ data: [folder], onError: 'skip' }, [x]);
  expect(valuesOf(feeds, 'x')).toEqual([1, 2]);
  expect(source.skippedCount).toBe(2);
  await expect(readAll({ data: [folder] }, [x, input('y', 'float32')])).rejects.toThrow(
    /holds 1 inputs, but the model has 2 \(x, y\)/,
  );
});
