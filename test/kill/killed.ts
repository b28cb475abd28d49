import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const BIN = join(process.cwd(), 'bin/delve.js');
const MODEL = join(process.cwd(), 'fixtures/mnist-cnn.onnx');

/** Samples of a pass of some seconds. */
const LONG_PASS = 2400;

/** A pass with a checkpoint each twentieth of a second. */
function argumentsFor(samples: number): readonly string[] {
  return [
    ...['analyze', MODEL, '--data', `random:${samples}`, '--batch', '4', '--threads', '1'],
    ...['--checkpoint', '0.05s', '--resume'],
  ];
}

/** What came of kills. */
export interface Kills {
  readonly kills: number;
  /** Kills of which a later start went on from an earlier place than one before: a checkpoint was lost. */
  readonly repeated: number;
  /** That the last start but one went on from. */
  readonly samples: number;
}

/**
 * Starts the same analysis again and again, each time killed (SIGKILL) at a random moment of its pass, then lets it end.
 *
 * @param kills how often.
 * @param seed of the moments.
 * @param pass its samples; the time in which it is killed goes with them.
 * @throws Error where the run differs from one that was never killed, or something is left beside it.
 */
export async function killedAgainAndAgain(kills: number, seed: number, pass = LONG_PASS): Promise<Kills> {
  const folder = await mkdtemp(join(tmpdir(), 'delve-kill-'));
  try {
    const random = randomNumbers(seed);
    const out = join(folder, 'net.delve');
    let done = 0;
    let repeated = 0;
    let samples = 0;
    let last = 0;
    while (done < kills) {
      const { ended, stderr } = await started(out, pass, (700 * random() * pass) / LONG_PASS);
      const from = Number(/goes on after (\d+) samples/.exec(stderr)?.[1] ?? 0);
      if (from < last) repeated++;
      last = from;
      samples = Math.max(samples, from);
      if (ended) {
        // It was through before it was killed: another one, from the beginning.
        requireSame(await layersOf(out), await reference(folder, pass));
        await rm(out, { recursive: true, force: true });
        last = 0;
      } else done++;
    }
    const { ended, stderr } = await started(out, pass);
    if (!ended) throw new Error(`the last start did not end well:\n${stderr}`);
    requireSame(await layersOf(out), await reference(folder, pass));
    const left = (await readdir(folder)).filter((name) => !['net.delve', 'whole.delve'].includes(name));
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
    return { kills: done, repeated, samples };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function reference(folder: string, pass: number): Promise<unknown> {
  const whole = join(folder, 'whole.delve');
  const names = await readdir(folder);
  if (!names.includes('whole.delve')) await started(whole, pass);
  return layersOf(whole);
}

async function layersOf(out: string): Promise<unknown> {
  const { layers, data } = JSON.parse(await readFile(join(out, 'run.json'), 'utf8'));
  return { layers, data };
}

function requireSame(found: unknown, wanted: unknown): void {
  if (!isDeepStrictEqual(found, wanted)) throw new Error('the run differs from one that was never killed');
}

/**
 * @param pass its samples.
 * @param milliseconds after which, counted from when there is a checkpoint, it is killed; absent: it may end.
 */
async function started(
  out: string,
  pass: number,
  milliseconds?: number,
): Promise<{ ended: boolean; stderr: string }> {
  const child = spawn(process.execPath, [BIN, ...argumentsFor(pass), '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  let timer: NodeJS.Timeout | undefined;
  child.stderr.on('data', (text: Buffer) => {
    stderr += text;
    // Before there is a first checkpoint nothing can be lost.
    if (milliseconds === undefined || !stderr.includes('runs on') || timer) return;
    timer = setInterval(() => {
      if (!existsSync(join(`${out}.checkpoint`, 'state.json'))) return;
      clearInterval(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    }, 5);
  });
  const [code] = await once(child, 'close');
  clearTimeout(timer);
  if (code !== null && code !== 0) throw new Error(`it ended in ${code}:\n${stderr}`);
  return { ended: code === 0, stderr };
}

/** Numbers from 0 to 1 (Lehmer, multiplier 48271 modulo 2³¹ − 1). */
function randomNumbers(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
