import { open, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { type Tensor, writeTensors } from '../../../src/files/safetensors.js';
import { readMoments } from '../../../src/run/files/momentsFile.js';
import { writeRun } from '../../../src/run/files/writeRun.js';
import type { Moments } from '../../../src/stats/moments.js';
import { invalidLayer, layer, run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

const moments = (count: number, ...sum: number[]): Moments => ({
  count,
  sum: Float64Array.from(sum),
  scatter: Float64Array.from(sum.flatMap((a) => sum.map((b) => a * b))),
});

const of = (count: number, sum: readonly number[], scatter: readonly number[]): Moments => ({
  count,
  sum: Float64Array.from(sum),
  scatter: Float64Array.from(scatter),
});

/** The tensors of one layer as `writeMoments` names them, with other shapes where these are given. */
const tensors = (
  layer: string,
  { count = [], sum = [2], scatter = [2, 2] }: { count?: number[]; sum?: number[]; scatter?: number[] } = {},
): Tensor[] => [
  { name: `${layer}/count`, shape: count, data: Float64Array.of(5) },
  { name: `${layer}/sum`, shape: sum, data: Float64Array.of(1.25, -3) },
  { name: `${layer}/scatter`, shape: scatter, data: Float64Array.of(4, 0, 0, 9) },
];

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

  it.each<[string, Moments, RegExp]>([
    ['NaN in a sum', of(2, [Number.NaN, 0], [1, 0, 0, 1]), /layer a has NaN or Inf in its sum/],
    ['Inf beside the diagonal', of(2, [1, 0], [1, Number.POSITIVE_INFINITY, 0, 1]), /layer a has NaN or Inf/],
    ['a negative square', of(2, [0, 0], [1, 0, 0, -1e-3]), /a sum of squares of -0.001 \(feature 1\)/],
    // x = (3, 3) has a sum of 6 and squares of 18; with 17.9 it cannot have it: 36 > 2 · 17.9.
    ['a sum larger than its squares', of(2, [6, 0], [17.9, 0, 0, 1]), /a sum of 6 over 2 observations/],
    ['a product larger than its squares', of(2, [0, 0], [4, 6.1, 6.1, 9]), /a sum of products of 6.1/],
    ['halves that differ', of(2, [0, 0], [4, 1, 2, 9]), /a sum of products of 2 and 1/],
    ['squares without observations', of(0, [0, 0], [1, 0, 0, 0]), /over no observations/],
    ['a count that is not whole', of(1.5, [0, 0], [1, 0, 0, 0]), /should be a whole number, but is 1.5/],
  ])('are refused with %s', async (_, impossible, message) => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    const other = run([layer('a', 1, 2, { observations: impossible.count })]);
    await writeRun(dir, other, { moments: new Map([['a', impossible]]) });
    await expect(readMoments(dir, other)).rejects.toThrow(UserError);
    await expect(readMoments(dir, other)).rejects.toThrow(message);
  });

  it.each<[string, (layer: string) => Tensor[], RegExp]>([
    ['without a count', (name) => tensors(name).slice(1), /net lacks its count, its sum or its scatter/],
    ['without a sum', (name) => tensors(name).toSpliced(1, 1), /net lacks its count, its sum or its scatter/],
    ['without a scatter', (name) => tensors(name).slice(0, 2), /net lacks its count, its sum or its scatter/],
    ['with a count of several', (name) => tensors(name, { count: [1] }), /net has a sum of shape \[2\]/],
    ['with a sum of two axes', (name) => tensors(name, { sum: [2, 1] }), /net has a sum of shape \[2, 1\]/],
    ['with a scatter of one axis', (name) => tensors(name, { scatter: [4] }), /a scatter of shape \[4\]/],
    ['with a scatter of other features', (name) => tensors(name, { scatter: [4, 1] }), /\[4, 1\]/],
    ['with a scatter that is not square', (name) => tensors(name, { scatter: [2, 2, 1] }), /\[2, 2, 1\]/],
  ])('are refused %s', async (_, parts, message) => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    const one = run([layer('net', 1, 2, { observations: 5 })]);
    await writeRun(dir, one, { moments: new Map([['net', moments(5, 1.25, -3)]]) });
    const file = await open(join(dir, 'moments.safetensors'), 'w');
    await writeTensors(file, parts('net'));
    await file.close();
    await expect(readMoments(dir, one)).rejects.toThrow(UserError);
    await expect(readMoments(dir, one)).rejects.toThrow(message);
  });

  it('are refused of another width than in the run', async () => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    await writeRun(dir, saved, { moments: both });
    const wider = run([layer('a/count', 1, 3, { observations: 5 }), saved.layers[2]]);
    await expect(readMoments(dir, wider)).rejects.toThrow('5 observations of 2 features there, and 5 of 3');
  });

  it('pass with what rounding does to a constant', async () => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    const constant = of(3, [0.1 + 0.1 + 0.1, 0], [0.1 * 0.1 * 3 * (1 - 1e-15), 0, 0, 0]);
    const other = run([layer('a', 1, 2, { observations: 3 })]);
    await writeRun(dir, other, { moments: new Map([['a', constant]]) });
    expect(await readMoments(dir, other)).toEqual(new Map([['a', constant]]));
  });
});
