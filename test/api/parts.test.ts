import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openedUnlessAborted, refuseAborted } from '../../src/api/interruption.js';
import { modelTarget } from '../../src/api/modelTarget.js';
import { requireSkippable } from '../../src/api/nonFinite.js';
import { StoredRows } from '../../src/api/probing/storedRows.js';
import { MatrixStore } from '../../src/files/matrixStore.js';
import { realPlace } from '../../src/files/samePath.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

describe('where a model is to be written', () => {
  it('is a file in a folder that there is, and neither the model nor what is read', async () => {
    const folder = await realPlace(await temporaryDirectory());
    const at = (name: string) => join(folder, name);
    await mkdir(at('sub'));
    for (const name of ['m.onnx', 'data.npy', 'other.onnx']) await writeFile(at(name), 'x');
    await symlink(at('m.onnx'), at('link.onnx'));
    await symlink(at('sub'), at('linked'));
    const target = (output: string) => modelTarget(at(output), at('m.onnx'), { data: [at('data.npy')] });
    expect(await target('new.onnx')).toBe(at('new.onnx'));
    expect(await target('linked/new.onnx')).toBe(at('sub/new.onnx'));
    expect(await target('other.onnx')).toBe(at('other.onnx'));
    await expect(target('none/new.onnx')).rejects.toThrow(`there is no folder ${at('none')}; make it first`);
    await expect(target('sub')).rejects.toThrow('sub is a directory: name a file in it');
    await expect(target('m.onnx')).rejects.toThrow('m.onnx is the model itself: name another file');
    await expect(target('link.onnx')).rejects.toThrow('link.onnx is the model itself');
    await expect(target('data.npy')).rejects.toThrow(`would be written over the data ${at('data.npy')}`);
  });
});

describe('what opens while somebody may interrupt', () => {
  const opening = () => {
    const state = { closed: 0 };
    let open = () => {};
    const promise = new Promise<{ close(): Promise<void> }>((resolve) => {
      open = () =>
        resolve({
          close: async () => {
            state.closed++;
          },
        });
    });
    return { state, open, promise };
  };

  it('is what was opened, where nobody does', async () => {
    const { promise, open, state } = opening();
    open();
    await openedUnlessAborted(promise, new AbortController().signal);
    await openedUnlessAborted(promise, undefined);
    expect(state.closed).toBe(0);
  });

  it('is left at once, and closed when it opens after all', async () => {
    const { promise, open, state } = opening();
    const controller = new AbortController();
    const waiting = openedUnlessAborted(promise, controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({
      name: 'InterruptedError',
      message: expect.stringContaining('interrupted before the first sample'),
    });
    open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(state.closed).toBe(1);
    const late = opening();
    await expect(openedUnlessAborted(late.promise, AbortSignal.abort())).rejects.toThrow('interrupted');
  });

  it('fails as it fails by itself', async () => {
    await expect(openedUnlessAborted(Promise.reject(new Error('no file')), undefined)).rejects.toThrow(
      'no file',
    );
  });

  it('is told apart from an interruption behind the last sample', () => {
    refuseAborted(undefined, 8);
    refuseAborted(new AbortController().signal, 8);
    expect(() => refuseAborted(AbortSignal.abort(), 8)).toThrow('interrupted after all 8 samples');
  });
});

it('samples can be left out unless an embedding or the model ties them together', () => {
  requireSkippable({}, undefined);
  requireSkippable({ embedding: false }, undefined);
  expect(() => requireSkippable({ embedding: true }, undefined)).toThrow('--embedding shows all samples');
  expect(() => requireSkippable({}, 'BatchNormalization')).toThrow(
    "the model's BatchNormalization makes each",
  );
});

describe('features on the disk', () => {
  const split = {
    parts: ['train', 'test', 'train', 'train', 'test'],
    labels: Int32Array.of(0, 1, 2, 0, 1),
  } as never;

  async function rows(numbers?: number) {
    const store = await MatrixStore.open();
    onTestFinished(() => store.close());
    await store.append(
      'fc',
      Float64Array.from({ length: 10 }, (_, i) => i),
    );
    const stored = StoredRows.open(store, 'fc', split, ...(numbers === undefined ? [] : [numbers]));
    expect(stored.features).toBe(2);
    const found: unknown[] = [];
    for await (const { rows: each, labels, counted } of stored.chunks()) {
      found.push([each.rows, each.columns, [...each.values], [...labels], [...counted]]);
    }
    return { found, stored };
  }

  it('come at once where they fit into memory, of which training samples count', async () => {
    const whole = [[5, 2, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 1, 2, 0, 1], [1, 0, 1, 1, 0]]];
    expect((await rows()).found).toEqual(whole);
    expect((await rows(10)).found).toEqual(whole);
  });

  it('come in pieces where they do not, a row at least', async () => {
    expect((await rows(5)).found).toEqual([
      [2, 2, [0, 1, 2, 3], [0, 1], [1, 0]],
      [2, 2, [4, 5, 6, 7], [2, 0], [1, 1]],
      [1, 2, [8, 9], [1], [0]],
    ]);
    expect((await rows(1)).found).toHaveLength(5);
  });
});
