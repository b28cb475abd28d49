import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderWith } from '../support/folder.js';
import { kinds } from './kinds.js';
import { outcomeOf } from './runCase.js';

const CASES = 100;
/** `npm run fuzz` takes others. */
const SEED = 1;

describe('a damaged file is read, or refused in one sentence', () => {
  it.each(kinds.filter(({ runsModel }) => !runsModel).map((kind) => [kind.name, kind] as const))(
    '%s',
    async (_, kind) => {
      const folder = await folderWith({});
      const whole = await kind.whole(folder);
      for (const bytes of whole) {
        await writeFile(join(folder, kind.file), bytes);
        await kind.read(folder);
      }
      const faults: string[] = [];
      for (let number = 0; number < CASES; number++) {
        const outcome = await outcomeOf(kind, folder, whole, SEED, number);
        if (outcome.is === 'fault')
          faults.push(`npm run fuzz -- ${kind.name} ${SEED} ${number}: ${outcome.fault}`);
      }
      expect(faults).toEqual([]);
    },
  );
});
