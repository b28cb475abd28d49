import { UserError } from '../../errors.js';

/** The process that a command runs in: given as a value, so that every path through the command line can be tested. */
export interface Context {
  readonly stdout: NodeJS.WriteStream;
  /** The same stream, for what is meant as commands of a workflow: `stdout` lets none through where they count. */
  readonly commands: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Does work that Ctrl-C stops through the signal; other work it ends at once, as it does every program. */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** The signal that stopped such work. */
  stoppedBy?: 'SIGINT' | 'SIGTERM';
  /** What the command ends with, unless it throws; 1 is for checks that failed. */
  exitCode: number;
}

/** Whether colours may go to this stream. https://no-color.org */
export function hasColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/**
 * Writes data to stdout, and waits until it is taken. That nobody reads on, as in `delve report | head -1`, is no
 * failure.
 *
 * @throws UserError where it cannot be written, such as to a full disk.
 */
export async function print({ stdout }: Pick<Context, 'stdout'>, text: string): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return;
    throw new UserError(`the output cannot be written (${message}): check where stdout goes`);
  }
}
