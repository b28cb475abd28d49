import { UserError } from '../../errors.js';

/**
 * Why a provider cannot run a batch that is smaller by enough: memory ran out, its libraries have no kernel for so many
 * samples, or one tensor has more elements than its operators can count.
 */
export type TooLargeBecause = 'memory' | 'kernel' | 'count';

/**
 * A batch is too large for the provider, on the host or on the device: nothing came out of it, and fewer samples may
 * run.
 */
export class BatchTooLargeError extends UserError {
  override name = 'BatchTooLargeError';

  /**
   * @param message what can be done where one sample is too many.
   * @param reason in words, as the beginning of a sentence: `memory ran out`.
   */
  constructor(
    message: string,
    readonly because: TooLargeBecause,
    readonly reason: string,
  ) {
    super(message);
  }
}
