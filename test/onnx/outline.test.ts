import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { inspect } from '../../src/api/inspect.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { readModelFile, readModelOutline, serializeModel } from '../../src/onnx/modelFile.js';
import { ModelProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { folderWith } from '../support/folder.js';

/** A chain of products with weights of these sizes, of which one of 700 is above one piece and the outline's limit. */
function chain(sizes: readonly number[]): Uint8Array {
  return serializeModel(
    create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: 'test',
      opsetImport: [{ version: 17n }],
      graph: {
        name: 'chain',
        input: [{ name: 'v0', type: { value: { case: 'tensorType', value: { elemType: 1 } } } }],
        output: [{ name: `v${sizes.length}` }],
        initializer: sizes.map((size, index) => ({
          name: `w${index}`,
          dataType: 1,
          dims: [BigInt(size), BigInt(size)],
          rawData: new Uint8Array(size * size * 4).fill(index + 1),
        })),
        node: sizes.map((_, index) => ({
          opType: 'MatMul',
          name: `n${index}`,
          input: [`v${index}`, `w${index}`],
          output: [`v${index + 1}`],
        })),
      },
    }),
  );
}

const fileWith = async (content: Uint8Array) => join(await folderWith({ 'm.onnx': content }), 'm.onnx');

it('an outline has all that the whole file has, but the values of large weights', async () => {
  const sizes = [700, 3, 127, 129, 600, 2];
  const path = await fileWith(chain(sizes));
  const whole = await readModelFile(path);
  const outline = await readModelOutline(path);
  expect(outline.sha256).toBe(whole.sha256);
  whole.graph.initializer.forEach((tensor, index) => {
    const other = outline.graph.initializer[index];
    expect(other.rawData.length).toBe(tensor.rawData.length);
    const isKept = Buffer.compare(other.rawData, tensor.rawData) === 0;
    expect(isKept, `weight of ${sizes[index]}`).toBe(sizes[index] ** 2 * 4 <= 2 ** 16);
    other.rawData = tensor.rawData;
  });
  expect(Buffer.compare(serializeModel(outline.proto), serializeModel(whole.proto))).toBe(0);
  expect((await inspect(path)).layers).toEqual(findLayers(whole).layers);
});

it('what is wrong with a large file is said as it is of a whole one', async () => {
  const bytes = chain([700, 600]);
  const damaged = [
    bytes.subarray(0, -1),
    bytes.subarray(0, 2 ** 20 + 5),
    new Uint8Array(2 ** 21),
    new Uint8Array(2 ** 21).fill(0xff),
    new Uint8Array(2 ** 21).fill(0x3a),
  ];
  for (const content of damaged) {
    const path = await fileWith(content);
    const said: unknown = await readModelFile(path).catch((error: unknown) => error);
    expect(said).toBeInstanceOf(Error);
    expect(await readModelOutline(path).catch((error: unknown) => error)).toEqual(said);
  }
});
