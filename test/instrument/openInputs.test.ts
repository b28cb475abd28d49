import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { withConstantInputs } from '../../src/instrument/constantInputs.js';
import { fedBackInputs } from '../../src/instrument/fedBack.js';
import { axisSizes, shapeGiven, shapesLeft } from '../../src/instrument/openAxes.js';
import type { ElementType } from '../../src/onnx/elementType.js';
import { serializeModel } from '../../src/onnx/modelFile.js';
import type { NodeProto, ValueInfoProto } from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { ortTensor, run } from '../support/instrumented.js';
import { type Dimension, model, node, value } from '../support/models.js';

const input = (name: string, shape: readonly Dimension[] | undefined, type: ElementType = 'float32') => ({
  name,
  type,
  shape,
});
const ids = input('ids', ['n', 'seq'], 'int64');
const keys = input('keys', ['n', 4, 'past', 8]);

describe('the size of an axis that no data tells', () => {
  const sizes = (
    shape: readonly Dimension[] | undefined,
    given?: readonly number[],
    fed = [ids],
    others: (typeof keys)[] = [],
  ) => axisSizes('--input', input('h', shape), { fed, others, given });

  it('is that of the model where it says it, and no size of the model is below 0', () => {
    expect(sizes([2, 3])).toEqual([[2], [3]]);
    expect(sizes([-1, 3])).toEqual([[{ input: 'ids', axis: 0 }], [3]]);
  });

  it('is that of an axis of the same name, of what is fed or of others', () => {
    expect(sizes(['n', 'seq'])).toEqual([[{ input: 'ids', axis: 0 }], [{ input: 'ids', axis: 1 }]]);
    expect(sizes(['n', 'past'], undefined, [ids], [keys])[1]).toEqual([{ input: 'keys', axis: 2 }]);
  });

  it('is the sum of such axes and of numbers, of which what is past counts nothing where nobody holds it', () => {
    const all = [ids];
    expect(sizes(['n', 'seq + 1'], undefined, all)[1]).toEqual([{ input: 'ids', axis: 1 }, 1]);
    expect(sizes(['n', 'past+seq'], undefined, all)[1]).toEqual([0, { input: 'ids', axis: 1 }]);
    expect(sizes(['n', 'past + seq'], undefined, all, [keys])[1]).toEqual([
      { input: 'keys', axis: 2 },
      { input: 'ids', axis: 1 },
    ]);
    expect(() => sizes(['n', 'seq + other'], undefined, all)).toThrow('leaves its shape open');
  });

  it('is that of the batch for the first open one, wherever it is', () => {
    expect(sizes([2, null, 64])).toEqual([[2], [{ input: 'ids', axis: 0 }], [64]]);
    const scalar = input('rate', [], 'int64');
    expect(sizes([null, 4], undefined, [scalar as typeof ids, ids])[0]).toEqual([{ input: 'ids', axis: 0 }]);
  });

  it('is what is given, without the batch, and zero for what is past', () => {
    expect(sizes([null, null, null], [5, 6])).toEqual([[{ input: 'ids', axis: 0 }], [5], [6]]);
    expect(sizes([2, 'n', null], [2, 7])[2]).toEqual([7]);
    expect(sizes(['n', 4, 'past_sequence', 8])[2]).toEqual([0]);
    expect(() => sizes([null, null, null], [5])).toThrow(UserError);
  });

  it('is asked for where nothing tells it', () => {
    expect(() => sizes(['n', 4, null])).toThrow(
      '--input h: the model leaves its shape open ([n, 4, ?]), add --shape h=4x16',
    );
    expect(() => sizes(undefined)).toThrow('--input h: the model does not declare how many axes');
  });
});

