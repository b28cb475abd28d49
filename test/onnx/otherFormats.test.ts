import { expect, test } from 'vitest';
import { otherFormat } from '../../src/onnx/otherFormats.js';

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
])('tells what %s is by its first bytes or its name', (path, head, sentence) => {
  expect(otherFormat(path, bytes(head))).toMatch(sentence);
});

test('says nothing of a damaged ONNX model', () => {
  expect(otherFormat('model.onnx', bytes('\x08\x08\x12\x07pytorc'))).toBeUndefined();
});
