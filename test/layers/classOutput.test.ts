import { describe, expect, it } from 'vitest';
import { classOutput } from '../../src/layers/classOutput.js';
import type { ValueInfoProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { model, node, value } from '../support/models.js';

/** Of a model whose nodes make these outputs of its input. */
const found = (...outputs: ValueInfoProto[]) =>
  classOutput(
    inMemory(
      model({
        nodes: outputs.filter(({ name }) => name !== 'x').map(({ name }) => node('Relu', ['x'], [name])),
        inputs: [value('x', 'float32', ['n', 10])],
        outputs,
      }),
    ),
  );

describe('the output of scores', () => {
  it.each(['float16', 'float32', 'float64'] as const)('has a %s a class', (type) => {
    expect(found(value('y', type, ['n', 10]))).toBe('y');
    expect(found(value('y', type, ['n', 'classes']))).toBe('y');
  });

  it('is the first of several', () => {
    const boxes = value('boxes', 'float32', ['n', 100, 4]);
    expect(found(boxes, value('a', 'float32', ['n', 5]), value('b', 'float32', ['n', 7]))).toBe('a');
  });

  it.each<[string, ValueInfoProto]>([
    ['one number a sample', value('y', 'float32', ['n', 1])],
    ['whole numbers', value('y', 'int64', ['n', 10])],
    ['a feature map', value('y', 'float32', ['n', 10, 7, 7])],
    ['an open rank', value('y', 'float32')],
    ['an input', value('x', 'float32', ['n', 10])],
  ])('is not one of %s', (_, output) => {
    expect(found(output)).toBeUndefined();
  });
});
