import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { productionPackages } from '../../scripts/offline/productionPackages.js';
import { bytesOf, writeParts } from '../../scripts/offline/splitFile.js';
import { launcher, sums } from '../../scripts/offline/texts.js';
import { folderWith } from '../support/folder.js';

const run = promisify(execFile);

/** Files in folders below one that is removed after the test. */
async function treeWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await folderWith({});
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

describe('writeParts', () => {
  const chunks = ['abc', 'defgh', 'i', 'jklmnopqrst'];
  const stream = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  };

  it('cuts a stream into parts of a size, whatever its chunks are', async () => {
    const folder = await folderWith({});
    const { parts, whole } = await writeParts(stream(), folder, 'x.tar.gz', 4);
    const contents = await Promise.all(parts.map(({ name }) => readFile(join(folder, name), 'utf8')));
    expect(parts.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4].map((i) => `x.tar.gz.part-00${i}`));
    expect(contents).toEqual(['abcd', 'efgh', 'ijkl', 'mnop', 'qrst']);
    expect(parts.map((part) => part.sha256)).toEqual(contents.map(sha256));
    expect(whole).toEqual({ name: 'x.tar.gz', sha256: sha256(chunks.join('')) });
    expect(sums([whole])).toBe(`${sha256(chunks.join(''))}  x.tar.gz\n`);
  });

  it('writes one file where no size is given', async () => {
    const folder = await folderWith({});
    const { parts, whole } = await writeParts(stream(), folder, 'x.tar.gz');
    expect(parts).toEqual([whole]);
    expect(await readFile(join(folder, 'x.tar.gz'), 'utf8')).toBe(chunks.join(''));
  });
});

it('bytesOf reads sizes, and refuses what is none', () => {
  expect([bytesOf('60M'), bytesOf('1k'), bytesOf('2G'), bytesOf('512')]).toEqual([
    60 * 2 ** 20,
    1024,
    2 ** 31,
    512,
  ]);
  for (const text of ['', '0', '-1M', '60X', '1.5M']) expect(() => bytesOf(text)).toThrow(/is no size/);
});

describe('productionPackages', () => {
  it('walks what is needed at run time, also packages inside packages, and leaves out the rest', async () => {
    const manifest = (more: object) => JSON.stringify(more);
    const folder = await treeWith({
      'package.json': manifest({ dependencies: { a: '1', 'adm-zip': '1' }, devDependencies: { dev: '1' } }),
      'node_modules/a/package.json': manifest({
        dependencies: { b: '2' },
        optionalDependencies: { other: '1', gone: '1' },
      }),
      'node_modules/a/node_modules/b/package.json': manifest({ dependencies: { c: '1' } }),
      'node_modules/b/package.json': manifest({}),
      'node_modules/c/package.json': manifest({ dependencies: { a: '1' } }),
      'node_modules/other/package.json': manifest({ os: ['beos'] }),
      'node_modules/adm-zip/package.json': manifest({}),
      'node_modules/dev/package.json': manifest({}),
    });
    expect(productionPackages(folder)).toEqual(
      ['a', 'a/node_modules/b', 'c'].map((name) => join(folder, 'node_modules', name)),
    );
  });

  it('says what is not installed', async () => {
    const folder = await folderWith({ 'package.json': '{"dependencies":{"nowhere-to-be-found":"1"}}' });
    expect(() => productionPackages(folder)).toThrow(/nowhere-to-be-found is not installed/);
  });
});

it.skipIf(process.platform === 'win32')(
  'the launcher starts the Node beside it, through links and without a PATH',
  async () => {
    const folder = await treeWith({ 'a b/bin/node': '#!/bin/sh\necho "$@"\n' });
    const pack = join(folder, 'a b');
    await run('chmod', ['+x', join(pack, 'bin/node')]);
    await writeFile(join(pack, 'delve'), launcher('bin/delve.js'), { mode: 0o755 });
    await symlink('a b/delve', join(folder, 'link'));
    const expected = /\/a b\/lib\/delve\/bin\/delve\.js x y z\n$/;
    const direct = await run(join(pack, 'delve'), ['x', 'y z'], { env: { PATH: '/nowhere' } });
    expect(direct.stdout).toMatch(expected);
    const linked = await run('link', ['x', 'y z'], { env: { PATH: `${folder}:${process.env.PATH}` } });
    expect(linked.stdout).toMatch(expected);
  },
);
