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

  it('is none where the weight is computed, or of a type that is not read', async () => {
    expect(await hashed([node('Relu', ['v'], ['w']), matMul], [{ ...columns, name: 'v' }])).toEqual([
      undefined,
    ]);
    expect(await hashed([matMul], [{ ...columns, dataType: 17 }])).toEqual([undefined]);
  });
});
