import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mixSeeds } from '../../src/data/readers/randomNumbers.js';
import { UserError } from './delve.js';
import type { Kind } from './kind.js';
import { mutated } from './mutate.js';

/** What became of a damaged file. `fault`: what went wrong, where that is not one sentence for people. */
export type Outcome = { readonly is: 'read' | 'refused' } | { readonly is: 'fault'; readonly fault: string };

/**
 * Reads one damaged file.
 *
 * @param whole what `kind.whole` gave for that folder.
 */
export async function outcomeOf(
  kind: Kind,
  folder: string,
  whole: readonly Buffer[],
  seed: number,
  number: number,
): Promise<Outcome> {
  await writeFile(join(folder, kind.file), mutated(whole, mixSeeds(seed, number), kind.structure));
  try {
    await kind.read(folder);
    return { is: 'read' };
  } catch (error) {
    if (error instanceof UserError) return { is: 'refused' };
    return { is: 'fault', fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
