import { InterruptedError } from '../errors.js';

/**
 * Waits for something to open that takes no signal itself, such as a folder of a million images.
 *
 * @throws InterruptedError as soon as `signal` aborts; what opens after that is closed again.
 */
export async function openedUnlessAborted<T extends { close(): Promise<void> }>(
  opening: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(new InterruptedError('interrupted before the first sample', 0));
  });
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    if (signal?.aborted) opening.then((late) => late.close()).catch(() => {});
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** @throws InterruptedError where the signal was aborted after the last sample. */
export function refuseAborted(signal: AbortSignal | undefined, samples: number): void {
  if (signal?.aborted) throw interruptedAfterAll(samples);
}

export function interruptedAfterAll(samples: number): InterruptedError {
  return new InterruptedError(
    `interrupted after all ${samples} samples, while the statistics were computed`,
    samples,
  );
}
