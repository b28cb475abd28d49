import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { embeddedTensor, externalFiles } from '../../src/onnx/externalData.js';
import { readModelFile } from '../../src/onnx/modelFile.js';
import { StringStringEntryProtoSchema, type TensorProto } from '../../src/onnx/proto/onnx_pb.js';
import { folderWith } from '../support/folder.js';
import { externalTensor, model, modelBytes, node, tensor, value } from '../support/models.js';

/** A folder with a model whose one weight is this, and 16 bytes of weights beside it. */
async function folderOf(weight: TensorProto): Promise<string> {
  return folderWith({
    'model.onnx': modelBytes({
      nodes: [node('Add', ['x', 'w'], ['y'])],
      inputs: [value('x', 'float32', [1, 4])],
      outputs: ['y'],
      initializers: [weight],
    }),
    'weights.bin': new Uint8Array(16),
  });
}

const weight = (place: Parameters<typeof externalTensor>[3]) => externalTensor('w', 'float32', [4], place);
const read = (folder: string) => readModelFile(join(folder, 'model.onnx'));

describe('a tensor that lies outside', () => {
  const floats = Buffer.from(Float32Array.of(9, 1, 2, 3, 4, 9).buffer);
  const at = async (place: Parameters<typeof externalTensor>[3]) => {
    const folder = await folderWith({ 'weights.bin': floats });
    return embeddedTensor(weight(place), { path: 'm.onnx', externalDataFolder: folder });
  };

  it('is read from its place, and from nowhere else', async () => {
    const inside = await at({ location: 'weights.bin', offset: 4, length: 16 });
    expect(inside).toMatchObject({ name: 'w', dims: [4n], dataLocation: 0, externalData: [] });
    expect([...new Float32Array(Uint8Array.from(inside?.rawData ?? []).buffer)]).toEqual([1, 2, 3, 4]);
  });

  it('is none where its file is missing or too short, or the folder is not known', async () => {
    expect(await at({ location: 'gone.bin' })).toBeUndefined();
    expect(await at({ location: 'weights.bin', offset: 12 })).toBeUndefined();
    expect(await embeddedTensor(weight({ location: 'weights.bin' }), { path: 'm.onnx' })).toBeUndefined();
  });

  it('is none where it is larger than a second copy should be', async () => {
    const large = externalTensor('w', 'float32', [2 ** 28 + 1], { location: 'weights.bin' });
    expect(await embeddedTensor(large, { path: 'm.onnx', externalDataFolder: '/nowhere' })).toBeUndefined();
  });

  it('comes back as it is where it lies inside', async () => {
    const inside = tensor('w', 'float32', [1], [5]);
    expect(await embeddedTensor(inside, { path: 'm.onnx' })).toBe(inside);
  });

  it('names its file once, beside the model', () => {
    const proto = model({
      nodes: [],
      inputs: [],
      outputs: [],
      initializers: [
        weight({ location: 'a.bin' }),
        weight({ location: 'data/b.bin' }),
        weight({ location: 'a.bin', offset: 16 }),
        tensor('inside', 'float32', [1], [0]),
      ],
    });
    expect(externalFiles(proto, 'm.onnx', '/models')).toEqual(['/models/a.bin', '/models/data/b.bin']);
  });
});

