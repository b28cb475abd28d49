import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { doublesOf, ModelSession, openPlain, valuesOf } from '../../../src/engine/session/modelSession.js';
import { UserError } from '../../../src/errors.js';
import { externalTensor, modelBytes, node, tensor, value } from '../../support/models.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

/** y = x + 1, of one axis more where it takes several batches. */
const bytes = (rank = 2) =>
  modelBytes({
    inputs: [value('x', 'float32', new Array(rank).fill(null))],
    nodes: [
      node('Add', ['x', 'one'], ['y']),
      node('Cast', ['y'], ['d'], { to: 11n }),
      node('Shape', ['x'], ['s']),
    ],
    initializers: [tensor('one', 'float32', [], [1])],
    outputs: ['y', 'd', 's'],
  });
const feed = (samples: number) =>
  ({
    samples,
    tensors: {
      x: { type: 'float32', dims: [samples, 1], data: Float32Array.from({ length: samples }, (_, i) => i) },
    },
  }) as const;
const cpu = { provider: 'cpu' } as const;

describe('a session', () => {
  it('runs a batch, counts it, and gives its outputs', async () => {
    const session = await ModelSession.open({ bytes: bytes() }, { ...cpu, threads: 1 });
    expect([session.provider, session.accumulates, session.completed]).toEqual(['cpu', false, 0]);
    const outputs = await session.run(feed(3));
    expect(session.completed).toBe(1);
    expect(doublesOf(outputs, 'd')).toEqual(Float64Array.of(1, 2, 3));
    expect(valuesOf(outputs, 's')).toEqual(BigInt64Array.of(3n, 1n));
    expect(() => doublesOf(outputs, 'y')).toThrow('output y is not float64');
    expect(() => valuesOf(outputs, 'z')).toThrow('the rewritten model has no output z');
    await session.release();
  });

  it('stacks several batches for a model that takes them, and one as well', async () => {
    const session = await ModelSession.open({ bytes: bytes(3), accumulates: true }, cpu);
    expect(session.accumulates).toBe(true);
    const shape = async (samples: number, batch?: number) =>
      valuesOf(await session.run(feed(samples), batch), 's');
    expect(await shape(6, 2)).toEqual(BigInt64Array.of(3n, 2n, 1n));
    expect(await shape(2, 2)).toEqual(BigInt64Array.of(1n, 2n, 1n));
    expect(await shape(4)).toEqual(BigInt64Array.of(1n, 4n, 1n));
    await session.release();
  });

  it('takes the model for a single batch on the CPU, where there is one', async () => {
    const session = await ModelSession.open({ bytes: bytes(3), single: bytes(2), accumulates: true }, cpu);
    expect(session.accumulates).toBe(false);
    expect(valuesOf(await session.run(feed(4)), 's')).toEqual(BigInt64Array.of(4n, 1n));
    await session.release();
  });

  it('says in a sentence what the runtime refuses, of a model and of a batch', async () => {
    await expect(ModelSession.open({ bytes: Uint8Array.of(1, 2, 3) }, cpu)).rejects.toThrow(UserError);
    await expect(openPlain({ bytes: Uint8Array.of(1, 2, 3) })).rejects.toThrow(UserError);
    const session = await ModelSession.open({ bytes: bytes(1) }, cpu);
    await expect(session.run(feed(3))).rejects.toThrow(UserError);
    expect(session.completed).toBe(0);
    await session.release();
  });

  it('finds weights beside the model', async () => {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'one.bin'), new Uint8Array(Float32Array.of(5, 7).buffer));
    const beside = modelBytes({
      inputs: [value('x', 'float32', [null, 1])],
      nodes: [node('Add', ['x', 'one'], ['y'])],
      initializers: [externalTensor('one', 'float32', [1], { location: 'one.bin', offset: 4, length: 4 })],
      outputs: ['y'],
    });
    const model = { bytes: beside, externalDataFolder: folder };
    const session = await ModelSession.open(model, cpu);
    expect(valuesOf(await session.run(feed(2)), 'y')).toEqual(Float32Array.of(7, 8));
    await session.release();
    await (await openPlain(model, 1)).release();
    await expect(
      openPlain({ bytes: beside, externalDataFolder: await temporaryDirectory() }),
    ).rejects.toThrow(UserError);
  });
});
