import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { delve } from '../support/commandLine.js';
import { lastingFolder } from '../support/folder.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const DATA = ['--data', 'fixtures/mnist', '--max-samples', '4'];

describe('delve analyze of several models', () => {
  it('makes a run each in the order of steps, and leaves those of others where one fails', async () => {
    for (const step of [10, 2]) await copyFile('fixtures/mnist-cnn.onnx', at(`epoch_${step}.onnx`));
    await writeFile(at('epoch_5.onnx'), 'no model');
    const models = [10, 2, 5].map((step) => at(`epoch_${step}.onnx`));
    const { code, stdout, stderr } = await delve(['analyze', ...models, ...DATA, '--out', at('runs')]);
    expect(code).toBe(2);
    expect((await readdir(at('runs'))).sort()).toEqual(['epoch_10.delve', 'epoch_2.delve']);
    expect(stdout).toMatch(/^layer +epoch_2 +epoch_10 +Δ$/m);
    expect(stderr.match(/run written to \S*?(epoch_\d+\.delve)/g)).toHaveLength(2);
    expect(stderr).toMatch(/\ndelve: 1 of 3 models failed: \S*epoch_5\.onnx is not an ONNX model/);
    const again = await delve(['report', at('runs/epoch_10.delve'), at('runs/epoch_2.delve')]);
    expect([again.code, again.stdout.includes('epoch_2  epoch_10')]).toEqual([0, true]);
  });

  it('gives a list as JSON, also where one is left', async () => {
    const models = [10, 5].map((step) => at(`epoch_${step}.onnx`));
    const { code, stdout } = await delve([
      'analyze',
      ...models,
      ...DATA,
      '--json',
      '--quiet',
      '--out',
      at('json'),
    ]);
    const runs = JSON.parse(stdout);
    expect([code, runs.length, runs[0].layers.length]).toEqual([2, 1, 20]);
  });

  it('refuses another run in the folder, and one that cannot be told apart, before anything is lost', async () => {
    const models = [10, 2].map((step) => at(`epoch_${step}.onnx`));
    const other = ['--data', 'random:4', '--quiet', '--out', at('runs')];
    const refused = await delve(['analyze', ...models, ...other]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/2 of 2 models failed: .*epoch_2\.delve holds another run .*--overwrite/);
    const twice = await delve(['analyze', models[0], models[0], ...DATA]);
    expect([twice.code, twice.stderr]).toEqual([
      2,
      `delve: ${models[0]} is named twice: name each model once\n`,
    ]);
  });
});
