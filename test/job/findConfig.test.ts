import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findConfig, readConfig } from '../../src/job/findConfig.js';
import { isSamePath } from '../../src/job/samePath.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

it('is read in spite of the mark that some editors of Windows begin files with', async () => {
  const file = join(await temporaryDirectory(), 'delve.config.json');
  await writeFile(file, '\ufeff{"minSaturation": 0.25}');
  expect((await readConfig(file)).minSaturation).toEqual([{ bound: 0.25 }]);
});

it('is the key of a package.json only where the file is called exactly that', async () => {
  const file = join(await temporaryDirectory(), 'my-package.json');
  await writeFile(file, '{"minSaturation": 0.25}');
  expect((await readConfig(file)).minSaturation).toEqual([{ bound: 0.25 }]);
});

it('passes by manifests without the key and damaged ones on the way up', async () => {
  const folder = await temporaryDirectory();
  await mkdir(join(folder, 'a/b'), { recursive: true });
  await writeFile(join(folder, 'delve.config.cjs'), 'module.exports = { minSaturation: 0.5 };\n');
  await writeFile(join(folder, 'a/package.json'), '{"name": "a"}');
  await writeFile(join(folder, 'a/b/package.json'), '{');
  expect(await findConfig(join(folder, 'a/b'))).toMatchObject({
    file: join(folder, 'delve.config.cjs'),
    minSaturation: [{ bound: 0.5 }],
  });
});

it('two paths are the same where they lead to one place, there or not', async () => {
  const folder = await temporaryDirectory();
  expect(await isSamePath(folder, join(folder, 'x', '..'))).toBe(true);
  expect(await isSamePath(join(folder, 'none'), `${folder}/./none/`)).toBe(true);
  expect(await isSamePath(folder, join(folder, 'none'))).toBe(false);
});
