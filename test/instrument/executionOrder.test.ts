import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { type BatchesPerRun, instrument } from '../../src/instrument/instrument.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { inMemory } from '../support/graphs.js';
import { channelwise } from '../support/instrumented.js';
import { model, node, tensor, value } from '../support/models.js';

const weight = (name: string) => tensor(name, 'float32', [4, 4], [...Array(16).keys()]);
const chain = inMemory(
  model({
    inputs: [value('x', 'float32', ['n', 4])],
    initializers: [weight('a'), weight('b'), weight('c')],
    nodes: [
      node('MatMul', ['x', 'a'], ['first'], {}, { name: 'first' }),
      node('Relu', ['first'], ['r1']),
      node('MatMul', ['r1', 'b'], ['second'], {}, { name: 'second' }),
      node('Relu', ['second'], ['r2']),
      node('MatMul', ['r2', 'c'], ['third'], {}, { name: 'third' }),
    ],
    outputs: ['third'],
  }),
);

/** The nodes that a run went through, in the order in which it did, as ONNX Runtime's profile tells. */
async function nodesRun(batches: BatchesPerRun, dims: readonly number[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'delve-order-'));
  try {
    const { bytes } = instrument(chain, findLayers(chain).layers, channelwise, batches);
    const profile = { enableProfiling: true, profileFilePrefix: join(folder, 'profile') };
    const session = await ort.InferenceSession.create(bytes, { ...profile, logSeverityLevel: 4 });
    const size = dims.reduce((product, length) => product * length, 1);
    await session.run({ x: new ort.Tensor('float32', new Float32Array(size).fill(1), [...dims]) });
    session.endProfiling();
    await session.release();
    const [file] = await readdir(folder);
    const events: { name: string; cat: string }[] = JSON.parse(await readFile(join(folder, file), 'utf8'));
    return events.flatMap(({ name, cat }) =>
      cat === 'Node' && name.endsWith('_kernel_time') ? [name.slice(0, -'_kernel_time'.length)] : [],
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the moments of a layer', () => {
  it.each([
    ['one batch', 'one', [5, 4]],
    ['several', 'several', [1, 5, 4]],
  ] as const)('are computed before the next layer runs, in a run of %s', async (_, batches, dims) => {
    const nodes = await nodesRun(batches, dims);
    const at = (part: RegExp) => nodes.findIndex((name) => part.test(name));
    const places = [/^first/, /first\/scatter/, /^second/, /second\/scatter/, /^third/, /third\/scatter/].map(
      at,
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });
});
