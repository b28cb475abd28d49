import { describe, expect, it } from 'vitest';
import type * as Embedding from '../../src/engine/embed.js';
import { project } from '../../src/instrument/project.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { built } from '../support/built.js';
import { memorySource } from '../support/engine.js';
import { inMemory } from '../support/graphs.js';
import { channelwise } from '../support/instrumented.js';
import { model, node, tensor, value } from '../support/models.js';

const { embed } = await built<typeof Embedding>('engine/embed.js');

/** y = x, of two features, projected on (1, 0) and (1, 1) about (1, 2). */
function projected(batch: string | number = 'n') {
  const file = inMemory(
    model({
      inputs: [value('x', 'float32', [batch, 2])],
      nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
      initializers: [tensor('w', 'float32', [2, 2], [1, 0, 0, 1])],
      outputs: ['y'],
    }),
  );
  const axes = { mean: Float64Array.of(1, 2), axes: Float64Array.of(1, 1, 0, 1) };
  return project(file, findLayers(file).layers, new Map([['fc', axes]]), channelwise);
}

const x = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
const labels = ['a', 'b', undefined, 'a', 'b'];
function source() {
  const made = memorySource({ x: { type: 'float32', dims: [5, 2], data: x } });
  return {
    ...made,
    async *feeds(options: Parameters<typeof made.feeds>[0]) {
      let start = 0;
      for await (const feed of made.feeds(options)) {
        yield { ...feed, labels: labels.slice(start, start + feed.samples) };
        start += feed.samples;
      }
    },
  };
}
const cpu = { provider: 'cpu', batchSize: 2, samples: 5 } as const;
/** (x₁ − 1, x₁ + x₂ − 3) of each sample. */
const expected = [0, 0, 2, 4, 4, 8, 6, 12, 8, 16];

describe('the second pass over the data', () => {
  it('finds where every sample lies, in order, with its class', async () => {
    const found = await embed(projected(), source(), cpu);
    expect(found.labels).toEqual(labels);
    expect(found.layers).toHaveLength(1);
    expect([...(found.layers[0].coordinates ?? [])]).toEqual(expected);
  });

  it('fills batches up to the size that the model fixes, and takes the copies out again', async () => {
    const found = await embed(projected(4), source(), { ...cpu, fixedBatch: 4 });
    expect([...(found.layers[0].coordinates ?? [])]).toEqual(expected);
  });

  it('says that it is the second, and how far it is', async () => {
    const told: unknown[] = [];
    await embed(projected(), source(), {
      ...cpu,
      onProgress: ({ samples, total, pass }) => told.push([samples, total, pass]),
    });
    expect(told).toEqual([
      [0, 5, 2],
      [2, 5, 2],
      [4, 5, 2],
      [5, 5, 2],
    ]);
  });

  it('refuses data that has other samples than in the first pass', async () => {
    await expect(embed(projected(), source(), { ...cpu, samples: 4 })).rejects.toThrow(
      'the data changed between the two passes: 4 samples in the first, more than 4 in the second',
    );
    await expect(embed(projected(), source(), { ...cpu, samples: 6 })).rejects.toThrow(
      'the data changed between the two passes: 6 samples in the first, 5 in the second',
    );
  });

  it('says in which pass it was interrupted', async () => {
    const controller = new AbortController();
    const interrupted = embed(projected(), source(), {
      ...cpu,
      signal: controller.signal,
      onProgress: ({ samples }) => {
        if (samples >= 2) controller.abort();
      },
    });
    await expect(interrupted).rejects.toThrow(/^interrupted after \d of 5 samples of the second pass$/);
  });
});
