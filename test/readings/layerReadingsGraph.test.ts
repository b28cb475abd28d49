import { describe, expect, it } from 'vitest';
import { readLayers } from '../../src/readings/layerReadings.js';
import type { Run } from '../../src/run/schema.js';
import { layer } from '../support/runs.js';

/** Layers as `name: [saturation in per cent, ...the ids that it reads]`; an id with `+` is a join. */
function read(outputLayers: string[], nodes: Record<string, [percent: number, ...inputs: string[]]>) {
  const entries = Object.entries(nodes);
  const graph: Run['graph'] = entries.map(([id, [, ...inputs]]) =>
    id.startsWith('+') ? { id, op: 'Add', isJoin: true, inputs } : { id, op: 'Conv', inputs },
  );
  const layers = entries.flatMap(([id, [percent]]) => (id.startsWith('+') ? [] : [layer(id, percent, 100)]));
  const { layers: found } = readLayers({ layers, graph, outputLayers });
  return Object.fromEntries(found.map(({ layer: { name }, kind }) => [name, kind]));
}

describe('readings along the graph', () => {
  it('call every head an output, not only the last one', () => {
    // As in a detector: two heads that nothing but a Concat follows, the low one is not the last of a tail.
    expect(
      read(['box', 'class'], {
        a: [80, 'input'],
        b: [70, 'a'],
        class: [2, 'b'],
        box: [60, 'b'],
      }),
    ).toEqual({ a: 'healthy', b: 'healthy', class: 'output', box: 'output' });
  });

  it('find no tail before a layer that works on another path', () => {
    // c and d are low, but e, which also reads c, is not.
    const parted = (e: number) =>
      read(['f', 'g'], {
        a: [80, 'input'],
        b: [70, 'a'],
        c: [3, 'b'],
        e: [e, 'c'],
        d: [3, 'c'],
        f: [50, 'd'],
        g: [50, 'e'],
      });
    expect(parted(60)).toMatchObject({ c: 'healthy', d: 'tail', e: 'healthy' });
    expect(parted(4)).toMatchObject({ c: 'tail', d: 'tail', e: 'tail' });
  });

  it('follow paths through joins', () => {
    expect(
      read(['y'], {
        a: [80, 'input'],
        b: [80, 'a'],
        c: [3, 'b'],
        '+1': [0, 'c', 'b'],
        d: [70, '+1'],
        y: [50, 'd'],
      }),
    ).toMatchObject({ c: 'healthy', d: 'healthy', y: 'output' });
  });

  it('leave an output that is used further on out of the tail, but not what follows it', () => {
    expect(
      read(['encoder', 'y'], {
        a: [80, 'input'],
        b: [80, 'a'],
        c: [4, 'b'],
        encoder: [9, 'c'],
        d: [5, 'encoder'],
        y: [50, 'd'],
      }),
    ).toEqual({ a: 'healthy', b: 'healthy', c: 'tail', encoder: 'output', d: 'tail', y: 'output' });
  });

  it('count what follows the last output as part of it', () => {
    expect(read(['fc'], { a: [80, 'input'], b: [80, 'a'], fc: [50, 'b'], softmax: [5, 'fc'] })).toMatchObject(
      {
        fc: 'output',
        softmax: 'output',
      },
    );
  });
});
