import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lastingFolder } from '../support/folder.js';
import { runProgram } from '../support/program.js';
import { layer, run } from '../support/runs.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const here = (...args: string[]) => runProgram(args, { cwd: folder.path });

/** A run of one layer of four features, written at a time of its own. */
async function put(name: string, directions: number, seconds: number): Promise<void> {
  await mkdir(at(name), { recursive: true });
  await writeFile(at(`${name}/run.json`), JSON.stringify(run([layer('a', directions, 4)])));
  await utimes(at(`${name}/run.json`), seconds, seconds);
}

beforeAll(async () => {
  await put('model.delve', 1, 1000);
  await put('baseline.delve', 3, 2000);
});

describe('where no run is named', () => {
  const config = (value: object) => writeFile(at('delve.config.json'), JSON.stringify(value));

  test('check never holds the baseline against itself, though it is the newest', async () => {
    const args = ['check', '--max-drop', '0.1', '--baseline'];
    const { code, stdout, stderr } = await here(...args, 'baseline.delve');
    expect(stderr).toBe('taking the newest run here, model.delve\n');
    expect(stdout).toMatch(/saturation 0\.25 is 0\.5 below the baseline's 0\.75/);
    expect(code).toBe(1);
    await symlink(folder.path, at('link'));
    expect((await here(...args, 'link/baseline.delve')).code).toBe(1);
    await config({ maxDrop: 0.1, baseline: 'baseline.delve' });
    expect((await here('check')).stderr).toMatch(/taking the newest run here, model\.delve\n$/);
    await rm(at('delve.config.json'));
  });

  test("check takes the file's own out before a newer one", async () => {
    await put('build/out.delve', 2, 500);
    await config({ maxDrop: 0.1, baseline: 'baseline.delve', out: 'build/out.delve' });
    const { stdout, stderr } = await here('check');
    expect(stderr).toBe('rules of delve.config.json\ntaking the run of that file, build/out.delve\n');
    expect(stdout).toMatch(/saturation 0\.5 is 0\.25 below the baseline's 0\.75/);
    await rm(at('build'), { recursive: true });
    expect((await here('check')).stderr).toMatch(/taking the newest run here, model\.delve\n$/);
    await rm(at('delve.config.json'));
  });

  test('diff does not take the run that it was given a second time', async () => {
    const { stderr, stdout } = await here('diff', 'baseline.delve');
    expect(stderr).toBe('taking the newest run here, model.delve\n');
    expect(stdout).toMatch(/75\.0 % +25\.0 % +-50\.0/);
  });
});

test('check refuses a run that is its own baseline', async () => {
  const { code, stderr } = await here(
    'check',
    'baseline.delve',
    '--baseline',
    './baseline.delve',
    '--max-drop',
    '0',
  );
  expect(stderr).toBe(
    'delve: baseline.delve is the baseline, which cannot fall below itself: name the run to check\n',
  );
  expect(code).toBe(2);
});
