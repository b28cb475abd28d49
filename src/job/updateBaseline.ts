import { writeRun } from '../run/files/writeRun.js';
import type { Run } from '../run/schema.js';

/**
 * Writes a run to the place of a baseline: its numbers, without moments and embedding, which nothing is held against.
 *
 * @throws UserError where something stands there that is not a run, or the file system refuses.
 */
export async function updateBaseline(path: string, { embedding: _, ...run }: Run): Promise<void> {
  await writeRun(path, run);
}
