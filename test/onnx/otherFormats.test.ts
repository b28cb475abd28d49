import { expect, test } from 'vitest';
import { otherFolder, otherFormat } from '../../src/onnx/otherFormats.js';
import { folderWith } from '../support/folder.js';

const bytes = (text: string) => Buffer.from(text, 'latin1');

test.each([
  ['base.pt', 'PK\x03\x04\x00\x00\x08\x08\x00', /PyTorch checkpoint.*torch\.onnx\.export/],
  ['base', '\x80\x02\x8a\x0al\xfc\x9cF\xf9', /PyTorch checkpoint/],
  ['base.keras', 'PK\x03\x04\x14\x00\x00\x00\x00', /Keras model/],
  ['base.h5', '\x89HDF\r\n\x1a\n\x00', /Keras model/],
  ['base.bin', '\x1c\x00\x00\x00TFL3\x00', /TensorFlow Lite.*tf2onnx/],
  ['base.onnx', '\x40\x00\x00\x00\x00\x00\x00\x00{', /safetensors.*export/],
  ['frozen.pb', '\x0a\x1c\x0a\x01x\x12\x0bPl', /TensorFlow model.*tf2onnx/],
  ['large.safetensors', '', /safetensors/],
  ['net.hdf', '\x89HDF\r\n\x1a\n\x00', /Keras model/],
  ['net', '\x80\x05\x95\x00\x00\x00\x00\x00\x00', /PyTorch checkpoint/],
  ['net.zip', 'PK\x03\x04\x14\x00\x00\x00\x00', /^a zip archive, not an ONNX model/],
  ['NET.PT', '', /PyTorch checkpoint/],
])('tells what %s is by its first bytes or its name', (path, head, sentence) => {
  expect(otherFormat(path, bytes(head))).toMatch(sentence);
});

test.each([
  '\x80\x01aaaaaaa',
  '\x80\x06aaaaaaa',
  '\x81\x03aaaaaaa',
  '\x40\0\0\0\0\0\0\0[',
  '\x40\0\0\0\0aaa{',
  'aPK\x03\x04',
])('says nothing of other bytes: %j', (head) => {
  expect(otherFormat('model.onnx', bytes(head))).toBeUndefined();
});

test('tells what a folder is by what lies in it', async () => {
  const folder = async (...names: string[]) =>
    otherFolder(await folderWith(Object.fromEntries(names.map((name) => [name, '']))));
  expect(await folder('run.json', 'a.onnx')).toMatch(/^a run, not a model/);
  expect(await folder('saved_model.pb')).toMatch(/^a TensorFlow model/);
  expect(await folder('notes.txt', 'a.onnx.bak')).toBe('a directory: pass the path of a .onnx file');
  expect(await folder('b.onnx', 'A.ONNX', 'c.txt')).toBe(
    'a directory: pass the path of a .onnx file, such as one of those in it (A.ONNX, b.onnx)',
  );
});

test('says nothing of a damaged ONNX model', () => {
  expect(otherFormat('model.onnx', bytes('\x08\x08\x12\x07pytorc'))).toBeUndefined();
});
