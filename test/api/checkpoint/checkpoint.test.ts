import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Checkpointing, checkpointOf } from '../../../src/api/checkpoint/checkpoint.js';
import { CheckpointFolder } from '../../../src/api/checkpoint/checkpointFolder.js';
import { differenceOf, type Work } from '../../../src/api/checkpoint/work.js';
import type { PassState } from '../../../src/engine/pass/pause.js';
import { InterruptedError, UserError } from '../../../src/errors.js';
import { run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

const { settings } = run([]);
const work: Work = {
  planned: {
    model: { path: 'net.onnx', sha256: 'ab' },
    data: { source: 'x.npy', reader: 'npy' },
    settings,
    layers: ['conv', 'fc'],
  },
  options: { '--batch': '8', '--provider': 'cpu' },
};

/** The state of a pass of two workers, whose moments lie in these files. */
const stateOf = (files: readonly string[], samples = 24): PassState => ({
  ...{ samples, batches: 3, number: 4, turn: 3, provider: 'cpu', seconds: 61.5 },
  from: {
    ...{ draws: [10, Number.POSITIVE_INFINITY], rows: 4, given: samples, skipped: 1 },
    labels: new Map([
      ['cat', 20],
      ['dog', 4],
    ]),
    skippedSamples: [{ origin: 'x.npy, sample 3', reason: 'is damaged' }],
  },
  workers: files.map((file, i) => ({
    file,
    state: {
      layers: [{ name: 'conv', features: 4, firstRows: i }],
      ...{ batches: 2, skipped: 0, skippedOrigins: [], answers: { width: 0, labels: [] } },
    } as never,
  })),
});

/** Writes moments, as a pass does. */
const saving =
  (samples = 24) =>
  async (fileOf: (worker: number) => string): Promise<PassState> => {
    const files = [fileOf(0), fileOf(1)];
    for (const file of files) await writeFile(file, `moments of ${samples}`);
    return stateOf(files, samples);
  };

async function folderIn(): Promise<CheckpointFolder> {
  return new CheckpointFolder(join(await temporaryDirectory(), 'net.delve.checkpoint'));
}

describe('the state of a pass on the disk', () => {
  it('comes back as it was, also when its folder was moved', async () => {
    const folder = await folderIn();
    expect(await folder.read()).toBeUndefined();
    await folder.write(work, saving());
    const files = (at: string) => [0, 1].map((worker) => join(at, `moments-1-${worker}.safetensors`));
    expect(await folder.read()).toEqual({ work, state: stateOf(files(folder.path)) });
    const moved = `${folder.path}.moved`;
    await rename(folder.path, moved);
    const found = await new CheckpointFolder(moved).read();
    expect(found?.state.workers.map(({ file }) => file)).toEqual(files(moved));
    expect(await readFile(files(moved)[1], 'utf8')).toBe('moments of 24');
  });

  it('takes the place of the one before, whose moments go', async () => {
    const folder = await folderIn();
    await folder.write(work, saving(24));
    await folder.write(work, saving(48));
    expect((await readdir(folder.path)).sort()).toEqual([
      'moments-2-0.safetensors',
      'moments-2-1.safetensors',
      'state.json',
    ]);
    expect((await folder.read())?.state.samples).toBe(48);
  });

  it('stays where a new one cannot be written, of which nothing is left', async () => {
    const folder = await folderIn();
    await folder.write(work, saving(24));
    const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' });
    for (const [error, name] of [
      [full, 'UserError'],
      [new UserError('the disk is full'), 'UserError'],
      [new TypeError('a fault'), 'TypeError'],
    ] as const) {
      const broken = async (fileOf: (worker: number) => string) => {
        await saving(48)(fileOf);
        throw error;
      };
      await expect(folder.write(work, broken)).rejects.toMatchObject({ name, message: error.message });
      expect((await readdir(folder.path)).sort()).toEqual([
        'moments-1-0.safetensors',
        'moments-1-1.safetensors',
        'state.json',
      ]);
      expect((await folder.read())?.state.samples).toBe(24);
    }
  });

  it('is taken away whole, but nothing that is somebody else’s', async () => {
    const folder = await folderIn();
    await folder.write(work, saving());
    await folder.remove();
    await expect(readdir(folder.path)).rejects.toThrow('ENOENT');
    await folder.write(work, saving());
    await writeFile(join(folder.path, 'notes.txt'), '');
    await expect(folder.remove()).rejects.toThrow();
    expect(await readdir(folder.path)).toEqual(['notes.txt']);
  });

  it('is refused where it is damaged, or of another version', async () => {
    const folder = await folderIn();
    await folder.write(work, saving());
    const file = join(folder.path, 'state.json');
    const whole = JSON.parse(await readFile(file, 'utf8'));
    const { state } = whole;
    for (const [content, reason] of [
      ['{', 'JSON'],
      ['[]', 'cannot be resumed'],
      [JSON.stringify({ ...whole, delve: '0.0.1' }), 'it was made by delve 0.0.1'],
      [JSON.stringify({ ...whole, work: {} }), 'work.planned'],
      [JSON.stringify({ ...whole, state: { ...state, samples: -1 } }), 'state.samples'],
      [JSON.stringify({ ...whole, state: { ...state, provider: 'abacus' } }), 'state.provider'],
      [JSON.stringify({ ...whole, state: { ...state, workers: [{ file: 1 }] } }), 'state.workers[0].file'],
      [
        JSON.stringify({ ...whole, state: { ...state, from: { ...state.from, draws: ['x'] } } }),
        'state.from.draws[0]',
      ],
    ]) {
      await writeFile(file, content);
      await expect(folder.read()).rejects.toThrow(`the checkpoint ${folder.path} cannot be resumed: `);
      await expect(folder.read()).rejects.toThrow(reason);
    }
  });
});

describe('two passes are of the same work', () => {
  it('where model, data, settings, layers and options are', async () => {
    expect(await differenceOf(work, structuredClone(work))).toBeUndefined();
    const other = { ...work, planned: { ...work.planned, model: { path: 'net.onnx', sha256: 'cd' } } };
    expect(await differenceOf(work, other)).toBe('the model has changed since');
    const batch = { ...work, options: { '--batch': '16', '--provider': 'cpu' } };
    expect(await differenceOf(work, batch)).toBe('--batch 8 there, 16 here');
    expect(await differenceOf({ ...work, options: {} }, batch)).toBe('--batch not told there, 16 here');
    const planned = { ...work.planned, data: { source: 'y.npy', reader: 'npy' } };
    expect(await differenceOf(work, { ...work, planned })).toContain('y.npy');
  });
});

describe('keeping the state of a pass', () => {
  async function kept(out: string, resume: boolean, seconds = 60, of = work) {
    const notices: string[] = [];
    const made = await Checkpointing.open({
      ...{ out, work: of, seconds, resume },
      onNotice: (text) => notices.push(text),
    });
    return { made, notices };
  }
  const paused = (samples: number, seconds: number) => ({ samples, seconds, save: saving(samples) }) as never;
  const out = async () => join(await temporaryDirectory(), 'net.delve');

  it('is beside the run, whatever slash its name ends with', () => {
    expect(['a/net.delve', 'a/net.delve/', 'a\\net.delve\\'].map(checkpointOf)).toEqual([
      'a/net.delve.checkpoint',
      'a/net.delve.checkpoint',
      'a\\net.delve.checkpoint',
    ]);
  });

  it('happens each so many seconds, and is gone on from', async () => {
    const place = await out();
    const { made, notices } = await kept(place, true);
    expect([made.from, notices]).toEqual([
      undefined,
      ['--resume: there is no checkpoint, so the pass begins at the beginning'],
    ]);
    const { pause } = made;
    expect([pause.isDue(1, 59), pause.isDue(1, 60)]).toEqual([false, true]);
    expect(await pause.take(paused(24, 61))).toBe('goOn');
    expect([pause.isDue(1, 120), pause.isDue(1, 121)]).toEqual([false, true]);
    const again = await kept(place, true);
    expect(again.notices).toEqual(['goes on after 24 samples']);
    expect(again.made.from?.samples).toBe(24);
    // The state was of 61.5 seconds.
    expect([again.made.pause.isDue(1, 121), again.made.pause.isDue(1, 121.5)]).toEqual([false, true]);
    await again.made.done();
    expect((await kept(place, true)).made.from).toBeUndefined();
  });

  it('begins again where nobody asks to go on, and says what was left; other work is not mixed in', async () => {
    const place = await out();
    await (await kept(place, false)).made.pause.take(paused(24, 61));
    const { made, notices } = await kept(place, false);
    expect(made.from).toBeUndefined();
    expect(notices).toEqual([
      expect.stringContaining('an earlier pass was left after 24 samples: --resume goes on'),
    ]);
    const other = { ...work, options: { '--batch': '16' } };
    expect((await kept(place, false, 60, other)).notices).toEqual([]);
    await expect(kept(place, true, 60, other)).rejects.toThrow(
      'net.delve.checkpoint is of another pass (--batch 8 there, 16 here): ask for the same again',
    );
  });

  it('at an interruption is worth it after its seconds, or where the process is sent away', async () => {
    const { pause } = (await kept(await out(), false)).made;
    expect([pause.atInterruption?.(59, undefined), pause.atInterruption?.(60, undefined)]).toEqual([
      false,
      true,
    ]);
  });

  it('tells with an interruption what was kept', async () => {
    const { made } = await kept(await out(), false);
    const interrupted = new InterruptedError('interrupted after 30 samples', 30);
    expect(made.explained(interrupted)).toBe(interrupted);
    await made.pause.take(paused(24, 61));
    expect(made.explained(interrupted)).toMatchObject({
      ...{ name: 'InterruptedError', samples: 30 },
      message: expect.stringContaining('interrupted after 30 samples'),
    });
    expect(made.explained(interrupted)).not.toBe(interrupted);
    const fault = new Error('x');
    expect(made.explained(fault)).toBe(fault);
  });

  it('goes on without where it cannot be written, and says so once', async () => {
    const place = await out();
    await writeFile(`${place}.checkpoint`, 'a file where the folder should be');
    const { made, notices } = await kept(place, false);
    for (const seconds of [61, 130]) expect(await made.pause.take(paused(24, seconds))).toBe('goOn');
    expect(notices).toEqual([expect.stringContaining('the checkpoint beside the run cannot be written (')]);
  });
});
