import { describe, expect, test } from 'vitest';
import type { Precision, SequenceMethod } from '../../src/instrument/options.js';
import { findLayers } from '../../src/layers/findLayers.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import { unevenValues } from '../support/activationModel.js';
import { inMemory } from '../support/graphs.js';
import { instrumentedMoments, largestDistance, ortTensor } from '../support/instrumented.js';
import { type AttributeValue, model, node, tensor, value } from '../support/models.js';

const methods: readonly SequenceMethod[] = ['last', 'timestepwise', 'flatten'];
const gates: Readonly<Record<string, number>> = { LSTM: 4, GRU: 3, RNN: 1 };

interface Parts {
  readonly inputs?: number;
  readonly units?: number;
  readonly directions?: 1 | 2;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly lengths?: boolean;
  readonly outputs?: readonly string[];
  readonly weights?: { readonly w: readonly number[]; readonly r: readonly number[] };
}

function recurrentModel(op: string, parts: Parts = {}): ModelFile {
  const { inputs = 2, units = 3, directions = 1, attributes = {}, lengths = false, outputs = ['Y'] } = parts;
  const rows = directions * gates[op] * units;
  const small = (size: number) => unevenValues(size).map((entry) => entry / 16);
  return inMemory(
    model({
      inputs: [
        value('x', 'float32', ['steps', 'batch', inputs]),
        ...(lengths ? [value('lengths', 'int32', ['batch'])] : []),
      ],
      nodes: [
        node(op, ['x', 'w', 'r', '', lengths ? 'lengths' : ''], outputs, {
          hidden_size: BigInt(units),
          ...(directions === 2 ? { direction: 'bidirectional' } : {}),
          ...attributes,
        }),
      ],
      outputs: [outputs.find((name) => name !== '') ?? ''],
      initializers: [
        tensor(
          'w',
          'float32',
          [directions, gates[op] * units, inputs],
          parts.weights?.w ?? small(rows * inputs),
        ),
        tensor(
          'r',
          'float32',
          [directions, gates[op] * units, units],
          parts.weights?.r ?? small(rows * units),
        ),
      ],
    }),
  );
}

const x = (steps: number, samples: number, inputs = 2) =>
  ortTensor('float32', [steps, samples, inputs], unevenValues(steps * samples * inputs));
const lengthsOf = (lengths: readonly number[]) => ortTensor('int32', [lengths.length], lengths);

const precisions: readonly (readonly [Precision, number])[] = [
  ['float64', 1e-15],
  ['float32', 2 * 2 ** -22],
];

describe.each(['LSTM', 'GRU', 'RNN'])('%s', (op) => {
  describe.each(methods)('%s', (sequenceMethod) => {
    test.each(precisions)(
      'has the moments of Y in %s, both directions, with and without lengths',
      async (precision, bound) => {
        const options = { convMethod: 'channelwise', precision, sequenceMethod } as const;
        for (const directions of [1, 2] as const) {
          const plain = recurrentModel(op, { directions });
          expect(await largestDistance(plain, { x: x(5, 3) }, options)).toBeLessThanOrEqual(bound);
          const varying = recurrentModel(op, { directions, lengths: true });
          const feeds = { x: x(5, 3), lengths: lengthsOf([4, 5, 1]) };
          expect(await largestDistance(varying, feeds, options)).toBeLessThanOrEqual(bound);
        }
      },
    );
  });

  test('is observed where its Y has no name', async () => {
    const unnamed = recurrentModel(op, { outputs: ['', 'Y_h'] });
    const named = recurrentModel(op);
    const options = { convMethod: 'channelwise', precision: 'float64' } as const;
    expect(await largestDistance(unnamed, { x: x(5, 3) }, options)).toBeLessThanOrEqual(1e-15);
    const moments = async (file: ModelFile) =>
      [...(await instrumentedMoments(file, findLayers(file).layers, options, { x: x(5, 3) })).values()][0];
    expect(await moments(unnamed)).toEqual(await moments(named));
    // The model that was given is as it was.
    expect(unnamed.graph.node[0].output).toEqual(['', 'Y_h']);
  });
});

test('GRU with linear_before_reset', async () => {
  const file = recurrentModel('GRU', { attributes: { linear_before_reset: 1n } });
  const options = {
    convMethod: 'channelwise',
    precision: 'float64',
    sequenceMethod: 'timestepwise',
  } as const;
  expect(await largestDistance(file, { x: x(5, 3) }, options)).toBeLessThanOrEqual(1e-15);
});

describe('a bidirectional RNN', () => {
  // h = tanh(x + h) forward, h = tanh(10 x + h) backward.
  const simple = (lengths: boolean) =>
    recurrentModel('RNN', {
      inputs: 1,
      units: 1,
      directions: 2,
      lengths,
      weights: { w: [1, 10], r: [1, 1] },
    });
  const options = { convMethod: 'channelwise', precision: 'float64', sequenceMethod: 'last' } as const;
  const steps = ortTensor('float32', [3, 2, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);

  test('last: the forward direction at its end, then the backward one at its beginning', async () => {
    const file = simple(false);
    const { layers } = findLayers(file);
    const moments = [...(await instrumentedMoments(file, layers, options, { x: steps })).values()][0];
    const forward = (a: number, b: number, c: number) => Math.tanh(c + Math.tanh(b + Math.tanh(a)));
    expect(moments.count).toBe(2);
    expect(moments.sum[0]).toBeCloseTo(forward(0.1, 0.3, 0.5) + forward(0.2, 0.4, 0.6), 5);
    expect(moments.sum[1]).toBeCloseTo(Math.tanh(5) + Math.tanh(6), 5);
  });

  test('last, with lengths: each sample at its own end', async () => {
    const file = simple(true);
    const { layers } = findLayers(file);
    const feeds = { x: steps, lengths: lengthsOf([2, 1]) };
    const moments = [...(await instrumentedMoments(file, layers, options, feeds)).values()][0];
    expect(moments.count).toBe(2);
    expect(moments.sum[0]).toBeCloseTo(Math.tanh(0.3 + Math.tanh(0.1)) + Math.tanh(0.2), 5);
    expect(moments.sum[1]).toBeCloseTo(Math.tanh(3) + Math.tanh(2), 5);
  });
});
