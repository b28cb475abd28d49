import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isSamePath, realPlace } from '../../src/files/samePath.js';
import { shownPath } from '../../src/files/shownPath.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

it('a path is shown as one would type it', () => {
  expect(shownPath('/work/net/run.json', '/work')).toBe('net/run.json');
  expect(shownPath('/elsewhere/x', '/work')).toBe('/elsewhere/x');
  expect(shownPath('/work', '/work')).toBe('/work');
  expect(shownPath('/workshop/x', '/work')).toBe('/workshop/x');
});

it('two paths are one place through links, also where the end is not there yet', async () => {
  const folder = await realPlace(await temporaryDirectory());
  const at = (name: string) => join(folder, name);
  await mkdir(at('real'));
  await writeFile(at('real/file'), '');
  await symlink(at('real'), at('link'));
  expect(await isSamePath(at('link/file'), at('real/file'))).toBe(true);
  expect(await isSamePath(at('link/new/deep'), at('real/new/deep'))).toBe(true);
  expect(await isSamePath(at('link/new'), at('real/other'))).toBe(false);
  expect(await realPlace(at('link/new/deep'))).toBe(at('real/new/deep'));
  expect(await isSamePath(`${at('real')}/../real/file`, at('real/file'))).toBe(true);
  expect(await realPlace('/nowhere/at/all')).toBe('/nowhere/at/all');
});
