import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { readModelFile } from '../../src/onnx/modelFile.js';
import type { TensorProto } from '../../src/onnx/proto/onnx_pb.js';
import { writeModel } from '../../src/onnx/writeModel.js';
import { folderWith } from '../support/folder.js';
import { externalTensor, model, node, tensor, value } from '../support/models.js';

const of = (...initializers: TensorProto[]) =>
  model({
    nodes: [node('Sum', ['x', ...initializers.map(({ name }) => name)], ['y'])],
    inputs: [value('x', 'float32', [2])],
    outputs: ['y'],
    initializers,
  });
const places = (proto: ReturnType<typeof of>) =>
  proto.graph?.initializer.map(({ externalData }) => externalData.map(({ key, value }) => `${key} ${value}`));

describe('a model that is written', () => {
  it('is one file where it has no external weights', async () => {
    const folder = await folderWith({});
    const path = join(folder, 'm.onnx');
    const size = await writeModel(path, of(tensor('w', 'float32', [2], [1, 2])));
    expect(await readdir(folder)).toEqual(['m.onnx']);
    expect((await readFile(path)).length).toBe(size);
    expect((await readModelFile(path)).graph.initializer[0].name).toBe('w');
  });

  it('takes its external weights along, each from its place, and leaves the rest behind', async () => {
    // Of 16 bytes the two weights are 4 to 12 and, of another file, the first 8.
    const a = Uint8Array.from({ length: 16 }, (_, i) => i);
    const b = Uint8Array.from({ length: 10 }, (_, i) => 100 + i);
    const from = await folderWith({ 'a.bin': a, 'b.bin': b });
    const to = await folderWith({});
    const path = join(to, 'm.onnx');
    const proto = of(
      externalTensor('first', 'float32', [2], { location: 'a.bin', offset: 4, length: 8 }),
      tensor('inside', 'float32', [2], [1, 2]),
      externalTensor('second', 'float32', [2], { location: 'b.bin' }),
    );
    const before = places(proto);
    const size = await writeModel(path, proto, from);
    expect((await readdir(to)).sort()).toEqual(['m.onnx', 'm.onnx.data']);
    const written = await readModelFile(path);
    expect(places(written.proto)).toEqual([
      ['location m.onnx.data', 'offset 0', 'length 8'],
      [],
      ['location m.onnx.data', 'offset 4096', 'length 8'],
    ]);
    const data = await readFile(join(to, 'm.onnx.data'));
    expect([...data.subarray(0, 8)]).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect([...data.subarray(4096)]).toEqual([100, 101, 102, 103, 104, 105, 106, 107]);
    expect(size).toBe((await readFile(path)).length + 4104);
    // What was given points where it pointed.
    expect(places(proto)).toEqual(before);
  });

  it('copies weights that are longer than a piece', async () => {
    // 17 MiB + 12 bytes; every four bytes hold their number.
    const length = 17 * 2 ** 20 + 12;
    const values = Float32Array.from({ length: length / 4 }, (_, i) => i);
    const from = await folderWith({ 'w.bin': new Uint8Array(values.buffer) });
    const to = await folderWith({});
    const proto = of(externalTensor('w', 'float32', [length / 4], { location: 'w.bin' }));
    await writeModel(join(to, 'm.onnx'), proto, from);
    const data = await readFile(join(to, 'm.onnx.data'));
    expect(data.equals(Buffer.from(values.buffer))).toBe(true);
  });

  it('leaves nothing behind where its weights are cut off, and points where it pointed', async () => {
    const from = await folderWith({ 'w.bin': new Uint8Array(4) });
    const to = await folderWith({});
    const proto = of(externalTensor('w', 'float32', [2], { location: 'w.bin' }));
    const before = places(proto);
    await expect(writeModel(join(to, 'm.onnx'), proto, from)).rejects.toThrow(
      `${join(from, 'w.bin')} ends before its weights do: copy it again`,
    );
    expect(await readdir(to)).toEqual([]);
    expect(places(proto)).toEqual(before);
  });

  it('cannot stand in a folder that is not there', async () => {
    const path = join(await folderWith({}), 'gone', 'm.onnx');
    await expect(writeModel(path, of())).rejects.toThrow(UserError);
    await expect(writeModel(path, of())).rejects.toThrow(/m\.onnx cannot be written .*: check the folder/);
  });
});
