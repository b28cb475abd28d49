import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { HostProcess } from '../../src/cli/main.js';
import { FakeProcess, type Kept, main } from '../support/commandLine.js';
import { folderWith } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { runProgram, startProgram } from '../support/program.js';

const CNN = resolve('fixtures/mnist-cnn.onnx');
const LONG = ['analyze', CNN, '--data', 'random:1000000'];

/** Waits until the child says something on stderr that matches. */
async function saying(child: ChildProcess, text: RegExp): Promise<void> {
  let said = '';
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (more) => {
      said += more;
      if (text.test(said)) resolve();
    });
  });
}

/** Sends the signal now, and gives what came of it and after how many seconds. */
async function interrupted(
  { child, outcome }: ReturnType<typeof startProgram>,
  signal: NodeJS.Signals = 'SIGINT',
) {
  const started = performance.now();
  child.kill(signal);
  return { ...(await outcome), seconds: (performance.now() - started) / 1000 };
}

describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  test.each([
    ['SIGINT', /; nothing was written\n$/, 130, []],
    // What a scheduler sends before it takes the machine away: the work is kept.
    [
      'SIGTERM',
      /; a checkpoint of the first \d+ stands beside the run: [^\n]+\n$/,
      143,
      ['mnist-cnn.delve.checkpoint'],
    ],
  ] as const)(
    '%s in the middle: says how far it got and what it leaves',
    async (signal, kept, status, left) => {
      const cwd = await folderWith({});
      const program = startProgram(LONG, { cwd });
      await saying(program.child, /runs on/);
      await delay(500);
      const { code, stdout, stderr, seconds } = await interrupted(program, signal);
      expect(stderr).toMatch(/\ndelve: interrupted after \d+ of 1000000 samples; /);
      expect(stderr).toMatch(kept);
      expect(Number(/after (\d+)/.exec(stderr)?.[1])).toBeGreaterThan(0);
      expect(stdout).toBe('');
      expect(code).toBe(status);
      expect(seconds).toBeLessThan(2);
      expect(await readdir(cwd)).toEqual(left);
    },
  );

  test('leaves a run that stood there as it was', async () => {
    const cwd = await folderWith({});
    await runProgram(['analyze', CNN, '--data', 'random:8', '--out', 'run'], { cwd });
    const before = await readFile(join(cwd, 'run/run.json'), 'utf8');
    const program = startProgram([...LONG, '--out', 'run', '--overwrite'], { cwd });
    await saying(program.child, /runs on/);
    await delay(200);
    expect(await interrupted(program)).toMatchObject({ code: 130 });
    expect(await readdir(cwd)).toEqual(['run']);
    expect(await readFile(join(cwd, 'run/run.json'), 'utf8')).toBe(before);
  });

  test('with --quiet it still says how far it got, and nothing else', async () => {
    const cwd = await folderWith({});
    const host = new FakeProcess([...LONG, '--quiet', '--out', join(cwd, 'run')]);
    const code = main(host as unknown as HostProcess);
    // On a busy machine the program may take seconds until it listens.
    while (host.listenerCount('SIGINT') === 0) await delay(20);
    await delay(500);
    host.emit('SIGINT');
    expect(await code).toBe(130);
    expect((host.stderr as Kept).text).toMatch(/^delve: interrupted [^\n]+; nothing was written\n$/);
    expect((host.stdout as Kept).text).toBe('');
  });

  test.each([0, 5, 20, 60])('pressed twice within %i ms is pressed once', async (apart) => {
    const cwd = await folderWith({});
    const program = startProgram(LONG, { cwd });
    await saying(program.child, /runs on/);
    program.child.kill('SIGINT');
    await delay(apart);
    const { code, stderr } = await interrupted(program);
    expect(stderr).toMatch(/interrupted after \d+ of 1000000 samples/);
    expect(code).toBe(130);
  });

  test('while the eigenvalues of a wide layer are computed, ends at once', async () => {
    const width = 2000;
    const weights = Float32Array.from({ length: width * 8 }, (_, i) => Math.sin(i * i));
    const wide = modelBytes({
      inputs: [value('x', 'float32', ['n', 8])],
      nodes: [
        node('MatMul', ['x', 'w'], ['h']),
        node('Sin', ['h'], ['s']),
        node('Gemm', ['s', 'v'], ['y'], {}, { name: '/wide/Gemm' }),
      ],
      initializers: [
        tensor('w', 'float32', [8, width], weights),
        tensor(
          'v',
          'float32',
          [width, width],
          new Float32Array(width * width).fill(0).map((_, i) => Math.sin(i * i)),
        ),
      ],
      outputs: ['y'],
    });
    const cwd = await folderWith({ 'wide.onnx': wide });
    // More samples than features, which vary in many directions: nothing shortens the work on the eigenvalues.
    const script = `
      import { analyze } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      const abort = new AbortController();
      let pressed;
      try {
        await analyze({
          model: 'wide.onnx', data: 'random:2048', batchSize: 256, provider: 'cpu', layers: ['wide'], out: 'run',
          signal: abort.signal,
          onProgress({ samples, total }) {
            if (samples === total && !pressed) {
              pressed = performance.now();
              setTimeout(() => { pressed = performance.now(); abort.abort(); }, 1500);
            }
          },
        });
        console.log('finished');
      } catch (error) {
        console.log(JSON.stringify({ name: error.name, message: error.message, ms: performance.now() - pressed }));
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd });
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    await new Promise((resolve) => child.on('close', resolve));
    const { ms, ...error } = JSON.parse(said);
    expect(error).toEqual({
      name: 'InterruptedError',
      message: 'interrupted after all 2048 samples, while the statistics were computed',
    });
    expect(ms).toBeLessThan(1000);
    expect(await readdir(cwd)).toEqual(['wide.onnx']);
  });

  test('while images are decoded', async () => {
    const cwd = await folderWith({});
    const folder = join(cwd, 'images');
    await mkdir(folder);
    for (let copy = 0; copy < 8; copy++)
      await cp('fixtures/mnist', join(folder, String(copy)), { recursive: true });
    const program = startProgram(['analyze', CNN, '--data', 'images', '--out', 'run'], { cwd });
    await saying(program.child, /runs on/);
    await delay(300);
    const { code, stderr, seconds } = await interrupted(program);
    expect(stderr).toMatch(/interrupted after \d+ of 3176 samples/);
    expect(code).toBe(130);
    expect(seconds).toBeLessThan(2);
    expect(await readdir(cwd)).toEqual(['images']);
  });

  test('before anything was read', async () => {
    const cwd = await folderWith({});
    await writeFile(join(cwd, 'x'), '');
    const program = startProgram(LONG, { cwd });
    await delay(60);
    const { code, stdout } = await interrupted(program);
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(await readdir(cwd)).toEqual(['x']);
  });
});
