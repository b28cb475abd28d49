import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLayers } from '../../src/layers/findLayers.js';
import { weightHashes } from '../../src/layers/weightHash.js';
import { type ModelFile, readModelFile } from '../../src/onnx/modelFile.js';
import type { NodeProto, TensorProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { externalTensor, model, modelBytes, node, tensor, value } from '../support/models.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

/** W of y = W x: two features of three inputs. */
const ROWS = [1, 2, 3, 4, 5, 6];
const COLUMNS = [1, 4, 2, 5, 3, 6];
const hashOfRows = createHash('sha256')
  .update('float32 2×3\n')
  .update(new Uint8Array(Float32Array.from(ROWS).buffer))
  .digest('hex');

async function hashes(file: ModelFile): Promise<(string | undefined)[]> {
  const { layers } = findLayers(file);
  const found = await weightHashes(file, layers);
  return layers.map(({ name }) => found.get(name));
}

const hashed = (nodes: readonly NodeProto[], initializers: readonly TensorProto[]) =>
  hashes(
    inMemory(model({ nodes, inputs: [value('x', 'float32', [null, 3])], outputs: ['y'], initializers })),
  );

const rows = tensor('w', 'float32', [2, 3], ROWS);
const columns = tensor('w', 'float32', [3, 2], COLUMNS);
const matMul = node('MatMul', ['x', 'w'], ['y']);

describe('the hash of a weight', () => {
  it('is that of its values, a row a feature, however an exporter writes the layer', async () => {
    const bias = tensor('b', 'float32', [1, 2], [7, 8]);
    const typed = { ...columns, rawData: new Uint8Array(0), floatData: COLUMNS };
    const ways: [NodeProto[], TensorProto[]][] = [
      [[node('Gemm', ['x', 'w', 'b'], ['y'], { transB: 1n })], [rows, bias]],
      [[node('Gemm', ['x', 'w'], ['y'])], [columns]],
      [[matMul], [columns]],
      [[matMul], [tensor('w', 'float64', [3, 2], COLUMNS)]],
      [[matMul], [typed]],
      [
        [node('MatMul', ['x', 'w'], ['z']), node('Add', ['z', 'b'], ['y'])],
        [columns, bias],
      ],
      [[node('Transpose', ['v'], ['w'], { perm: [1n, 0n] }), matMul], [{ ...rows, name: 'v' }]],
      [[node('Constant', [], ['w'], { value: columns }), matMul], []],
      [[node('MatMul', ['w', 'x'], ['y'])], [rows]],
    ];
    for (const [nodes, initializers] of ways) expect(await hashed(nodes, initializers)).toEqual([hashOfRows]);
  });

  it('is another one for other values, another shape, the other way round or another kind of number', async () => {
    const others = [
      tensor('w', 'float32', [3, 2], ROWS),
      tensor('w', 'float32', [2, 3], COLUMNS),
      tensor('w', 'float32', [6, 1], ROWS),
      tensor('w', 'float16', [3, 2], COLUMNS),
      tensor('w', 'int8', [3, 2], COLUMNS),
    ];
    const found = await Promise.all(others.map((other) => hashed([matMul], [other])));
    expect(new Set([hashOfRows, ...found.flat()]).size).toBe(others.length + 1);
  });

  it('takes matrices of more rows than are turned at a time', async () => {
    const [inputs, features] = [3, 130];
    const stored = Float32Array.from({ length: inputs * features }, (_, i) => i);
    const turned = Float32Array.from(
      { length: stored.length },
      (_, i) => stored[(i % inputs) * features + Math.floor(i / inputs)],
    );
    const found = [
      await hashed([matMul], [tensor('w', 'float32', [inputs, features], stored)]),
      await hashed(
        [node('Gemm', ['x', 'w'], ['y'], { transB: 1n })],
        [tensor('w', 'float32', [features, inputs], turned)],
      ),
    ];
    expect(found[0]).toEqual(found[1]);
  });

  it('is the same where the values lie in a file beside the model', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'w.bin'), new Uint8Array(Float32Array.from([0, ...COLUMNS]).buffer));
    const place = { location: 'w.bin', offset: 4, length: 24 };
    const bytes = modelBytes({
      nodes: [matMul],
      inputs: [value('x', 'float32', [null, 3])],
      outputs: ['y'],
      initializers: [externalTensor('w', 'float32', [3, 2], place)],
    });
    await writeFile(join(dir, 'm.onnx'), bytes);
    expect(await hashes(await readModelFile(join(dir, 'm.onnx')))).toEqual([hashOfRows]);
  });

  it('is that of what is stored behind operators that arrange or scale it', async () => {
    const v = { ...columns, name: 'v' };
    const turned = { ...rows, name: 'v' };
    const ways: [NodeProto, TensorProto][] = [
      [node('Identity', ['v'], ['w']), v],
      [node('Cast', ['v'], ['w'], { to: 1n }), { ...v, ...tensor('v', 'float64', [3, 2], COLUMNS) }],
      [node('Transpose', ['v'], ['w']), turned],
    ];
    for (const [between, stored] of ways)
      expect(await hashed([between, matMul], [stored])).toEqual([hashOfRows]);
    const quantized = [node('DequantizeLinear', ['v', 's'], ['w']), matMul];
    const scale = tensor('s', 'float32', [], [0.5]);
    expect(await hashed(quantized, [tensor('v', 'int8', [3, 2], COLUMNS), scale])).toEqual([
      createHash('sha256').update('int8 2×3\n').update(Int8Array.from(ROWS)).digest('hex'),
    ]);
  });

  it('is none where a Transpose leaves it as it is, or has more axes to turn', async () => {
    const still = node('Transpose', ['v'], ['w'], { perm: [0n, 1n] });
    expect(await hashed([still, matMul], [{ ...columns, name: 'v' }])).toEqual([undefined]);
    const conv = node('Conv', ['x', 'w'], ['y']);
    const stored = tensor('v', 'float32', [1, 1, 3, 2], COLUMNS);
    expect(await hashed([node('Transpose', ['v'], ['w']), conv], [stored])).toEqual([undefined]);
  });

  it('is that of a kernel as it lies', async () => {
    const kernel = tensor('w', 'float32', [2, 3, 1], ROWS);
    expect(await hashed([node('Conv', ['x', 'w'], ['y'])], [kernel])).toEqual([
      createHash('sha256')
        .update('float32 2×3×1\n')
        .update(new Uint8Array(Float32Array.from(ROWS).buffer))
        .digest('hex'),
    ]);
  });

  it('is that of the first of several as large, and of a layer whose output has no name', async () => {
    const gates = (name: string, first: number) => tensor(name, 'float32', [1, 4, 1], [first, 2, 3, 4]);
    const lstm = node('LSTM', ['x', 'W', 'R'], ['', 'h'], { hidden_size: 1n });
    const [hash] = await hashed([lstm], [gates('W', 1), gates('R', 9)]);
    expect(hash).toBe(
      createHash('sha256')
        .update('float32 1×4×1\n')
        .update(new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer))
        .digest('hex'),
    );
  });

  it('is none where the weight is computed, or of a type that is not read', async () => {
    expect(await hashed([node('Relu', ['v'], ['w']), matMul], [{ ...columns, name: 'v' }])).toEqual([
      undefined,
    ]);
    expect(await hashed([matMul], [{ ...columns, dataType: 17 }])).toEqual([undefined]);
  });
});
