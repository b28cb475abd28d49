import { describe, expect, it } from 'vitest';
import { matchLayers, renamedIn } from '../../../src/run/compare/matchLayers.js';
import type { GraphNode, RunLayer } from '../../../src/run/schema.js';
import { layer, run } from '../../support/runs.js';

/** `was → is` of every match. */
function matched(before: ReturnType<typeof run>, after: ReturnType<typeof run>): string[] {
  return matchLayers(before, after).map((match) => `${match.before.name} → ${match.after.name}`);
}

const weighted = (name: string, weights: string, parts: Partial<RunLayer> = {}) =>
  layer(name, 1, 4, { weights, ...parts });

/** Layers of one width, each reading the one before it. */
function chain(names: readonly string[], widths: readonly number[], prefix = ''): ReturnType<typeof run> {
  return run(
    names.map((name, i) => layer(name, 1, widths[i], { weightShape: [widths[i], 3, 3, 3] })),
    {
      graph: names.map((id, i) => ({ id, op: 'Conv', inputs: [names[i - 1] ?? `${prefix}input`] })),
    },
  );
}

describe('layers of another export', () => {
  it('are known by their weights, before their names', () => {
    // Names that count operators: one more at the front moves all.
    const before = run([weighted('conv_0', 'A'), weighted('conv_1', 'B')]);
    const after = run([weighted('conv_0', 'new'), weighted('conv_1', 'A'), weighted('conv_2', 'B')]);
    expect(matched(before, after)).toEqual(['conv_0 → conv_1', 'conv_1 → conv_2']);
  });

  it('are known by their names where weights were trained further or are not known', () => {
    const before = run([weighted('a', 'A'), weighted('b', 'B'), layer('c', 1, 4)]);
    const after = run([weighted('a', 'A2'), layer('b', 1, 4), weighted('c', 'C')]);
    expect(matched(before, after)).toEqual(['a → a', 'b → b', 'c → c']);
  });

  it('are not known by a weight that two layers have, or that is another operator’s', () => {
    const before = run([weighted('tied1', 'T'), weighted('tied2', 'T'), weighted('m', 'M')]);
    const after = run([weighted('x', 'T'), weighted('y', 'T'), weighted('n', 'M', { op: 'ConvTranspose' })]);
    expect(matched(before, after)).toEqual([]);
    expect(matched(before, before)).toEqual(['tied1 → tied1', 'tied2 → tied2', 'm → m']);
  });

  it('are known by operator, shape and place where neither name nor weight says', () => {
    const widths = [4, 8, 8, 8, 16];
    const before = chain(['a', 'b', 'c', 'd', 'e'], widths);
    expect(matched(before, chain(['k', 'l', 'm', 'n', 'o'], widths))).toEqual([
      ...['a → k', 'b → l', 'c → m', 'd → n', 'e → o'],
    ]);
    // With the first and the last known, what stands between them.
    expect(matched(before, chain(['a', 'l', 'm', 'n', 'e'], widths))).toEqual([
      ...['a → a', 'b → l', 'c → m', 'd → n', 'e → e'],
    ]);
  });

  it('take a linear layer as Gemm or as MatMul, with its weight either way round', () => {
    const graph = (id: string, op: string): GraphNode[] => [{ id, op, inputs: ['input'] }];
    const gemm = layer('fc', 1, 4, { op: 'Gemm', weightShape: [4, 9] });
    const matMul = layer('linear_0', 1, 4, { op: 'MatMul', weightShape: [9, 4] });
    const before = run([gemm], { graph: graph('fc', 'Gemm') });
    expect(matched(before, run([matMul], { graph: graph('linear_0', 'MatMul') }))).toEqual(['fc → linear_0']);
    expect(matched(before, run([{ ...matMul, op: 'LSTM' }], { graph: graph('linear_0', 'LSTM') }))).toEqual(
      [],
    );
  });

  it('are left alone where the network is another one', () => {
    const before = chain(['a', 'b', 'c'], [4, 8, 16]);
    // Permuted, one more, another width, or without a graph to tell places by.
    expect(matched(before, chain(['k', 'l', 'm'], [8, 4, 16]))).toEqual([]);
    expect(matched(before, chain(['k', 'l', 'l2', 'm'], [4, 8, 8, 16]))).toEqual([]);
    expect(matched(before, chain(['k', 'l', 'm'], [4, 8, 17]))).toEqual([]);
    const { graph: _, ...bare } = chain(['k', 'l', 'm'], [4, 8, 16]);
    expect(matched(before, bare)).toEqual([]);
    // Between known layers, a second one is nobody's.
    expect(matched(before, chain(['a', 'x', 'y', 'c'], [4, 8, 8, 16]))).toEqual(['a → a', 'c → c']);
  });

  it('are named with what they were called before', () => {
    const before = run([weighted('a', 'A'), weighted('b', 'B')]);
    const after = run([weighted('a', 'A'), weighted('z', 'B')]);
    expect(renamedIn(matchLayers(before, after))).toEqual([{ name: 'z', was: 'b' }]);
  });

  it('are told apart by which input of a reader they feed, however many nodes there are', () => {
    // Two branches of one kind, of which the first is subtracted from; 11 more nodes before them make places of two digits.
    const net = (names: readonly string[], order: readonly [number, number]) => {
      const [left, right] = names;
      const before = Array.from({ length: 11 }, (_, i) => `n${i}`);
      return run(
        [left, right].map((name) => layer(name, 1, 8)),
        {
          graph: [
            ...before.map((id, i) => ({ id, op: `Op${i}`, inputs: [before[i - 1] ?? 'input'] })),
            { id: left, op: 'Conv', inputs: ['n10'] },
            { id: right, op: 'Conv', inputs: ['n10'] },
            { id: 'join', op: 'Sub', isJoin: true, inputs: order.map((i) => names[i]) },
          ],
        },
      );
    };
    expect(matched(net(['l', 'r'], [0, 1]), net(['p', 'q'], [0, 1]))).toEqual(['l → p', 'r → q']);
    expect(matched(net(['l', 'r'], [0, 1]), net(['p', 'q'], [1, 0]))).toEqual(['r → p', 'l → q']);
  });

  it('stand at one place whichever way round a sum takes its inputs', () => {
    const net = (names: readonly string[], turned: boolean) => {
      const [left, right, head] = names;
      const [a, b] = turned ? [right, left] : [left, right];
      return run([layer(left, 1, 8), layer(right, 1, 9), layer(head, 1, 4)], {
        graph: [
          { id: left, op: 'Conv', inputs: ['input'] },
          { id: right, op: 'Conv', inputs: ['input'] },
          { id: 'sum', op: 'Add', isJoin: true, inputs: [a, b] },
          { id: head, op: 'Conv', inputs: ['sum'] },
        ],
      });
    };
    const all = ['l → p', 'r → q', 'h → k'];
    expect(matched(net(['l', 'r', 'h'], false), net(['p', 'q', 'k'], false))).toEqual(all);
    expect(matched(net(['l', 'r', 'h'], false), net(['p', 'q', 'k'], true))).toEqual(all);
  });

  it('are left alone where two could be meant, and told apart where what they feed differs', () => {
    const branches = (names: readonly string[], join: string, third?: string) => {
      const [stem, left, right, head] = names;
      const wide = { weightShape: [8, 8, 1, 1] };
      return run([layer(stem, 1, 8, wide), ...[left, right, head].map((name) => layer(name, 1, 8, wide))], {
        graph: [
          { id: stem, op: 'Conv', inputs: ['input'] },
          { id: left, op: 'Conv', inputs: [stem] },
          { id: right, op: 'Conv', inputs: [third ?? stem] },
          { id: 'join', op: join, isJoin: true, inputs: [left, right] },
          { id: head, op: 'Conv', inputs: ['join'] },
        ],
      });
    };
    const before = branches(['s', 'l', 'r', 'h'], 'Add');
    expect(matched(before, branches(['s', 'p', 'q', 'h'], 'Add'))).toEqual(['s → s', 'h → h']);
    const concat = branches(['s', 'l', 'r', 'h'], 'Concat');
    // An Add takes its inputs either way round, a Concat does not.
    expect(matched(concat, branches(['s', 'p', 'q', 'h'], 'Concat'))).toEqual([
      ...['s → s', 'l → p', 'r → q', 'h → h'],
    ]);
  });
});