describe('given shapes', () => {
  const shapes = { 'past.*': [0, 8], h: [5] };

  it('are those of a name, or of a glob', () => {
    expect(shapeGiven(shapes, 'h')).toEqual([5]);
    expect(shapeGiven(shapes, 'past.0.key')).toEqual([0, 8]);
    expect(shapeGiven(shapes, 'x')).toBeUndefined();
  });

  it('are left for inputs that still have to be fed', () => {
    const inputs = [input('h', []), input('past.0', []), input('x', [])];
    expect(shapesLeft(shapes, inputs, new Set(['h']))).toEqual({ 'past.*': [0, 8] });
    expect(shapesLeft({ x: [1] }, inputs, new Set(['h', 'past.0']))).toEqual({ x: [1] });
  });
});

const file = (
  inputs: ValueInfoProto[],
  nodes: NodeProto[],
  outputs: (string | ValueInfoProto)[],
  opset = 17,
) => inMemory(model({ opset, inputs, nodes, outputs }));

describe('inputs that hold one number', () => {
  const x = value('x', 'float32', ['n', 2]);
  const feeds = { x: ortTensor('float32', [3, 2], [1, 2, 3, 4, 5, 6]) };
  /** What the model gives of inputs that it hands out as they are. */
  async function filled(inputs: ValueInfoProto[], constants: Record<string, number>, shapes = {}) {
    const nodes = [x, ...inputs].map(({ name }) => node('Identity', [name], [`${name}!`]));
    const given = file(
      [x, ...inputs],
      nodes,
      nodes.map(({ output }) => output[0]),
    );
    const { model: made, shapes: left } = withConstantInputs(given, constants, shapes);
    expect(made.graph.input.map(({ name }) => name)).toEqual(['x']);
    const outputs = await run(serializeModel(made.proto), feeds);
    return {
      left,
      values: Object.fromEntries(
        inputs.map(({ name }) => {
          const { type, dims, data } = outputs[`${name}!`];
          return [name, [type, [...dims], [...new Set([...data].map(Number))]]];
        }),
      ),
    };
  }

  it('are filled with it, in their type and the size that follows', async () => {
    const inputs = [
      value('h', 'float32', [2, 'n', 5]),
      value('rate', 'int64', []),
      value('mask', 'bool', ['n', 1]),
      value('exact', 'float64', [1]),
    ];
    const { values } = await filled(inputs, { h: 0.5, rate: 16000, mask: 1, exact: 0.1 });
    expect(values).toEqual({
      h: ['float32', [2, 3, 5], [0.5]],
      rate: ['int64', [], [16000]],
      mask: ['bool', [3, 1], [1]],
      exact: ['float64', [1], [0.1]],
    });
  });

  it('are found by a glob, and take the shapes that are given', async () => {
    const inputs = [value('past.0', 'float32', ['n', null]), value('past.1', 'float32', ['n', 'past', 2])];
    const { values, left } = await filled(inputs, { 'past.*': 0 }, { 'past.0': [4], y: [3] });
    expect(values).toEqual({ 'past.0': ['float32', [3, 4], [0]], 'past.1': ['float32', [3, 0, 2], []] });
    expect(left).toEqual({ y: [3] });
  });

  it('are none where none is named', () => {
    const given = file([x], [node('Identity', ['x'], ['y'])], ['y']);
    const shapes = { x: [2] };
    expect(withConstantInputs(given, {}, shapes)).toEqual({ model: given, shapes });
  });

  it.each<[string, Record<string, number>, string]>([
    ['is not there', { z: 1 }, '--input z: the model has no such input (its inputs: x, rate, text)'],
    ['holds whole numbers', { rate: 0.5 }, '--input rate=0.5: the input is of type int64'],
    ['gets no number', { rate: Number.NaN }, '--input rate=NaN'],
    ['holds text', { text: 1 }, '--input text: it is of type string, which no number fills'],
    ['is the last one', { x: 1, rate: 1, te: 1 }, '--input te: the model has no such input'],
  ])('are refused for an input that %s', (_, constants, message) => {
    const inputs = [x, value('rate', 'int64', []), value('text', 'string' as ElementType, ['n'])];
    const given = file(inputs, [node('Identity', ['x'], ['y'])], ['y']);
    expect(() => withConstantInputs(given, constants)).toThrow(UserError);
    expect(() => withConstantInputs(given, constants)).toThrow(message);
  });

  it('are refused where nothing is left to feed, twice of one input, and of models without Expand', () => {
    const given = (opset: number) =>
      file([x, value('h', 'float32', ['n', 1])], [node('Add', ['x', 'h'], ['y'])], ['y'], opset);
    expect(() => withConstantInputs(given(17), { x: 1, h: 1 })).toThrow(
      'every input of the model a constant',
    );
    expect(() => withConstantInputs(given(17), { h: 1 }, {}, [{ input: 'h' }])).toThrow(
      '--input and --state both say what input h holds',
    );
    expect(() => withConstantInputs(given(7), { h: 1 })).toThrow('opset 8 or newer, this one has opset 7');
    expect(withConstantInputs(given(8), { h: 1 }).model.graph.input).toHaveLength(1);
  });
});

