import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRun, newestRun } from '../../../src/run/files/newestRun.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

async function runAt(dir: string, seconds: number) {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'run.json'), '{}');
  await utimes(join(dir, 'run.json'), seconds, seconds);
}

describe('the newest run', () => {
  it('is the *.delve directory whose run.json was written last', async () => {
    const cwd = await temporaryDirectory();
    await runAt(join(cwd, 'a.delve'), 1000);
    await runAt(join(cwd, 'b.delve'), 3000);
    await runAt(join(cwd, 'c.delve'), 2000);
    await runAt(join(cwd, 'other'), 9000);
    await runAt(join(cwd, '.d.delve'), 9000);
    await runAt(join(cwd, '.b.delve.0123456789ab.tmp'), 9000);
    await mkdir(join(cwd, 'empty.delve'));
    await writeFile(join(cwd, 'file.delve'), '');
    expect(await newestRun(cwd)).toBe(join(cwd, 'b.delve'));
    expect(await isRun(join(cwd, 'a.delve'))).toBe(true);
    expect(await isRun(join(cwd, 'empty.delve'))).toBe(false);
  });

  it('is none of those that are something else', async () => {
    const cwd = await temporaryDirectory();
    await runAt(join(cwd, 'baseline.delve'), 3000);
    const isOther = (dir: string) => dir.endsWith('baseline.delve');
    await expect(newestRun(cwd, isOther)).rejects.toThrow(
      `there is no *.delve run in ${cwd} but the one that it would be held against: name one, or make one`,
    );
    await runAt(join(cwd, 'model.delve'), 2000);
    expect(await newestRun(cwd, isOther)).toBe(join(cwd, 'model.delve'));
  });

  it('is the first by name of several that were written at once', async () => {
    const cwd = await temporaryDirectory();
    for (const name of ['b', 'a', 'c']) await runAt(join(cwd, `${name}.delve`), 1000);
    expect(await newestRun(cwd)).toBe(join(cwd, 'a.delve'));
  });

  it('cannot be looked for in what is no folder', async () => {
    const cwd = join(await temporaryDirectory(), 'gone');
    await expect(newestRun(cwd)).rejects.toThrow(`cannot look for runs in ${cwd}`);
  });

  it('is missed in one sentence', async () => {
    const cwd = await temporaryDirectory();
    await expect(newestRun(cwd)).rejects.toThrow(
      `there is no *.delve run in ${cwd}: name one, or make one with \`delve analyze\``,
    );
  });
});
