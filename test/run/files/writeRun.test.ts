import * as fs from 'node:fs/promises';
import { chmod, mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { readRun } from '../../../src/run/files/readRun.js';
import { checkTarget, writeRun } from '../../../src/run/files/writeRun.js';
import type { Moments } from '../../../src/stats/moments.js';
import { layer, run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  return {
    ...real,
    rename: vi.fn(real.rename),
    mkdir: vi.fn(real.mkdir),
    open: vi.fn(real.open),
    rm: vi.fn(real.rm),
  };
});

const older = run([layer('stem', 1, 4)]);
const newer = run([layer('stem', 4, 4)]);

/** What the file system says when it is full. */
const noSpace = Object.assign(new Error('ENOSPC: no space left on device, write'), {
  code: 'ENOSPC',
  syscall: 'write',
});

/** Moments that break after the first layer. */
function* breaking(): Generator<[string, Moments]> {
  yield ['stem', { count: 1, sum: new Float64Array(4), scatter: new Float64Array(16) }];
  throw noSpace;
}

beforeEach(() => vi.clearAllMocks());

describe('writing a run', () => {
  it('makes a directory with the run in it, and the folders above', async () => {
    const dir = join(await temporaryDirectory(), 'a', 'b', 'net.delve');
    await checkTarget(dir);
    await writeRun(dir, newer);
    expect(await readdir(dir)).toEqual(['run.json']);
    expect(await readRun(dir)).toEqual(newer);
  });

  it('replaces a run, with its moments, and leaves nothing beside it', async () => {
    const parent = await temporaryDirectory();
    const dir = join(parent, 'net.delve');
    await writeRun(dir, older, {
      moments: new Map([['stem', { count: 1, sum: new Float64Array(4), scatter: new Float64Array(16) }]]),
    });
    expect((await readdir(dir)).sort()).toEqual(['moments.safetensors', 'run.json']);
    await checkTarget(dir);
    await writeRun(dir, newer);
    expect(await readdir(dir)).toEqual(['run.json']);
    expect(await readRun(dir)).toEqual(newer);
    expect(await readdir(parent)).toEqual(['net.delve']);
  });

  it('takes the place of an empty directory', async () => {
    const dir = await temporaryDirectory();
    await writeRun(join(dir, '.'), newer);
    expect(await readRun(dir)).toEqual(newer);
  });

  it('replaces what a link leads to, not the link', async () => {
    const parent = await temporaryDirectory();
    await writeRun(join(parent, 'real'), older);
    await symlink('real', join(parent, 'link'));
    await writeRun(join(parent, 'link'), newer);
    expect(await readlink(join(parent, 'link'))).toBe('real');
    expect(await readRun(join(parent, 'real'))).toEqual(newer);
  });

  it.each<[string, (dir: string) => Promise<unknown>, RegExp]>([
    [
      'a file',
      (dir) => writeFile(dir, 'x'),
      /net is a file, not a run: move it away or name another directory with --out/,
    ],
    [
      'a directory with something in it',
      async (dir) => {
        await mkdir(dir);
        await writeFile(join(dir, 'thesis.tex'), 'x');
      },
      /net is a directory that is not empty and holds no run\.json/,
    ],
    [
      'a directory with another run.json',
      async (dir) => {
        await mkdir(dir);
        await writeFile(join(dir, 'run.json'), '{"scripts":{}}');
      },
      /net holds no run that could be replaced \(.*schemaVersion should be 1/,
    ],
    [
      'a run with something beside it',
      async (dir) => {
        await writeRun(dir, older);
        await writeFile(join(dir, 'notes.md'), 'x');
      },
      /net holds notes\.md beside a run/,
    ],
    ['a link that leads nowhere', (dir) => symlink('nowhere', dir), /no run can be written to .*net: ENOENT/],
  ])('refuses %s, and leaves it alone', async (_, make, message) => {
    const parent = await temporaryDirectory();
    const dir = join(parent, 'net');
    await make(dir);
    const before = await readdir(parent, { recursive: true });
    await expect(checkTarget(dir)).rejects.toThrow(UserError);
    await expect(checkTarget(dir)).rejects.toThrow(message);
    await expect(writeRun(dir, newer)).rejects.toThrow(message);
    expect(await readdir(parent, { recursive: true })).toEqual(before);
  });

  it('refuses a folder that is a file', async () => {
    const parent = await temporaryDirectory();
    await writeFile(join(parent, 'file'), 'x');
    await expect(checkTarget(join(parent, 'file', 'net'))).rejects.toThrow(UserError);
    await expect(checkTarget(join(parent, 'file', 'deeper', 'net'))).rejects.toThrow(UserError);
  });

  it.runIf(process.getuid?.() !== 0)('refuses a folder that must not be written to', async () => {
    const parent = await temporaryDirectory();
    await chmod(parent, 0o500);
    await expect(checkTarget(join(parent, 'net'))).rejects.toThrow(/EACCES/);
  });

  it.each([['nothing'], ['a run']])('leaves %s as it was when the disk is full halfway', async (there) => {
    const parent = await temporaryDirectory();
    const dir = join(parent, 'net');
    if (there === 'a run') await writeRun(dir, older);
    const moments = { [Symbol.iterator]: breaking } as unknown as ReadonlyMap<string, Moments>;
    await expect(writeRun(dir, newer, { moments })).rejects.toThrow(
      new UserError(`cannot write the run to ${dir}: ENOSPC: no space left on device, write`),
    );
    expect(await readdir(parent)).toEqual(there === 'a run' ? ['net'] : []);
    if (there === 'a run') expect(await readRun(dir)).toEqual(older);
  });

  it('puts the old run back when the new one cannot take its place', async () => {
    const parent = await temporaryDirectory();
    const dir = join(parent, 'net');
    await writeRun(dir, older);
    const rename = vi.mocked(fs.rename);
    const real = rename.getMockImplementation();
    rename.mockImplementationOnce(async (from, to) => real?.(from, to)).mockRejectedValueOnce(noSpace);
    await expect(writeRun(dir, newer)).rejects.toThrow(UserError);
    expect(await readRun(dir)).toEqual(older);
    expect(await readdir(parent)).toEqual(['net']);
  });

  it('stands even when the old run cannot be cleared away', async () => {
    const parent = await temporaryDirectory();
    const dir = join(parent, 'net');
    await writeRun(dir, older);
    vi.mocked(fs.rm).mockRejectedValueOnce(
      Object.assign(new Error('EBUSY'), { code: 'EBUSY', syscall: 'rm' }),
    );
    await writeRun(dir, newer);
    expect(await readRun(dir)).toEqual(newer);
  });

  it('syncs files and directories before and after the rename', async () => {
    const dir = join(await temporaryDirectory(), 'net');
    await writeRun(dir, newer);
    const opened = vi.mocked(fs.open).mock.calls.map(([path]) => String(path));
    expect(
      opened.map((path) => path.replace(/\.net\.[0-9a-f]+\.tmp/, 'TEMPORARY').slice(dir.length - 3)),
    ).toEqual(['TEMPORARY/run.json', 'TEMPORARY', '']);
  });
});
