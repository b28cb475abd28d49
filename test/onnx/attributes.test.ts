import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import {
  intAttribute,
  intsAttribute,
  listLength,
  stringAttribute,
  tensorAttribute,
} from '../../src/onnx/attributes.js';
import { AttributeProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { node, tensor } from '../support/models.js';

const value = tensor('t', 'float32', [1], [0]);
const made = node('Any', [], [], { a: 3n, b: 5n, list: [1n, 2n], text: 'NCHW', value });

it('an attribute is told by its name, and may be left out', () => {
  expect([intAttribute(made, 'a', 7), intAttribute(made, 'b', 7), intAttribute(made, 'c', 7)]).toEqual([
    3, 5, 7,
  ]);
  expect([intsAttribute(made, 'list'), intsAttribute(made, 'none')]).toEqual([[1, 2], undefined]);
  expect([stringAttribute(made, 'text', 'x'), stringAttribute(made, 'none', 'x')]).toEqual(['NCHW', 'x']);
  expect(tensorAttribute(made, 'value')?.name).toBe('t');
  expect(tensorAttribute(made, 'none')).toBeUndefined();
});

it('a list is as long as its entries', () => {
  expect(listLength(node('Constant', [], ['v'], { other: 1n, value_floats: [0.5, 1] }))).toBe(2);
  expect(listLength(node('Constant', [], ['v'], { value_ints: [1n, 2n, 3n] }))).toBe(3);
  const strings = node('Constant', [], ['v']);
  strings.attribute.push(
    create(AttributeProtoSchema, { name: 'value_strings', strings: [new Uint8Array(1)] }),
  );
  expect(listLength(strings)).toBe(1);
  expect(listLength(made)).toBeUndefined();
});
