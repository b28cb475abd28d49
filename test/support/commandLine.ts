import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import type { HostProcess } from '../../src/cli/main.js';

/** The built program: its workers are files of their own, which sources that run uncompiled do not have. */
export const { main } = (await import(
  new URL('../../dist/cli/main.js', import.meta.url).href
)) as typeof import('../../src/cli/main.js');

/** A stream that keeps what is written to it. */
export class Kept extends Writable {
  text = '';
  constructor(
    readonly isTTY = false,
    readonly columns: number | undefined = undefined,
  ) {
    super();
  }
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export interface HostOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
}

/** A process with these arguments, whose signals are events. */
export class FakeProcess extends EventEmitter {
  readonly argv: string[];
  readonly pid = 4711;
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** The signals that it sent, as `pid name`. */
  readonly sent: string[] = [];
  readonly #cwd: string;

  constructor(args: readonly string[], options: HostOptions = {}) {
    super();
    this.argv = ['node', 'delve', ...args];
    this.env = options.env ?? {};
    this.stdout = options.stdout ?? new Kept();
    this.stderr = options.stderr ?? new Kept();
    this.#cwd = options.cwd ?? process.cwd();
  }
  cwd(): string {
    return this.#cwd;
  }
  kill(pid: number, signal: string): true {
    this.sent.push(`${pid} ${signal}`);
    return true;
  }
}

/** What a command line leaves behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line in this process. */
export async function delve(args: readonly string[], options: HostOptions = {}): Promise<Outcome> {
  const host = new FakeProcess(args, options);
  // Only what `main` says that it needs is there.
  const code = await main(host as unknown as HostProcess);
  return { code, stdout: textOf(host.stdout), stderr: textOf(host.stderr) };
}

function textOf(stream: Writable): string {
  return stream instanceof Kept ? stream.text : '';
}