describe('inputs that outputs feed', () => {
  const inputs = [
    value('x', 'float32', ['n', 2]),
    value('past.0.key', 'float32', ['n', 4, 'past', 8]),
    value('past.0.value', 'float32', ['n', 4, 'past', 8]),
  ];
  const outputs = [
    value('y', 'float32', ['n', 2]),
    value('present.0.key', 'float32', ['n', 4, 'past + 1', 8]),
    value('present.0.value', 'float32', ['n', 4, 'past + 1', 8]),
    value('other', 'float32', ['n', 3, null, 8]),
    value('whole', 'int64', ['n', 4, null, 8]),
    value('flat', 'float32', ['n', 8]),
  ];
  const given = file(
    inputs,
    outputs.map(({ name }) => node('Identity', ['x'], [name])),
    outputs,
  );
  const sizes = [[{ input: 'x', axis: 0 }], [4], [0], [8]];

  it('are those that are named, with their outputs and their sizes at the beginning', () => {
    const shapes = { 'past.0.key': [4, 0, 8], x: [2] };
    expect(fedBackInputs(given, { 'past.0.key': 'present.0.key' }, shapes)).toEqual({
      fedBack: [
        {
          input: 'past.0.key',
          output: 'present.0.key',
          type: 'float32',
          sizes: [[{ input: 'x', axis: 0 }], [4], [{ input: 'past.0.value', axis: 2 }], [8]],
        },
      ],
      shapes: { x: [2] },
    });
  });

  it('are found by globs, of which a star stands for the same on both sides', () => {
    const { fedBack } = fedBackInputs(given, { 'past.*.*': 'present.*.*' });
    expect(fedBack).toEqual(
      ['0.key', '0.value'].map((part) => ({
        input: `past.${part}`,
        output: `present.${part}`,
        type: 'float32',
        sizes,
      })),
    );
    // A dot is a dot.
    expect(() => fedBackInputs(given, { 'past?0*': 'present*' })).toThrow('no such input');
  });

  it('are none where none is named', () => {
    expect(fedBackInputs(given, {}, { x: [2] })).toEqual({ fedBack: [], shapes: { x: [2] } });
  });

  it.each<[string, Record<string, string>, string]>([
    ['has no such input', { h: 'y' }, '--state h=y: the model has no such input (its inputs: x, past.0.key'],
    [
      'has no such output',
      { 'past.*': 'next.*' },
      '--state past.0.key=next.0.key: the model has no such output',
    ],
    ['is given other stars', { 'past.*': 'present' }, 'give as many * on both sides'],
    ['gives another type', { 'past.0.key': 'whole' }, 'the output is of type int64 and the input of float32'],
    [
      'gives another size',
      { 'past.0.key': 'other' },
      'the output has the shape [n, 3, ?, 8] and the input [n, 4, past, 8]',
    ],
    ['gives another rank', { 'past.0.key': 'flat' }, 'the output has the shape [n, 8]'],
    ['would be fed nothing', { 'past.*': 'present.*', x: 'y' }, 'one has to be fed with --data'],
  ])('are refused where the model %s', (_, state, message) => {
    expect(() => fedBackInputs(given, state)).toThrow(UserError);
    expect(() => fedBackInputs(given, state)).toThrow(message);
  });
});
