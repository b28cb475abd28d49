import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { harmDone } from '../../../src/run/files/harm.js';
import { lastingFolder } from '../../support/folder.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);

beforeAll(async () => {
  for (const name of ['a.delve', 'other.delve', 'images']) await mkdir(at(name));
  for (const name of [
    'a.delve/run.json',
    'other.delve/run.json',
    'run.json',
    'm.onnx',
    'x=1.npy',
    'images/1.png',
    'images/layers.csv',
  ]) {
    await writeFile(at(name), 'x');
  }
  await symlink(at('a.delve'), at('link'));
  await symlink(at('m.onnx'), at('latest.onnx'));
});

const harm = (output: string, run = 'a.delve') =>
  harmDone(at(output), {
    runs: [{ path: at(run), what: 'the run' }],
    files: [{ path: at('latest.onnx'), what: 'the model' }],
    data: [at('x=1.npy'), `in=${at('images')}`],
  });

it.each([
  ['a.delve/run.json', 'the run'],
  ['a.delve/new/layers.csv', 'the run'],
  ['link/layers.csv', 'the run'],
  ['m.onnx', 'the model'],
  ['latest.onnx', 'the model'],
  ['x=1.npy', 'the data '],
  ['images/1.png', 'the data '],
  ['other.delve/run.json', 'the run '],
])('is seen in writing %s', async (output, harmed) => {
  expect(await harm(output)).toContain(harmed);
});

it.each(['layers.csv', 'a.delve.csv', 'images/layers.csv', 'images/2.png', 'n.onnx', '..a/x.csv'])(
  'is not seen in writing %s',
  async (output) => {
    expect(await harm(output)).toBeUndefined();
  },
);

it('a run that is a file alone stands for itself, and not for the folder that it lies in', async () => {
  expect(await harm('layers.csv', 'run.json')).toBeUndefined();
  expect(await harm('run.json', 'run.json')).toBe('the run');
  expect(await harm('a.delve/layers.csv', 'a.delve/run.json')).toBe('the run');
});
