import { appendFile, stat } from 'node:fs/promises';
import { messageOf, UserError } from '../../errors.js';
import type { Context } from './context.js';

/** GitHub takes a summary of 1 MiB a step, and none of a larger one. */
const MOST_BYTES = 1024 * 1024;
/** Less than this is not worth beginning with. */
const LEAST_BYTES = 1000;

/**
 * Adds to the summary of the step, in a workflow of GitHub; elsewhere nothing is done.
 *
 * @param markdown makes a text of no more bytes than it is told.
 * @throws UserError where the summary cannot be written.
 */
export async function addStepSummary(
  { env }: Context,
  markdown: (room: number) => string | undefined,
): Promise<void> {
  const file = env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  // Earlier commands of the step may have written there.
  const used = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  const room = MOST_BYTES - used;
  const text = room < LEAST_BYTES ? undefined : markdown(room);
  if (text === undefined) return;
  await appendFile(file, text).catch((error: unknown) => {
    throw new UserError(
      `the step's summary cannot be written (${messageOf(error)}): check GITHUB_STEP_SUMMARY`,
      { cause: error },
    );
  });
}
