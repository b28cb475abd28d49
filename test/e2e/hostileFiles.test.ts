import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { delve } from '../support/commandLine.js';
import { folderWith } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { bytes, message, varint } from '../support/wire.js';
import { zipOf } from '../support/zip.js';

const identity = tensor('w', 'float32', [2, 2], [1, 0, 0, 1]);
const x = value('x', 'float32', ['n', 2]);

const fc = modelBytes({
  inputs: [x],
  nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
  initializers: [identity],
  outputs: ['y'],
});

/** Two layers, each of which waits for the other. */
const circle = modelBytes({
  inputs: [x],
  nodes: [
    node('Add', ['x', 'b'], ['s']),
    node('MatMul', ['s', 'w'], ['a'], {}, { name: '/a/MatMul' }),
    node('MatMul', ['a', 'w'], ['b'], {}, { name: '/b/MatMul' }),
  ],
  initializers: [identity],
  outputs: ['b'],
});

const selfReader = modelBytes({
  inputs: [x],
  nodes: [node('MatMul', ['y', 'w'], ['y'], {}, { name: '/a/MatMul' })],
  initializers: [identity],
  outputs: ['y'],
});

/** `If` within `If`, so many times. */
function nested(depth: number): Uint8Array {
  let graph = message(bytes(2, 'innermost'));
  for (let level = 0; level < depth; level++) {
    graph = message(bytes(1, message(bytes(4, 'If'), bytes(5, message(bytes(6, graph))))));
  }
  return message(varint(1, 8n), bytes(7, graph));
}

test.each([
  ['of layers that wait for each other', circle, /depends on its own output/],
  ['of a layer that reads itself', selfReader, /node \/a\/MatMul depends on its own output/],
  ['of bodies 12,000 deep', nested(12_000), /is not an ONNX model .*recursion depth/],
])('a graph %s is refused by every command that reads models', async (_, model, sentence) => {
  const folder = await folderWith({ 'm.onnx': model });
  const path = join(folder, 'm.onnx');
  for (const args of [
    ['inspect', path],
    ['inspect', path, '--shape', 'x=2', '--format', 'json'],
    ['analyze', path, '--data', 'random:4', '--out', join(folder, 'run'), '--quiet'],
    ['compress', path, '--data', 'random:4', '--output', join(folder, 'small.onnx'), '--quiet'],
    ['project', path, '--data', 'random:4', '--quiet'],
    ['instrument', path, '--output', join(folder, 'i.onnx')],
  ]) {
    const { code, stdout, stderr } = await delve(args);
    expect(stderr, args.join(' ')).toMatch(sentence);
    expect(stderr).toMatch(/^delve: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  }
});

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

/** A gray picture whose header promises this many pixels; its data is short. */
function pngOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = chunk('IDAT', deflateSync(Buffer.alloc(1 << 16)));
  return Buffer.concat([signature, chunk('IHDR', header), data, chunk('IEND', Buffer.alloc(0))]);
}

const conv = modelBytes({
  inputs: [value('x', 'float32', ['n', 1, 4, 4])],
  nodes: [node('Conv', ['x', 'w'], ['y'], {}, { name: '/stem/Conv' })],
  initializers: [tensor('w', 'float32', [2, 1, 1, 1], [1, 2])],
  outputs: ['y'],
});

test('a small file that is a picture of 1.6 billion pixels is not decoded', async () => {
  const folder = await folderWith({ 'm.onnx': conv, 'a.png': pngOf(40_000, 40_000) });
  const { code, stderr } = await delve([
    'analyze',
    join(folder, 'm.onnx'),
    '--data',
    join(folder, 'a.png'),
    '--out',
    join(folder, 'run'),
    '--quiet',
  ]);
  expect(stderr).toMatch(
    /^delve: .*a\.png: the image cannot be decoded \(it has more pixels than are decoded/,
  );
  expect(code).toBe(2);
});

/** A zip of one deflated file, which claims this size. */
function deflatedZip(name: string, data: Uint8Array, claimed: number): Buffer {
  const packed = deflateRawSync(data);
  const zip = zipOf({ [name]: packed });
  // Local header at 0, entry of the directory behind name and data: method, checksum and size as they claim.
  for (const at of [0, 30 + name.length + packed.length + 2]) {
    zip.writeUInt16LE(8, at + 8);
    zip.writeUInt32LE(crc32(data), at + 14);
    zip.writeUInt32LE(claimed, at + 22);
  }
  return zip;
}

/** The head of an array of float32. */
function npyHead(shape: string): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\0\x76\0', 'latin1'), Buffer.from(`${text}\n`)]);
}

test.each([
  ['(500000000, 2)', 4_000_000_128 % 2 ** 32],
  ['(2, 4611686018427387904)', 128 + 16],
  ['(4, 2)', 4_000_000_000],
])('an .npz that promises %s in a few bytes ends in one sentence', async (shape, claimed) => {
  const data = Buffer.concat([npyHead(shape), Buffer.alloc(16)]);
  const folder = await folderWith({ 'm.onnx': fc, 'x.npz': deflatedZip('x.npy', data, claimed) });
  const { code, stderr } = await delve([
    'analyze',
    join(folder, 'm.onnx'),
    '--data',
    join(folder, 'x.npz'),
    '--out',
    join(folder, 'run'),
    '--quiet',
  ]);
  expect(stderr).toMatch(/^delve: [^\n]*x\.np[yz][^\n]*\n$/);
  expect(stderr).not.toMatch(/fault of delve/);
  expect(code).toBe(2);
});

// Windows makes links only for administrators.
test.skipIf(process.platform === 'win32')(
  'links in circles hide no picture and bring none twice',
  async () => {
    const png = pngOf(4, 4);
    const folder = await folderWith({ 'm.onnx': conv });
    const pictures = await folderWith({ 'a.png': png, 'b.png': png });
    await symlink('.', join(pictures, 'here'));
    await symlink('self', join(pictures, 'self'));
    await symlink('two', join(pictures, 'one'));
    await symlink('one', join(pictures, 'two'));
    const args = ['analyze', join(folder, 'm.onnx'), '--data', pictures, '--out', join(folder, 'run')];
    const { code, stdout } = await delve([...args, '--json', '--quiet']);
    expect(JSON.parse(stdout).data.samples).toBe(2);
    expect(code).toBe(0);
  },
);
