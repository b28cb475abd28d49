import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './commandLine.js';

const BIN = fileURLToPath(new URL('../../bin/delve.js', import.meta.url));

export interface ProgramOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** The executable as a process of its own, in a folder of its own, without a terminal. */
export function startProgram(
  args: readonly string[],
  { cwd, env }: ProgramOptions,
): { readonly child: ChildProcess; readonly outcome: Promise<Outcome & { readonly signal: string | null }> } {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const outcome = once(child, 'close').then(([code, signal]) => ({
    // As a shell sees it: 128 and the number of the signal.
    code: code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : -1),
    signal,
    stdout,
    stderr,
  }));
  return { child, outcome };
}

/** Runs the executable to its end. */
export function runProgram(args: readonly string[], options: ProgramOptions): Promise<Outcome> {
  return startProgram(args, options).outcome;
}
