import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModelFile, serializeModel } from '../../src/onnx/modelFile.js';
import { folderWith } from '../support/folder.js';
import { externalTensor, modelBytes, node, tensor, value } from '../support/models.js';
import { bytes, type Field, float32, float64, message, packed, varint } from '../support/wire.js';

/** Writes a model to disk, reads it and gives back what would be written. */
async function rewritten(model: Uint8Array): Promise<Buffer> {
  const folder = await folderWith({ 'model.onnx': model, 'weights.bin': new Uint8Array(64) });
  const { proto } = await readModelFile(join(folder, 'model.onnx'));
  return Buffer.from(serializeModel(proto));
}

const fixtures = join(import.meta.dirname, '../../fixtures');

// Field numbers are those of onnx.proto; 900 and above stand in no version of it.
const unknown = [varint(900, 7n), bytes(901, 'later'), float32(902, 1.5), float64(903, 2.5)] as const;
const type = bytes(2, message(bytes(1, message(varint(1, 1n), ...unknown)), ...unknown));
const graphInput = bytes(11, message(bytes(1, 'x'), type, ...unknown));
const graphOutput = bytes(12, message(bytes(1, 'y'), ...unknown));
const relu = bytes(1, message(bytes(1, 'x'), bytes(2, 'y'), bytes(4, 'Relu'), ...unknown));
const opset = bytes(8, message(varint(2, 17n), ...unknown));
const modelOf = (...graph: readonly Field[]) => message(varint(1, 8n), bytes(7, message(...graph)), opset);

describe('a model that is read and written again is the same bytes', () => {
  it.each(['mnist-cnn.onnx', 'mnist-cnn-bn.onnx', 'mnist-rnn.onnx'])('%s', async (name) => {
    const original = await readFile(join(fixtures, name));
    const { proto } = await readModelFile(join(fixtures, name));
    expect(Buffer.compare(Buffer.from(serializeModel(proto)), original)).toBe(0);
  });

  const weight = message(
    varint(1, 2n),
    varint(1, 3n),
    varint(2, 1n),
    bytes(8, 'w'),
    bytes(9, new Uint8Array(24)),
    ...unknown,
  );
  const attribute = message(bytes(1, 'alpha'), float32(2, 0.5), varint(20, 1n), ...unknown);
  const entry = message(bytes(1, 'author'), bytes(2, 'somebody'), ...unknown);
  const cases: Record<string, Uint8Array> = {
    'unknown fields at every level': message(
      varint(1, 8n),
      bytes(
        7,
        message(
          bytes(1, message(bytes(1, 'x'), bytes(2, 'y'), bytes(4, 'Elu'), bytes(5, attribute), ...unknown)),
          bytes(2, 'graph'),
          bytes(5, weight),
          graphInput,
          graphOutput,
          ...unknown,
        ),
      ),
      opset,
      ...unknown,
    ),
    'metadata, producer, documentation': message(
      varint(1, 8n),
      bytes(2, 'exporter'),
      bytes(3, '1.2'),
      bytes(4, 'org.example'),
      varint(5, -3n),
      bytes(6, 'Straße – 図'),
      bytes(7, message(relu, graphInput, graphOutput, bytes(16, entry))),
      opset,
      bytes(14, entry),
    ),
    'several operator sets and a local function that stays a call': message(
      varint(1, 8n),
      bytes(
        7,
        message(
          bytes(1, message(bytes(1, 'x'), bytes(2, 'y'), bytes(4, 'Twice'), bytes(7, 'mine'))),
          graphInput,
          graphOutput,
        ),
      ),
      opset,
      bytes(8, message(bytes(1, 'com.microsoft'), varint(2, 1n))),
      bytes(8, message(bytes(1, 'mine'), varint(2, 1n))),
      bytes(
        25,
        message(
          bytes(1, 'Twice'),
          bytes(4, 'a'),
          bytes(5, 'b'),
          bytes(7, message(bytes(1, 'a'), bytes(1, 'a'), bytes(2, 'b'), bytes(4, 'Add'))),
          // Another operator set than the model's: it cannot be put in the place of its calls.
          bytes(9, message(varint(2, 11n))),
          bytes(10, 'mine'),
          ...unknown,
        ),
      ),
    ),
    'a sparse initializer': modelOf(
      relu,
      graphInput,
      graphOutput,
      bytes(
        15,
        message(
          bytes(
            1,
            message(varint(1, 1n), varint(2, 1n), bytes(4, new Uint8Array([0, 0, 0, 64])), bytes(8, 's')),
          ),
          bytes(2, message(varint(1, 1n), varint(2, 7n), packed(7, [4n]))),
          varint(3, 3n),
          varint(3, 3n),
        ),
      ),
    ),
    'text tensors whose text is not UTF-8': modelOf(
      relu,
      bytes(5, message(varint(1, 1n), varint(2, 8n), bytes(6, Uint8Array.of(0xff, 0xfe)), bytes(8, 't'))),
      graphInput,
      graphOutput,
    ),
    'an attribute type of a later version': modelOf(
      bytes(
        1,
        message(
          bytes(1, 'x'),
          bytes(2, 'y'),
          bytes(4, 'Elu'),
          bytes(5, message(bytes(1, 'new'), varint(20, 99n))),
        ),
      ),
      graphInput,
      graphOutput,
    ),
  };
  it.each(Object.entries(cases))('with %s', async (_, model) => {
    expect((await rewritten(model)).equals(model)).toBe(true);
  });

  it('with weights in Constant nodes and in external files', async () => {
    const model = modelBytes({
      nodes: [
        node('Constant', [], ['c'], { value: tensor('', 'float32', [2], [1, 2]) }),
        node('Add', ['x', 'c'], ['a']),
        node('Add', ['a', 'w'], ['y']),
      ],
      inputs: [value('x', 'float32', [1, 2])],
      outputs: ['y'],
      initializers: [externalTensor('w', 'float32', [2], { location: 'weights.bin', offset: 8, length: 8 })],
    });
    expect((await rewritten(model)).equals(model)).toBe(true);
  });
});

it('keeps the values of integer lists that a writer packed, which ONNX itself does not', async () => {
  const perm = message(bytes(1, 'perm'), packed(8, [1n, 0n]), varint(20, 7n));
  const transpose = bytes(1, message(bytes(1, 'x'), bytes(2, 'y'), bytes(5, perm), bytes(4, 'Transpose')));
  const folder = await folderWith({ 'model.onnx': modelOf(transpose, graphInput, graphOutput) });
  const { graph } = await readModelFile(join(folder, 'model.onnx'));
  expect(graph.node[0].attribute[0].ints).toEqual([1n, 0n]);
});
