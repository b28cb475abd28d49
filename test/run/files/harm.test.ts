import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { harmDone, readsOf } from '../../../src/run/files/harm.js';
import { lastingFolder } from '../../support/folder.js';
import { run } from '../../support/runs.js';

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
    'images/embedding.csv',
    'moments.safetensors',
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

it('what made saved runs is read: their models, each source of their data, and the runs', () => {
  const made = run([], { data: { ...run([]).data, source: 'a/, b.npy' } });
  expect(readsOf([made], ['x.delve'])).toEqual({
    runs: [{ path: 'x.delve', what: 'the run x.delve' }],
    files: [{ path: 'models/net.onnx', what: 'the model models/net.onnx' }],
    data: ['a/, b.npy', 'a/', 'b.npy'],
  });
});

it('nothing that was not read comes to harm, but a run', async () => {
  expect(await harmDone(at('m.onnx'), {})).toBeUndefined();
  expect(await harmDone(at('other.delve/run.json'), {})).toBe(`the run ${at('other.delve')}`);
  // Alone in a folder without run.json, such a file is no run.
  expect(await harmDone(at('moments.safetensors'), {})).toBe(`the run ${folder.path}`);
  expect(await harmDone(at('images/embedding.csv'), {})).toBeUndefined();
});

it('a source without an input is a path', async () => {
  expect(await harmDone(at('images/1.png'), { data: [at('images')] })).toBe(`the data ${at('images')}`);
  expect(await harmDone(at('images/layers.csv'), { data: [at('images/layers.csv')] })).toContain('the data');
});

it('a run that is a file alone stands for itself, and not for the folder that it lies in', async () => {
  expect(await harm('layers.csv', 'run.json')).toBeUndefined();
  expect(await harm('run.json', 'run.json')).toBe('the run');
  expect(await harm('a.delve/layers.csv', 'a.delve/run.json')).toBe('the run');
});
