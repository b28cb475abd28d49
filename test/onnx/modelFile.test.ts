import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { opsetOf, producerOf, readModelFile } from '../../src/onnx/modelFile.js';
import { folderWith } from '../support/folder.js';
import { type ModelParts, model, modelBytes, node, tensor, value } from '../support/models.js';
import { bytes, message, varint } from '../support/wire.js';

const x = value('x', 'float32', [1, 2]);
const parts: ModelParts = { nodes: [node('Relu', ['x'], ['y'])], inputs: [x], outputs: ['y'] };

/** The error that reading a file with this content gives. */
async function refusal(content: Uint8Array | string): Promise<UserError> {
  const path = join(await folderWith({ 'model.onnx': content }), 'model.onnx');
  const error: unknown = await readModelFile(path).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`not refused: ${String(error)}`);
  expect(error.message).toContain(path);
  expect(error.message).not.toContain('\n');
  return error;
}

/** Pseudo-random bytes from a linear congruential generator. */
function noise(seed: number, length: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

describe('a file that is no ONNX model is refused in one sentence', () => {
  const png = Uint8Array.of(
    0x89,
    0x50,
    0x4e,
    0x47,
    0x0d,
    0x0a,
    0x1a,
    0x0a,
    0,
    0,
    0,
    13,
    0x49,
    0x48,
    0x44,
    0x52,
  );
  it.each([
    ['an image', png],
    ['text', 'Lorem ipsum dolor sit amet, consectetur adipisici elit'],
    ['a page', '<!DOCTYPE html><html><head><title>404</title></head></html>'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'],
    ['JSON', '{"format": "graph-model"}'],
    ['zeros', new Uint8Array(1000)],
  ])('%s', async (_, content) => {
    expect((await refusal(content)).message).toMatch(/is not an ONNX model/);
  });

  it('noise, whatever it begins with', async () => {
    for (let seed = 1; seed <= 200; seed++) await refusal(noise(seed, 20 + seed));
  });

  it('an empty file', async () => {
    expect((await refusal('')).message).toMatch(/is empty/);
  });

  it('a missing file, a folder, a path through a file', async () => {
    const folder = await folderWith({ 'model.onnx': modelBytes(parts) });
    await expect(readModelFile(join(folder, 'none.onnx'))).rejects.toThrow(/none\.onnx does not exist/);
    await expect(readModelFile(folder)).rejects.toThrow(/is a directory/);
    await expect(readModelFile(join(folder, 'model.onnx', 'x'))).rejects.toThrow(UserError);
  });

  it('a message with only a version', async () => {
    expect((await refusal(message(varint(1, 8n)))).message).toMatch(/no graph or no opset/);
  });

  it('a model that imports no operator set', async () => {
    expect((await refusal(modelBytes(parts).subarray(0, -4))).message).toMatch(
      /no graph or no opset|truncated/,
    );
  });

  it('bodies nested deeper than protobuf readers go', async () => {
    let graph = message(bytes(2, 'innermost'));
    for (let depth = 0; depth < 200; depth++) {
      graph = message(bytes(1, message(bytes(4, 'If'), bytes(5, message(bytes(6, graph))))));
    }
    expect((await refusal(message(varint(1, 8n), bytes(7, graph)))).message).toMatch(/recursion depth/);
  });

  it('names that are not UTF-8, since writing would change them', async () => {
    const graph = message(
      bytes(1, message(bytes(1, Uint8Array.of(0xff)), bytes(2, 'y'), bytes(4, 'Relu'))),
      bytes(11, message(bytes(1, Uint8Array.of(0xff)))),
      bytes(12, message(bytes(1, 'y'))),
    );
    const content = message(varint(1, 8n), bytes(7, graph), bytes(8, message(varint(2, 17n))));
    expect((await refusal(content)).message).toMatch(/utf-8/i);
  });
});

describe('a truncated model', () => {
  it('is refused wherever a real one is cut', async () => {
    const whole = await readFile(join(import.meta.dirname, '../../fixtures/mnist-cnn.onnx'));
    for (let percent = 5; percent < 100; percent += 5) {
      await refusal(whole.subarray(0, Math.floor((whole.length * percent) / 100)));
    }
  });

  it('is refused at every byte of a small one', async () => {
    const whole = modelBytes({
      ...parts,
      nodes: [node('Add', ['x', 'w'], ['y'], { axis: 1n }, { name: '/add' })],
      initializers: [tensor('w', 'float32', [2], [1, 2])],
    });
    for (let length = 1; length < whole.length; length++) await refusal(whole.subarray(0, length));
  });
});

describe('a graph that does not hang together is refused', () => {
  it.each<[string, Partial<ModelParts>, RegExp]>([
    ['a node reads what nobody makes', { nodes: [node('Add', ['x', 'gone'], ['y'])] }, /Add reads gone/],
    ['nobody makes an output', { outputs: ['y', 'gone'] }, /nothing makes its output gone/],
    [
      'two nodes make one value',
      { nodes: [node('Relu', ['x'], ['y']), node('Neg', ['x'], ['y'])] },
      /value y is made twice/,
    ],
    [
      'a node makes what an initializer gives',
      { initializers: [tensor('y', 'float32', [1, 2], [0, 0])] },
      /value y is made twice/,
    ],
    [
      'nodes wait for each other',
      {
        nodes: [
          node('Relu', ['x'], ['y']),
          node('Neg', ['b'], ['behind'], {}, { name: 'behind' }),
          node('Add', ['x', 'b'], ['a'], {}, { name: 'first' }),
          node('Relu', ['a'], ['b'], {}, { name: 'second' }),
        ],
      },
      /node (first|second) depends on its own output/,
    ],
    ['a node waits for itself', { nodes: [node('Add', ['x', 'y'], ['y'])] }, /Add depends on its own output/],
  ])('%s', async (_, broken, message) => {
    expect((await refusal(modelBytes({ ...parts, ...broken }))).message).toMatch(message);
  });
});

describe('a sound model', () => {
  it('is read with its identity', async () => {
    const folder = await folderWith({ 'model.onnx': modelBytes(parts) });
    const file = await readModelFile(join(folder, 'model.onnx'));
    expect(file.graph).toBe(file.proto.graph);
    // sha256sum of the file's bytes: 64 hexadecimal digits, the same for the same bytes.
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(file.externalDataFolder).toBeUndefined();
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'b', 'copy.onnx'), modelBytes(parts));
    expect((await readModelFile(join(folder, 'b', 'copy.onnx'))).sha256).toBe(file.sha256);
  });

  it.each<[string, Partial<ModelParts>]>([
    ['nodes out of order', { nodes: [node('Neg', ['a'], ['y']), node('Relu', ['x'], ['a'])] }],
    ['optional inputs left out', { nodes: [node('Clip', ['x', '', ''], ['y'])] }],
    ['an initializer that is also an input', { initializers: [tensor('x', 'float32', [1, 2], [0, 0])] }],
    ['an input that is its output', { nodes: [], outputs: ['x'] }],
  ])('may have %s', async (_, allowed) => {
    const path = join(await folderWith({ m: modelBytes({ ...parts, ...allowed }) }), 'm');
    expect((await readModelFile(path)).graph.input).toHaveLength(1);
  });

  it('tells its operator set and producer', () => {
    expect(opsetOf(model({ ...parts, opset: 13, domains: { 'com.microsoft': 1 } }))).toBe(13);
    expect(opsetOf(model({ ...parts, domains: { 'ai.onnx': 11 }, opset: 11 }))).toBe(11);
    const imports = model({ ...parts, domains: { 'com.microsoft': 1, 'ai.onnx': 12 } }).opsetImport;
    const without = imports.filter(({ domain }) => domain !== '');
    expect(opsetOf({ ...model(parts), opsetImport: without })).toBe(12);
    expect(opsetOf({ ...model(parts), opsetImport: without.slice(0, 1) })).toBe(0);
    expect(producerOf({ ...model(parts), producerName: 'pytorch', producerVersion: '2.5' })).toBe(
      'pytorch 2.5',
    );
    expect(producerOf({ ...model(parts), producerName: '', producerVersion: '' })).toBe('unknown');
  });
});
