import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { fixedBatchSize, modelInputs } from '../../src/onnx/modelInput.js';
import {
  TypeProto_SequenceSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { type Dimension, model, tensor, value } from '../support/models.js';

const inputsOf = (...parts: Parameters<typeof model>) => modelInputs(inMemory(model(...parts)).graph);

describe('modelInputs', () => {
  it('are the graph inputs that no initializer gives a value, in order', () => {
    const inputs = inputsOf({
      nodes: [],
      inputs: [value('b', 'int64', ['N', null]), value('w', 'float32', [2]), value('a', 'float16')],
      outputs: [],
      initializers: [tensor('w', 'float32', [2], [0, 0])],
    });
    expect(inputs).toEqual([
      { name: 'b', type: 'int64', shape: ['N', null] },
      { name: 'a', type: 'float16', shape: undefined },
    ]);
  });

  it('refuses inputs that are no tensors, by name', () => {
    const type = create(TypeProtoSchema, {
      value: { case: 'sequenceType', value: create(TypeProto_SequenceSchema) },
    });
    const sequence = create(ValueInfoProtoSchema, { name: 'list', type });
    expect(() => inputsOf({ nodes: [], inputs: [sequence], outputs: [] })).toThrow(/input list of the model/);
  });
});

describe('fixedBatchSize', () => {
  const of = (...shapes: Dimension[][]) =>
    fixedBatchSize(shapes.map((shape, i) => ({ name: `in${i}`, type: 'float32', shape })));

  it('is the first dimension where it is a number', () => {
    expect(of([4, 3], ['N', 2], [4])).toBe(4);
    expect(of(['N', 3], [null])).toBeUndefined();
    expect(of([0, 3], [-1])).toBeUndefined();
    expect(of([0, 3], [2])).toBe(2);
    expect(of([])).toBeUndefined();
  });

  it('is not the layers of a recurrent state beside an input of open size', () => {
    expect(of([null, 160], [2, null, 128], [])).toBeUndefined();
    expect(of(['N', 160], [2, 'N', 128])).toBeUndefined();
    // With nothing to tell it by, the first axis is that of the samples.
    expect(of([2, null, 128])).toBe(2);
    expect(of(['N', 160], [2, 1, 128])).toBe(2);
  });

  it('refuses two sizes, naming both inputs', () => {
    expect(() => of([4, 3], [2, 3])).toThrow(/4 for input in0, 2 for input in1/);
  });
});