describe('external data', () => {
  it('beside the model is accepted, and its folder told', async () => {
    const folder = await folderOf(weight({ location: 'weights.bin', offset: 0, length: 16 }));
    expect((await read(folder)).externalDataFolder).toBe(folder);
  });

  it('in a folder beside the model is accepted', async () => {
    const folder = await folderOf(weight({ location: 'data/weights.bin' }));
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'weights.bin'), new Uint8Array(16));
    await expect(read(folder)).resolves.toBeDefined();
  });

  it('that is missing is refused, naming weight and file', async () => {
    const folder = await folderOf(weight({ location: 'weights.bin' }));
    await rm(join(folder, 'weights.bin'));
    await expect(read(folder)).rejects.toThrow(/weights\.bin \(weight w of .*\) is missing/);
  });

  it.each([
    ['at its end', { offset: 4, length: 16 }, 20],
    ['by a length left out: four floats are 16 bytes', { offset: 8 }, 24],
    ['by far', { offset: 2 ** 52, length: 16 }, 2 ** 52 + 16],
  ])('that is too short %s is refused with both sizes', async (_, place, needed) => {
    const folder = await folderOf(weight({ location: 'weights.bin', ...place }));
    await expect(read(folder)).rejects.toThrow(`has 16 bytes, but weight w needs ${needed}`);
  });

  it.each([
    ['a negative offset', { location: 'weights.bin', offset: -4 }],
    ['a negative length', { location: 'weights.bin', length: -4 }],
    ['an offset past what numbers can hold', { location: 'weights.bin', offset: 1e300 }],
    ['an offset that is no number', { location: 'weights.bin', offset: Number.NaN }],
    ['no location', { location: '' }],
  ])('with %s is refused', async (_, place) => {
    await expect(read(await folderOf(weight(place)))).rejects.toThrow(
      /weight w is external, but its location/,
    );
  });

  it.each(['/etc/hostname', '../weights.bin', 'data/../../weights.bin', '..'])(
    'at %s is refused: it leaves the folder of the model',
    async (location) => {
      const error: unknown = await read(await folderOf(weight({ location }))).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UserError);
      expect(String(error)).toContain('outside the model');
    },
  );

  it('behind a link that leaves the folder is refused, one that stays is not', async () => {
    const outside = await folderWith({ 'secret.bin': new Uint8Array(16) });
    const folder = await folderOf(weight({ location: 'link.bin' }));
    await symlink(join(outside, 'secret.bin'), join(folder, 'link.bin'));
    await expect(read(folder)).rejects.toThrow(/lies outside the model's folder/);
    await rm(join(folder, 'link.bin'));
    await symlink('weights.bin', join(folder, 'link.bin'));
    await expect(read(folder)).resolves.toBeDefined();
  });

  it('that is a folder, the model’s own included, is refused', async () => {
    const folder = await folderOf(weight({ location: 'data' }));
    await mkdir(join(folder, 'data'));
    await expect(read(folder)).rejects.toThrow(/is not a file/);
    await expect(read(await folderOf(weight({ location: '.' })))).rejects.toThrow(/is not a file/);
  });

  it.each([
    '0x10',
    ' 4',
    '4 ',
    '1e1',
    '1.5',
    '+4',
    '-0',
    '',
    'four',
    '٤',
    '9007199254740993',
    '99999999999999999999',
  ])('with the offset or length %j is refused', async (text) => {
    for (const key of ['offset', 'length']) {
      const tensor = weight({ location: 'weights.bin' });
      tensor.externalData.push(create(StringStringEntryProtoSchema, { key, value: text }));
      await expect(read(await folderOf(tensor))).rejects.toThrow(
        /its location, offset or length makes no sense/,
      );
    }
  });

  it.each([12, 20, 0])('of %d bytes for a weight that takes 16 is refused', async (length) => {
    const folder = await folderOf(weight({ location: 'weights.bin', length }));
    await expect(read(folder)).rejects.toThrow(
      `weight w is external and takes 16 bytes by its shape, but has ${length} of weights.bin`,
    );
  });

  it.each([
    'a\u0000b',
    'x'.repeat(5000),
    'nope/',
    'a%2fb',
    '\\\\host\\share',
    'con:',
    '\ud800',
    '\u202e.bin',
    'WEIGHTS.bin',
  ])('called %j, which is not there, is refused', async (location) => {
    const error: unknown = await read(await folderOf(weight({ location }))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toMatch(/is missing|is not a file|outside the model/);
  });

  it('that is empty is refused, even where the weight takes no byte: ONNX Runtime ends the process over it', async () => {
    const folder = await folderOf(externalTensor('w', 'float32', [0, 4], { location: 'empty.bin' }));
    await writeFile(join(folder, 'empty.bin'), '');
    await expect(read(folder)).rejects.toThrow(/empty\.bin \(weight w of .*\) is empty: copy it again/);
  });

  it('behind links that lead to each other, or to a device, or in a pipe, is refused at once', async () => {
    const folder = await folderOf(weight({ location: 'odd.bin' }));
    await symlink('other.bin', join(folder, 'odd.bin'));
    await symlink('odd.bin', join(folder, 'other.bin'));
    await expect(read(folder)).rejects.toThrow(/odd\.bin .* is missing/);
    await rm(join(folder, 'odd.bin'));
    await symlink('/dev/zero', join(folder, 'odd.bin'));
    await expect(read(folder)).rejects.toThrow(/lies outside the model's folder/);
    await rm(join(folder, 'odd.bin'));
    execFileSync('mkfifo', [join(folder, 'odd.bin')]);
    await expect(read(folder)).rejects.toThrow(/odd\.bin .* is not a file/);
  });

  it('of a name that begins with two dots is inside', async () => {
    const folder = await folderOf(weight({ location: '..weights.bin' }));
    await writeFile(join(folder, '..weights.bin'), new Uint8Array(16));
    await expect(read(folder)).resolves.toBeDefined();
  });

  it('of a Constant node is checked, too', async () => {
    const folder = await folderWith({
      'model.onnx': modelBytes({
        nodes: [
          node('Constant', [], ['w'], { value: weight({ location: 'gone.bin' }) }),
          node('Add', ['x', 'w'], ['y']),
        ],
        inputs: [value('x', 'float32', [1, 4])],
        outputs: ['y'],
      }),
    });
    await expect(read(folder)).rejects.toThrow(/gone\.bin .* is missing/);
  });
});
