import { copyFile, cp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StopRequest } from '../../dist/errors.js';
import { type AnalyzeOptions, analyze, type Run } from '../../dist/index.js';
import { npyBytes } from '../data/npyBytes.js';
import { killedAgainAndAgain } from '../kill/killed.js';
import { folderWith } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { startProgram } from '../support/program.js';

const MODEL = resolve('fixtures/mnist-cnn.onnx');
const IMAGES = resolve('fixtures/mnist');

/** What must be the same: all but the time that it took. */
const numbers = ({ timing, ...run }: Run) => run;

/** Analyses until so many samples were seen, then stops as at SIGTERM. */
async function stopped(options: AnalyzeOptions, samples: number): Promise<unknown> {
  const controller = new AbortController();
  return analyze({
    ...options,
    signal: controller.signal,
    onProgress: (progress) => {
      if (progress.samples >= samples) controller.abort(new StopRequest('SIGTERM'));
    },
  }).catch((error: unknown) => error);
}

async function place(): Promise<{ out: string; folder: string }> {
  const folder = await folderWith({});
  return { out: join(folder, 'net.delve'), folder };
}

describe('a pass that was stopped', () => {
  it.each<[string, Partial<AnalyzeOptions>]>([
    ['as it is', {}],
    ['with a last batch that is not full', { batchSize: 17 }],
    ['drawn samples', { maxSamples: 150, batchSize: 7, seed: 3 }],
    ['in order', { inOrder: true, batchSize: 16 }],
    ['every second batch', { every: 2, batchSize: 8 }],
    ['one shard', { shard: '2/3', batchSize: 8 }],
    ['without errors, in float32', { uncertainty: false, precision: 'float32', batchSize: 16 }],
    ['several batches a run', { accumulate: 3, batchSize: 8 }],
    ['with magnitudes', { magnitudes: true, batchSize: 17 }],
    ['random data', { data: 'random:200', batchSize: 16 }],
  ])('goes on to the very same run: %s', async (_, more) => {
    const { out, folder } = await place();
    const options = { model: MODEL, data: IMAGES, threads: 1, provider: 'cpu', ...more } as const;
    const whole = await analyze(options);
    const error = await stopped({ ...options, out }, 40);
    expect(error).toMatchObject({ name: 'InterruptedError', kept: expect.stringContaining('--resume') });
    expect(await readdir(folder)).toEqual(['net.delve.checkpoint']);
    const notices: string[] = [];
    const seen: number[] = [];
    const resumed = await analyze({
      ...options,
      out,
      resume: true,
      onNotice: (text) => notices.push(text),
      onProgress: ({ samples }) => seen.push(samples),
    });
    expect(notices.join('\n')).toMatch(/goes on after \d+ samples/);
    expect(seen[0]).toBeGreaterThanOrEqual(40);
    expect(numbers(resumed)).toEqual(numbers(whole));
    expect(await readdir(folder)).toEqual(['net.delve']);
  });

  it('may be stopped again and again', async () => {
    const { out } = await place();
    const options = { model: MODEL, data: IMAGES, batchSize: 8, threads: 1, out } as const;
    for (let samples = 30; samples < 390; samples += 90) await stopped({ ...options, resume: true }, samples);
    expect(numbers(await analyze({ ...options, resume: true }))).toEqual(
      numbers(await analyze({ ...options, out: undefined })),
    );
  });

  it('keeps what was left out', async () => {
    const { out, folder } = await place();
    const images = join(folder, 'images');
    await cp(IMAGES, images, { recursive: true });
    const [digit] = await readdir(images);
    await writeFile(join(images, digit, '00000.png'), 'no picture');
    const options = {
      model: MODEL,
      data: images,
      batchSize: 8,
      inOrder: true,
      onError: 'skip',
      threads: 1,
    } as const;
    const whole = await analyze(options);
    expect(whole.data.skipped).toBe(1);
    await stopped({ ...options, out }, 100);
    expect(numbers(await analyze({ ...options, out, resume: true }))).toEqual(numbers(whole));
  });

  it('keeps where NaN came from', async () => {
    const weight = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    const rows = Array.from({ length: 60 }, (_, i) => (i === 5 ? [0.5, -1, 2] : [i / 10, i / 20, 1]));
    const folder = await folderWith({
      'model.onnx': modelBytes({
        inputs: [value('x', 'float32', ['n', 3])],
        outputs: ['y'],
        initializers: [tensor('w', 'float32', [3, 3], weight)],
        nodes: [
          node('Sqrt', ['x'], ['s'], {}, { name: '/root/Sqrt' }),
          node('MatMul', ['s', 'w'], ['y'], {}, { name: '/last/MatMul' }),
        ],
      }),
      'x.npy': npyBytes("'<f4'", '(60, 3)', Float32Array.from(rows.flat())),
    });
    const model = join(folder, 'model.onnx');
    const options = { model, data: join(folder, 'x.npy'), batchSize: 4, inOrder: true, threads: 1 };
    const whole = await analyze(options);
    expect(whole.nonFinite).toMatchObject({ layer: 'last' });
    const out = join(folder, 'net.delve');
    await stopped({ ...options, out }, 40);
    expect(numbers(await analyze({ ...options, out, resume: true }))).toEqual(numbers(whole));
  });

  it('is not resumed as another one', async () => {
    const { out, folder } = await place();
    const options = { model: MODEL, data: IMAGES, batchSize: 8, out } as const;
    await stopped(options, 40);
    const again = (more: Partial<AnalyzeOptions>) => analyze({ ...options, resume: true, ...more });
    await expect(again({ batchSize: 16 })).rejects.toThrow('--batch 8 there, 16 here');
    await expect(again({ data: 'random:10' })).rejects.toThrow('is of another pass (data');
    await expect(again({ inOrder: true })).rejects.toThrow(
      'is of another pass (--in-order false there, true here',
    );
    await expect(again({ seed: 5 })).rejects.toThrow('is of another pass (--seed');
    await expect(again({ thresholds: [0.9] })).rejects.toThrow('threshold 0.99 there, 0.9 here');
    await expect(again({ exclude: ['fc*'] })).rejects.toThrow('other layers were chosen');
    await expect(again({ image: { mean: [0.5] } })).rejects.toThrow('prepared otherwise');
    const changed = join(folder, 'mnist-cnn.onnx');
    await copyFile(resolve('fixtures/mnist-rnn.onnx'), changed);
    await expect(again({ model: changed })).rejects.toThrow(/another pass|changed since/);
    // What is asked for without --resume begins again, and says so.
    const notices: string[] = [];
    await analyze({ ...options, onNotice: (text) => notices.push(text) });
    expect(notices.join('\n')).toContain('--resume goes on from there; this one begins again');
  });

  it('refuses a checkpoint that is damaged, and leaves it as it is', async () => {
    const { out } = await place();
    const options = { model: MODEL, data: IMAGES, batchSize: 8, out } as const;
    await stopped(options, 40);
    const folder = `${out}.checkpoint`;
    const [moments] = (await readdir(folder)).filter((name) => name.startsWith('moments'));
    const state = await readFile(join(folder, 'state.json'), 'utf8');
    await truncate(join(folder, moments), 1000);
    await expect(analyze({ ...options, resume: true })).rejects.toThrow(/is cut off|damaged/);
    for (const text of ['{', '{}', state.replace(/"delve":"[^"]*"/, '"delve":"0.0.1"'), 'null']) {
      await writeFile(join(folder, 'state.json'), text);
      await expect(analyze({ ...options, resume: true })).rejects.toThrow(/cannot be resumed: .*again/);
    }
    expect(await readdir(folder)).toHaveLength(2);
  });

  it('begins at the beginning where nothing was left', async () => {
    const { out } = await place();
    const notices: string[] = [];
    const options = { model: MODEL, data: 'random:8', out } as const;
    await analyze({ ...options, resume: true, onNotice: (text) => notices.push(text) });
    expect(notices.join('\n')).toContain('there is no checkpoint');
    await expect(analyze({ ...options, out: undefined, resume: true })).rejects.toThrow('without --out');
    await expect(analyze({ ...options, checkpoint: 0 })).rejects.toThrow('--checkpoint 0 makes no sense');
  });

  it('leaves nothing where checkpoints are off, or a pass of seconds is stopped by its user', async () => {
    const { out, folder } = await place();
    const options = { model: MODEL, data: IMAGES, batchSize: 8, out } as const;
    expect(await stopped({ ...options, checkpoint: false }, 40)).not.toHaveProperty(
      'kept',
      expect.anything(),
    );
    const controller = new AbortController();
    const onProgress = ({ samples }: { samples: number }) => {
      if (samples >= 40) controller.abort(new StopRequest('SIGINT'));
    };
    await expect(analyze({ ...options, signal: controller.signal, onProgress })).rejects.toThrow(
      'interrupted',
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('the command line', () => {
  it('goes on after SIGTERM, which ends in 143', async () => {
    const { out, folder } = await place();
    const args = ['analyze', MODEL, '--data', 'random:2000', '--batch', '4', '--out', out, '--threads', '1'];
    const { child, outcome } = startProgram(args, { cwd: folder });
    // The loaded model is told of before the first batch.
    let told = '';
    child.stderr?.on('data', (text: Buffer) => {
      if (!told.includes('runs on')) setTimeout(() => child.kill('SIGTERM'), 500);
      told += text;
    });
    const { code, stderr } = await outcome;
    expect(code).toBe(143);
    expect(stderr).toMatch(/interrupted after \d+ of 2000 samples; a checkpoint of the first \d+ stands/);
    const resumed = await startProgram([...args, '--resume', '--json'], { cwd: folder }).outcome;
    expect(resumed.code).toBe(0);
    const whole = await analyze({ model: MODEL, data: 'random:2000', batchSize: 4, threads: 1 });
    const found: Run = JSON.parse(resumed.stdout);
    expect(found.layers).toMatchObject(JSON.parse(JSON.stringify(whole.layers)));
    expect(found.data.samples).toBe(2000);
  });

  it('goes on without checkpoints where none can be written, and says so once', async () => {
    const { out, folder } = await place();
    await writeFile(`${out}.checkpoint`, 'something else');
    const args = ['analyze', MODEL, '--data', 'random:400', '--batch', '4', '--out', out];
    const { code, stderr } = await startProgram([...args, '--checkpoint', '0.05s'], { cwd: folder }).outcome;
    expect(code).toBe(0);
    expect(stderr.match(/cannot be written/g)).toHaveLength(1);
    expect(await readFile(`${out}.checkpoint`, 'utf8')).toBe('something else');
  });

  it('survives SIGKILL at any moment', async () => {
    const { kills, repeated, samples } = await killedAgainAndAgain(3, 1, 800);
    expect(kills).toBe(3);
    expect(samples).toBeGreaterThan(0);
    expect(repeated).toBe(0);
    // Seven starts of a program, on a machine that may have other work.
  }, 180_000);
});
