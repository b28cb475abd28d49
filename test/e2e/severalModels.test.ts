import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { XmlDocument } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { delve } from '../support/commandLine.js';
import { lastingFolder } from '../support/folder.js';
import { layer } from '../support/runs.js';

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

describe('delve run of several models', () => {
  const file = () => at('job/delve.config.json');
  const job = (more: object) =>
    writeFile(
      file(),
      JSON.stringify({
        ...{ model: 'epoch_*.onnx', data: 'digits', out: 'runs', baseline: 'kept' },
        ...{ analyze: { maxSamples: 4, layers: ['stem', 'fc'] }, maxDrop: 0.05 },
        ...more,
      }),
    );
  const read = (name: string) => readFile(at(`job/${name}`), 'utf8');

  it('keeps a baseline for each, reports on all and fails for the one that breaks a rule', async () => {
    await mkdir(at('job'));
    for (const step of [10, 2]) await copyFile('fixtures/mnist-cnn.onnx', at(`job/epoch_${step}.onnx`));
    await symlink(resolve('fixtures/mnist'), at('job/digits'));
    await job({});
    const without = await delve(['run', '--config', file()]);
    expect([without.code, without.stderr]).toEqual([
      2,
      expect.stringMatching(/there is no baseline at .*job\/kept\/epoch_2\.delve yet/),
    ]);
    const update = await delve(['run', '--config', file(), '--update-baseline']);
    expect({ code: update.code, said: update.stderr }).toMatchObject({ code: 0 });
    expect((await readdir(at('job/kept'))).sort()).toEqual(['epoch_10.delve', 'epoch_2.delve']);

    const raised = JSON.parse(await read('kept/epoch_10.delve/run.json'));
    const [stem] = raised.layers;
    const better = layer('stem', stem.intrinsicDimensionality + 1, 16, {
      node: stem.node,
      output: stem.output,
    });
    await writeFile(
      at('job/kept/epoch_10.delve/run.json'),
      JSON.stringify({ ...raised, layers: [better, raised.layers[1]] }),
    );
    await job({ reports: [{ format: 'csv', output: 'layers.csv' }] });
    const args = [
      'run',
      '--config',
      file(),
      '--format',
      'json,junit,markdown,text',
      '--output',
      at('verdict/'),
    ];
    const { code, stdout } = await delve(args);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /epoch_2\.delve\n.*\n✓ check passed: .*\n\n.*epoch_10\.delve\n✗ stem .*below the baseline's/,
    );
    expect(await read('layers.csv')).toMatch(/epoch_2[\s\S]*epoch_10/);
    const verdicts = JSON.parse(await readFile(at('verdict/check-json.json'), 'utf8'));
    expect(
      verdicts.map((each: { passed: boolean; run: string }) => [each.passed, basename(each.run)]),
    ).toEqual([
      [true, 'epoch_2.delve'],
      [false, 'epoch_10.delve'],
    ]);
    const xml = XmlDocument.fromString(await readFile(at('verdict/check-junit.xml'), 'utf8'));
    expect(xml.find('/testsuites/testsuite/@failures').map(({ content }) => content)).toEqual(['0', '1']);
    expect(xml.get('/testsuites/@tests')?.content).toBe('4');
    xml.dispose();
    const markdown = await readFile(at('verdict/check-markdown.md'), 'utf8');
    expect(markdown.match(/^### . delve: .*$/gm)).toHaveLength(2);
    // The same by `delve check`, which finds the baseline of that name.
    const checked = await delve(['check', at('job/runs/epoch_10.delve'), '--config', file()]);
    expect([checked.code, checked.stdout]).toEqual([1, expect.stringContaining("below the baseline's")]);
  });

  it('ends with 2 where a model fails, after what the others came to', async () => {
    await writeFile(at('job/epoch_5.onnx'), 'no model');
    await job({ baseline: undefined, maxDrop: undefined, minSaturation: 0.01 });
    const { code, stdout, stderr } = await delve(['run', '--config', file(), '--quiet']);
    expect(code).toBe(2);
    expect(stdout.match(/check passed/g)).toHaveLength(2);
    expect(stderr).toMatch(/^delve: 1 of 3 models failed: .*epoch_5\.onnx is not an ONNX model/m);
  });

  it.each([
    [{ model: 'nothing_*.onnx' }, /model: .*nothing_\*\.onnx matches no file/],
    [{ model: ['epoch_2.onnx', 'epoch_*.onnx'] }, /epoch_2\.onnx is named twice/],
    [{ baseline: 'runs' }, /writes the runs into the folder of its own baselines/],
    [{ reports: [{ format: 'csv', output: 'epoch_10.onnx' }] }, /would be written over the model/],
  ])('refuses %j before any work', async (more, message) => {
    await job({ baseline: undefined, maxDrop: undefined, minSaturation: 0.01, ...more });
    const { code, stderr } = await delve(['run', '--config', file(), '--quiet']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
