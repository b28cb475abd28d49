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
  ) {
    super(message);
  }
}

/** The message of anything that can be thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
