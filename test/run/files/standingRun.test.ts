import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { type PlannedRun, placeFor } from '../../../src/run/files/standingRun.js';
import { writeRun } from '../../../src/run/files/writeRun.js';
import { layer, run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

const standing = run([layer('stem', 1, 4)]);
const same: PlannedRun = { ...standing, layers: ['stem'] };
const data = (source: string): PlannedRun => ({ ...same, data: { ...same.data, source } });
const settings = (parts: Partial<PlannedRun['settings']>): PlannedRun => ({
  ...same,
  settings: { ...same.settings, ...parts },
});

async function stood(): Promise<string> {
  const dir = join(await temporaryDirectory(), 'net.delve');
  await writeRun(dir, standing);
  return dir;
}

describe('a run that stands where another is to go', () => {
  it.each<[string, PlannedRun]>([
    ['nothing differs', same],
    [
      'the model was trained on',
      { ...same, model: { path: standing.model.path, sha256: 'f'.repeat(64) }, layers: ['stem', 'head'] },
    ],
    ['it is computed elsewhere', settings({ provider: 'cuda', batchSize: 1 })],
  ])('is replaced where %s', async (_, planned) => {
    const dir = await stood();
    for (const otherRun of ['replace', 'refuse', 'number'] as const) {
      expect(await placeFor(dir, planned, otherRun)).toEqual({ dir });
    }
  });

  it.each<[string, PlannedRun]>([
    ['model', { ...same, model: { ...same.model, path: 'other.onnx' } }],
    ['data', data('random:64')],
    ['reader', { ...same, data: { ...same.data, reader: 'csv' } }],
    ['prepared', { ...same, data: { ...same.data, preprocessing: { scale: 2 } } }],
    ['threshold', settings({ threshold: 0.5 })],
    ['maxSamples', settings({ maxSamples: 7 })],
    ['split', settings({ split: 'train' })],
    ['layers', { ...same, layers: ['stem', 'head'] }],
  ])('is kept where its %s differ', async (difference, planned) => {
    const dir = await stood();
    const refused = placeFor(dir, planned, 'refuse');
    await expect(refused).rejects.toThrow(UserError);
    await expect(refused).rejects.toThrow(/net\.delve holds another run \(.*--overwrite/);
    await expect(refused).rejects.toThrow(difference);
    expect(await placeFor(dir, planned, 'replace')).toEqual({ dir });
    expect((await placeFor(dir, planned, 'number')).dir).toBe(dir.replace('net.delve', 'net-2.delve'));
  });

  it('numbers on past what is taken, and comes back to its own', async () => {
    const dir = await stood();
    const at = (name: string) => dir.replace('net.delve', name);
    await mkdir(at('net-2.delve'));
    await writeFile(at('net-2.delve/notes.txt'), 'x');
    expect((await placeFor(dir, data('random:64'), 'number')).dir).toBe(at('net-3.delve'));
    await writeRun(at('net-3.delve'), { ...standing, data: { ...standing.data, source: 'random:64' } });
    expect((await placeFor(dir, data('random:64'), 'number')).dir).toBe(at('net-3.delve'));
    expect((await placeFor(dir, data('random:8'), 'number')).dir).toBe(at('net-4.delve'));
  });
});

it('goes where nothing stands', async () => {
  const dir = join(await temporaryDirectory(), 'net.delve');
  expect(await placeFor(dir, same, 'refuse')).toEqual({ dir });
});
