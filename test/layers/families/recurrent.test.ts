import { describe, expect, it } from 'vitest';
import { node, value } from '../../support/models.js';
import { onlyLayer, zeros } from '../found.js';

/** Input 3, hidden 4: W [directions, gates · 4, 3], R [directions, gates · 4, 4], B [directions, 2 · gates · 4]. */
const weights = (gates: number, directions: number) => [
  zeros('W', directions, gates * 4, 3),
  zeros('R', directions, gates * 4, 4),
  zeros('B', directions, 2 * gates * 4),
];

describe('a recurrent layer', () => {
  it.each([
    ['LSTM', 4, 4 * (12 + 16 + 8)],
    ['GRU', 3, 3 * (12 + 16 + 8)],
    ['RNN', 1, 12 + 16 + 8],
  ])('%s has its hidden units as features', (op, gates, parameters) => {
    const layer = onlyLayer([node(op, ['x', 'W', 'R', 'B'], ['Y'], { hidden_size: 4n })], {
      initializers: weights(gates, 1),
    });
    expect(layer).toMatchObject({
      output: 'Y',
      layout: { kind: 'recurrent', batchFirst: false },
      features: 4,
      weightShape: [1, gates * 4, 3],
      parameters,
    });
  });

  it('concatenates its directions', () => {
    const attributes = { hidden_size: 4n, direction: 'bidirectional' };
    const layer = onlyLayer([node('GRU', ['x', 'W', 'R'], ['Y'], attributes)], {
      initializers: weights(3, 2),
    });
    expect([layer.features, layer.parameters]).toEqual([8, 2 * 3 * (12 + 16)]);
  });

  it('of one direction that runs backwards is not doubled', () => {
    const attributes = { hidden_size: 4n, direction: 'reverse' };
    expect(
      onlyLayer([node('GRU', ['x', 'W', 'R'], ['Y'], attributes)], { initializers: weights(3, 1) }).features,
    ).toBe(4);
  });

  it('takes its units from the recurrence weight where hidden_size is left out', () => {
    expect(onlyLayer([node('LSTM', ['x', 'W', 'R'], ['Y'])], { initializers: weights(4, 1) }).features).toBe(
      4,
    );
  });

  it('takes them from hidden_size where the recurrence weight is computed, and claims none without', () => {
    const features = (attributes: Record<string, bigint>) => {
      const nodes = [node('Relu', ['x'], ['R']), node('LSTM', ['x', 'W', 'R'], ['Y'], attributes)];
      return onlyLayer(nodes, { initializers: [zeros('W', 1, 16, 3)] }).features;
    };
    expect(features({ hidden_size: 4n })).toBe(4);
    expect(features({})).toBeUndefined();
  });

  it('tells samples first (layout 1) and lengths', () => {
    const layer = onlyLayer([node('LSTM', ['x', 'W', 'R', '', 'lengths'], ['Y'], { layout: 1n })], {
      inputs: [value('x', 'float32'), value('lengths', 'int32', ['N'])],
      initializers: weights(4, 1),
    });
    expect(layer.layout).toEqual({ kind: 'recurrent', batchFirst: true, sequenceLengths: 'lengths' });
  });

  it('counts peepholes, but not initial states', () => {
    const inputs = ['x', 'W', 'R', '', '', 'h', 'h', 'P'];
    const layer = onlyLayer([node('LSTM', inputs, ['Y'], { hidden_size: 4n })], {
      initializers: [...weights(4, 1), zeros('h', 1, 1, 4), zeros('P', 1, 12)],
    });
    expect(layer.parameters).toBe(4 * (12 + 16) + 12);
  });

  it.each([
    ['only Y_h is named', ['', 'Y_h']],
    ['nothing is named', []],
  ])('gets a name for its output where %s', (_, outputs) => {
    const layer = onlyLayer(
      [node('Relu', ['x'], ['a']), node('LSTM', ['a', 'W', 'R'], outputs, {}, { name: '/enc/LSTM' })],
      {
        initializers: weights(4, 1),
      },
    );
    expect(layer).toMatchObject({ output: 'enc/Y', unnamed: { nodeIndex: 1, outputIndex: 0 } });
  });

  it('gets one that no other value has', () => {
    const nodes = [
      node('Relu', ['x'], ['enc/Y']),
      node('LSTM', ['enc/Y', 'W', 'R'], ['', 'h'], {}, { name: '/enc/LSTM' }),
    ];
    expect(onlyLayer(nodes, { initializers: weights(4, 1) }).output).toBe('enc/Y_');
  });

  it('quantized keeps its weights transposed: [directions, inputs, gates · units]', () => {
    const layer = onlyLayer(
      [node('DynamicQuantizeLSTM', ['x', 'W', 'R'], ['Y'], {}, { domain: 'com.microsoft' })],
      {
        initializers: [zeros('W', 1, 3, 16), zeros('R', 1, 4, 16)],
      },
    );
    expect([layer.features, layer.parameters]).toEqual([4, 48 + 64]);
  });
});
