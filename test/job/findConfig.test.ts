import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { isSamePath } from '../../src/files/samePath.js';
import { findConfig, readConfig } from '../../src/job/findConfig.js';
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

it('is refused where a key stands twice, of which JSON takes the last', async () => {
  const folder = await temporaryDirectory();
  const file = join(folder, 'rules.json');
  await writeFile(file, '{"rules": [{"statistic": "saturation", "min": 0.9, "min": 0.1}]}');
  await expect(readConfig(file)).rejects.toThrow(
    new UserError(`${file}: the key "rules[0].min" stands there twice, and only one can count: take one out`),
  );
  const manifest = join(folder, 'package.json');
  await writeFile(manifest, '{"name": "a", "delve": {"maxDrop": 0.1, "maxDrop": 1}}');
  await expect(readConfig(manifest)).rejects.toThrow('the key "delve.maxDrop" stands there twice');
  await expect(findConfig(folder)).rejects.toThrow('the key "delve.maxDrop" stands there twice');
  await writeFile(manifest, '{"delve": {"maxDrop": 0.1}, "delve": {}}');
  await expect(findConfig(folder)).rejects.toThrow('the key "delve" stands there twice');
});

it('leaves keys that stand twice elsewhere in a manifest to others', async () => {
  const folder = await temporaryDirectory();
  const manifest = '{"name": "a", "name": "b", "delve": {"minSaturation": 0.25}}';
  await writeFile(join(folder, 'package.json'), manifest);
  expect(await findConfig(folder)).toMatchObject({ minSaturation: [{ bound: 0.25 }] });
});
