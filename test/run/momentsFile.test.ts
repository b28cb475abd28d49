import { readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { readMoments } from '../../src/run/momentsFile.js';
import { writeRun } from '../../src/run/writeRun.js';
import type { Moments } from '../../src/stats/moments.js';
import { invalidLayer, layer, run } from '../support/runs.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const moments = (count: number, ...sum: number[]): Moments => ({
  count,
  sum: Float64Array.from(sum),
  scatter: Float64Array.from(sum.flatMap((a) => sum.map((b) => a * b))),
});

const saved = run([
  layer('a/count', 1, 2, { observations: 5 }),
  invalidLayer('broken', 4),
  layer('__proto__', 1, 1, { observations: 7 }),
]);
const both = new Map([
  ['a/count', moments(5, 1.25, -3)],
  ['__proto__', moments(7, 2)],
]);

describe('the moments of a run', () => {
  it('come back as they were saved, in the order of the layers, from directory and file', async () => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    await writeRun(dir, saved, { moments: both });
    expect([...(await readMoments(dir, saved))]).toEqual([...both]);
    expect(await readMoments(join(dir, 'run.json'), saved)).toEqual(both);
  });

  it('are asked for where the run was made without them', async () => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    await writeRun(dir, saved);
    await expect(readMoments(dir, saved)).rejects.toThrow(
      new UserError(`the run ${dir} has no moments.safetensors: analyze again with --moments`),
    );
  });

  it.each([
    [
      'has other observations',
      run([layer('a/count', 1, 2, { observations: 6 }), saved.layers[2]]),
      /a\/count has 5 observations of 2 features there, and 6 of 2/,
    ],
    ['has a layer more', run([...saved.layers, layer('more', 1, 2)]), /no moments of layer more/],
    ['has a layer less', run([saved.layers[0]]), /__proto__\/count belongs to no layer/],
  ])('are refused where the run %s', async (_, other, message) => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    await writeRun(dir, saved, { moments: both });
    await expect(readMoments(dir, other)).rejects.toThrow(UserError);
    await expect(readMoments(dir, other)).rejects.toThrow(message);
  });

  it('are refused where the file is cut off', async () => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    const path = join(dir, 'moments.safetensors');
    await writeRun(dir, saved, { moments: both });
    await truncate(path, (await readFile(path)).length - 8);
    await expect(readMoments(dir, saved)).rejects.toThrow(
      /moments.safetensors does not hold .* cut off or damaged/,
    );
    await rm(path);
  });
});
