import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delve } from '../support/commandLine.js';

let folder: string;
let run: string;

afterAll(() => rm(folder, { recursive: true, force: true }));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delve-format-'));
  run = join(folder, 'cnn.delve');
  const { code } = await delve([
    ...['analyze', 'fixtures/mnist-cnn.onnx', '--data', 'random:20', '--out', run, '--quiet'],
  ]);
  expect(code).toBe(0);
});

async function formatOf(name: string, code: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, code);
  return path;
}

describe('a format of the user', () => {
  it('is given the runs as run.json has them, and what to call them', async () => {
    const format = await formatOf(
      'names.mjs',
      `export default async (runs, { names }) => runs.map((run, i) => names[i] + ': ' + run.layers.map(({ name }) => name).join(' ')).join('\\n') + '\\n';`,
    );
    const { code, stdout } = await delve(['report', run, '--format', format]);
    const { layers } = JSON.parse(await readFile(join(run, 'run.json'), 'utf8'));
    expect(code).toBe(0);
    expect(stdout).toBe(`${run}: ${layers.map(({ name }: { name: string }) => name).join(' ')}\n`);
  });

  it('writes bytes, and a folder of files beside other formats, by the name that it exports', async () => {
    const bytes = await formatOf('bytes.mjs', 'export default () => Uint8Array.of(1, 2, 255);');
    const file = join(folder, 'bytes.bin');
    expect((await delve(['report', run, '--format', bytes, '--output', file])).code).toBe(0);
    expect([...(await readFile(file))]).toEqual([1, 2, 255]);
    const several = await formatOf(
      'several.mjs',
      `export const fileName = 'mine'; export default () => ({ 'a.txt': 'A', 'deep/b.txt': 'B' });`,
    );
    const out = join(folder, 'reports');
    await mkdir(out);
    expect((await delve(['report', run, '--format', `csv,${several}`, '--output', out])).code).toBe(0);
    expect((await readdir(out)).sort()).toEqual(['mine', 'report.csv']);
    expect(await readFile(join(out, 'mine', 'deep', 'b.txt'), 'utf8')).toBe('B');
    const alone = join(folder, 'alone');
    expect((await delve(['report', run, '--format', several, '--output', alone])).code).toBe(0);
    expect((await readdir(alone)).sort()).toEqual(['a.txt', 'deep']);
  });

  it('may be named in a configuration, beside which it lies', async () => {
    await formatOf('count.mjs', 'export default ([run]) => String(run.layers.length);');
    const config = join(folder, 'delve.config.json');
    const job = {
      model: join(process.cwd(), 'fixtures/mnist-cnn.onnx'),
      data: 'random:8',
      out: 'job.delve',
      reports: [{ format: './count.mjs', output: 'count.txt' }],
    };
    await writeFile(config, JSON.stringify(job));
    expect((await delve(['run', '--config', config, '--quiet'])).code).toBe(0);
    expect(await readFile(join(folder, 'count.txt'), 'utf8')).toBe('20');
  });

  it.each([
    ['throws', `export default () => { throw new Error('no such layer'); };`, 'failed: no such layer'],
    ['exports nothing', 'export const x = 1;', 'exports no function by default: write export default'],
    ['is not JavaScript', 'export default (', 'cannot be loaded ('],
    ['gives a number', 'export default () => 7;', 'gave neither text nor bytes nor files'],
    ['gives a file of a number', `export default () => ({ a: 7 });`, 'gave neither text nor bytes for a'],
    ['writes elsewhere', `export default () => ({ '../a': 'x' });`, 'names a file outside its folder, ../a'],
    [
      'is called by a path',
      `export const fileName = '/etc/x'; export default () => '';`,
      'exports a fileName',
    ],
    ['gives nothing', 'export default () => ({});', 'gave no file'],
  ])('is refused in a sentence where it %s', async (what, code, sentence) => {
    const format = await formatOf(`${what.replaceAll(' ', '-')}.mjs`, code);
    const { code: ended, stderr } = await delve([
      'report',
      run,
      '--format',
      format,
      '--output',
      join(folder, 'no'),
    ]);
    expect(ended).toBe(2);
    expect(stderr).toContain(`the format ${format} ${sentence}`);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(await readdir(folder)).not.toContain('no');
  });

  it('is refused where there is no such file, and other names as before', async () => {
    const missing = await delve(['report', run, '--format', join(folder, 'missing.mjs')]);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringContaining('missing.mjs cannot be loaded'),
    ]);
    expect((await delve(['report', run, '--format', 'xml'])).stderr).toContain('choose one of table');
  });
});
