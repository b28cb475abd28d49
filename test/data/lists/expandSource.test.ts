import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expandSource } from '../../../src/data/lists/expandSource.js';
import { temporaryFolder } from '../temporaryFolder.js';

/** What a pattern in a folder of these (empty) files stands for, without the folder. */
async function found(files: readonly string[], pattern: string): Promise<string[] | undefined> {
  const folder = await temporaryFolder(Object.fromEntries(files.map((file) => [file, ''])));
  const names = await expandSource(`${folder}/${pattern}`);
  return names?.map((name) => relative(folder, name));
}

const files = ['b.npy', 'a.npy', 'a1.npy', 'c.txt', 'sub/a.npy', 'sub/deep/b.npy', 'tub/a.npy', 'tub/x.npy'];

describe('a pattern stands for files in the order of their names', () => {
  test.each([
    ['*.npy', ['a.npy', 'a1.npy', 'b.npy']],
    ['?.npy', ['a.npy', 'b.npy']],
    ['[bc].*', ['b.npy', 'c.txt']],
    ['[!b].npy', ['a.npy']],
    ['[a-b].npy', ['a.npy', 'b.npy']],
    ['*/a.npy', ['sub/a.npy', 'tub/a.npy']],
    ['?ub/*.npy', ['sub/a.npy', 'tub/a.npy', 'tub/x.npy']],
    ['*/*/b.npy', ['sub/deep/b.npy']],
    ['sub/*', ['sub/a.npy', 'sub/deep']],
    ['sub//a*', ['sub/a.npy']],
    // A folder without such a file gives none.
    ['*/x.npy', ['tub/x.npy']],
    ['**/b.npy', ['b.npy', 'sub/deep/b.npy']],
    ['sub/**/*.npy', ['sub/a.npy', 'sub/deep/b.npy']],
    ['*/**/b.npy', ['sub/deep/b.npy']],
    // What braces name stays in their order, there or not.
    ['{c,b}.{txt,npy}', ['c.txt', 'c.npy', 'b.txt', 'b.npy']],
    ['{t,s}ub/*.npy', ['tub/a.npy', 'tub/x.npy', 'sub/a.npy']],
  ])('%s', async (pattern, expected) => {
    expect(await found(files, pattern)).toEqual(expected);
  });

  test('also from here, and is relative then', async () => {
    const folder = await temporaryFolder({ 'a.npy': '', 'b.npy': '', 'sub/c.npy': '' });
    const here = relative(process.cwd(), folder);
    expect(await expandSource(`${here}/*.npy`)).toEqual([join(here, 'a.npy'), join(here, 'b.npy')]);
    expect(await expandSource(`${here}/*/c.npy`)).toEqual([join(here, 'sub/c.npy')]);
    expect(await expandSource('package*.json')).toEqual(['package-lock.json', 'package.json']);
  });

  test.each(['*.csv', 'none/*', '*/none/*', 'none/**/*.npy', '**/*.csv', '*/none.npy', '{a,*.q}.npy'])(
    '%s is refused where it matches nothing',
    async (pattern) => {
      await expect(found(files, pattern)).rejects.toThrow('matches no file: check the pattern');
    },
  );
});

describe('a source by itself', () => {
  test.each(['a.npy', 'none.npy', 'sub'])('is what has no pattern: %s', async (name) => {
    expect(await found(files, name)).toBeUndefined();
  });

  test('is a file or folder that is called like a pattern', async () => {
    const folder = await temporaryFolder({ 'a[1]{2,3}.npy': '', '@list': '', '*': '' });
    await mkdir(join(folder, 'x?'));
    for (const name of ['a[1]{2,3}.npy', '@list', '*', 'x?']) {
      expect(await expandSource(join(folder, name))).toBeUndefined();
    }
  });

  test('is generated data', async () => {
    expect(await expandSource('random:{1,2}')).toBeUndefined();
    expect(await expandSource('random:*')).toBeUndefined();
  });
});

describe('a list', () => {
  const listed = async (text: string) =>
    expandSource(`@${join(await temporaryFolder({ 'l.txt': text }), 'l.txt')}`);

  test('names a file a line, blanks around it left out', async () => {
    expect(await listed(' a b.npy \r\n\n\t/c/*.npy\n  \nd')).toEqual(['a b.npy', '/c/*.npy', 'd']);
  });

  test('that names none, or is none, is refused', async () => {
    await expect(listed(' \n\r\n')).rejects.toThrow(/l\.txt names no file/);
    await expect(listed('a\0')).rejects.toThrow(/l\.txt is not a list of files/);
  });
});
