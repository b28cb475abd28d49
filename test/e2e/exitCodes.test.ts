import { spawnSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const BIN = resolve('bin/delve.js');

// Windows deletes no folder that a process is in.
test.skipIf(process.platform === 'win32').each([['--help'], ['inspect', '/x.onnx'], ['check']])(
  'in a folder that was deleted, `%s` ends in 2 with one sentence',
  async (...args) => {
    const cwd = await temporaryDirectory();
    const script = 'rmdir "$PWD" && exec "$@"';
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, BIN, ...args], {
      cwd,
      encoding: 'utf8',
    });
    expect(stderr).toBe(
      'delve: the current folder is not there any more: change to one that is, and try again\n',
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  },
);

test.each([
  ['that does not load', 'throw new Error("broken")'],
  ['that throws', 'export const main = async () => { throw new Error("broken") }'],
  [
    'that throws later',
    'export const main = () => new Promise(() => setTimeout(() => { throw new Error("broken") }))',
  ],
  [
    'that leaves a rejection behind',
    'export const main = async () => { Promise.reject(new Error("broken")); await new Promise((r) => setTimeout(r, 1000)); return 0 }',
  ],
])('a program %s ends in 2, since 1 says that a check failed', async (_, main) => {
  const folder = await temporaryDirectory();
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'dist/bundle'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await writeFile(join(folder, 'dist/bundle/main.js'), main);
  await cp(BIN, join(folder, 'bin/delve.js'));
  const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin/delve.js')], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/^delve: broken \(this is a fault of delve or of its installation[^\n]*\n$/);
  expect(status).toBe(2);
});
