/**
 * What the user can cause and fix: a missing file, a wrong option, an input that does not fit.
 *
 * The message is one sentence that names the thing at fault (file, layer, option, shapes wanted and given)
 * and what to do about it. The command line prints it without a stack trace and exits with code 2.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/** Nothing stands where a run was to be read. */
export class NoRunError extends UserError {
  override name = 'NoRunError';
}

/** The work was stopped by its `AbortSignal` (Ctrl-C on the command line, exit code 130). */
export class InterruptedError extends Error {
  override name = 'InterruptedError';

  constructor(
    message: string,
    /** Samples that had been analysed when the work stopped. */
    readonly samples: number,
    /** What is kept of the work, in words. */
    readonly kept?: string,
  ) {
    super(message);
  }
}

/** The reason that an `AbortSignal` gives where a signal of the system stopped the work. */
export class StopRequest extends Error {
  override name = 'AbortError';

  constructor(readonly signal: 'SIGINT' | 'SIGTERM') {
    super(`${signal} came`);
  }
}

/** The signal that was the reason for an abortion; `undefined` where it was none. The package may be there twice. */
export function signalIn(reason: unknown): string | undefined {
  if (!(reason instanceof Error) || !('signal' in reason)) return undefined;
  return typeof reason.signal === 'string' ? reason.signal : undefined;
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
