import { cp, mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Run } from '../../src/run/schema.js';
import { delve } from '../support/commandLine.js';
import { crossFiles, crossModel, crossNumbers } from '../support/crossData.js';
import { lastingFolder } from '../support/folder.js';
import { runProgram } from '../support/program.js';
import { layer, run } from '../support/runs.js';

const RNN = resolve('fixtures/mnist-rnn.onnx');
const IMAGES = resolve('fixtures/mnist');

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const readRun = async (name: string): Promise<Run> =>
  JSON.parse(await readFile(at(`${name}/run.json`), 'utf8'));

/** Runs a command that must succeed and say nothing on stderr. */
async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await delve(args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

beforeAll(async () => {
  await writeFile(at('cross.onnx'), crossModel());
  await writeFile(at('x.npy'), crossFiles['x.npy']);
  const runs = {
    // Saturations 0.25, 0.5, 0.75.
    'before.delve': run([layer('a.conv', 1, 4), layer('b.conv', 2, 4), layer('fc', 3, 4)]),
    'after.delve': run([
      layer('a.conv', 1, 4),
      layer('b.conv', 1, 4),
      layer('head', 1, 4),
      layer('fc', 4, 4),
    ]),
  };
  for (const [name, content] of Object.entries(runs)) {
    await mkdir(at(name));
    await writeFile(at(`${name}/run.json`), JSON.stringify(content));
  }
  const old = new Date(2020, 1, 1);
  await utimes(at('before.delve/run.json'), old, old);
});

describe('delve report', () => {
  test('renders a run as the table that analyze printed', async () => {
    const args = [at('cross.onnx'), '--data', at('x.npy'), '--quiet', '--out', at('cross.delve')];
    const shown = await printed('analyze', ...args);
    const again = await printed('report', at('cross.delve'));
    // The heading names the run, as the user named it.
    expect(again.split('\n').slice(1)).toEqual(shown.split('\n').slice(1));
  });

  test('as JSON it is the run itself, with the reading of each layer', async () => {
    const shown = JSON.parse(await printed('report', at('before.delve'), '--format', 'json'));
    expect(shown).toMatchObject(await readRun('before.delve'));
    for (const { reading, reasons, advice } of shown.layers) {
      expect(reading).toMatch(/^[a-z ]+$/);
      expect(reasons.length).toBeGreaterThan(0);
      expect(advice === null || typeof advice === 'string').toBe(true);
    }
  });

  test('as CSV it has one row per layer; several runs share a table', async () => {
    const one = await printed('report', at('before.delve'), '--format', 'csv');
    expect(one.split('\r\n').map((line) => line.split(',')[1] ?? '')).toEqual([
      'layer',
      'a.conv',
      'b.conv',
      'fc',
      '',
    ]);
    const two = await printed('report', at('before.delve'), at('after.delve'), '--format', 'csv');
    expect(two.trim().split('\r\n')).toHaveLength(1 + 3 + 4);
  });

  test('--output writes the same to a file, and nothing to stdout', async () => {
    const stdout = await printed(
      'report',
      at('after.delve'),
      '--format',
      'csv',
      '--output',
      at('layers.csv'),
    );
    expect(stdout).toBe('');
    expect(await readFile(at('layers.csv'), 'utf8')).toBe(
      await printed('report', at('after.delve'), '--format', 'csv'),
    );
  });

  test('--threshold and --idim-rule cut the stored spectra again', async () => {
    const cut = async (...options: string[]) =>
      (JSON.parse(await printed('report', at('cross.delve'), '--format', 'json', ...options)) as Run)
        .layers[0].intrinsicDimensionality;
    expect(await cut()).toBe(2);
    expect(await cut('--threshold', '0.8')).toBe(1);
    expect(await cut('--threshold', '0.81')).toBe(2);
    expect(await cut('--threshold', '0.81', '--idim-rule', 'delve')).toBe(1);
  });

  test('without a run it takes the newest here, and says which', async () => {
    await utimes(at('after.delve/run.json'), new Date(), new Date());
    const { code, stdout, stderr } = await runProgram(['report', '--format', 'csv'], { cwd: folder.path });
    expect(stderr).toBe('taking the newest run here, after.delve\n');
    expect(code).toBe(0);
    const named = await printed('report', at('after.delve'), '--format', 'csv');
    expect(stdout).toBe(named.replaceAll(at('after.delve'), 'after.delve'));
  });
});

describe('delve check', () => {
  const check = (...args: string[]) => delve(['check', ...args]);

  test('passes with 0, and says on how much', async () => {
    expect(await check(at('before.delve'), '--min-saturation', '0.25', '--max-saturation', '0.75')).toEqual({
      code: 0,
      stdout: '✓ check passed: 6 comparisons on 3 layers\n',
      stderr: '',
    });
  });

  test('fails with 1, and prints every broken rule with layer, value and bound', async () => {
    const { code, stdout } = await check(
      at('before.delve'),
      '--min-saturation',
      '0.3',
      '--max-saturation',
      '0.7',
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/a\.conv +saturation 0\.25 is below 0\.3 /);
    expect(stdout).toMatch(/fc +saturation 0\.75 is above 0\.7 /);
    expect(stdout).toMatch(/check failed: 2 violations in 2 layers/);
  });

  test('a glob goes before a bound for all', async () => {
    const bounds = ['--min-saturation', '0.3', '--min-saturation', 'a.*=0.2'];
    expect((await check(at('before.delve'), ...bounds)).code).toBe(0);
  });

  test('holds against a baseline, layers that are gone included', async () => {
    const drop = (bound: string) =>
      check(at('after.delve'), '--baseline', at('before.delve'), '--max-drop', bound);
    const { code, stdout } = await drop('0.2');
    expect(code).toBe(1);
    expect(stdout).toMatch(/b\.conv +saturation 0\.25 is 0\.25 below the baseline's 0\.5, more than 0\.2/);
    expect(stdout).toContain('not in the baseline, so not held against it: head');
    expect((await drop('0.25')).code).toBe(0);
    const gone = await check(at('before.delve'), '--baseline', at('after.delve'), '--max-drop', '1');
    expect(gone.code).toBe(1);
    expect(gone.stdout).toMatch(/head +is gone/);
  });

  test('takes rules from a file, whose baseline stands beside it; options go before them', async () => {
    await writeFile(
      at('rules.json'),
      JSON.stringify({ minSaturation: 0.3, maxDrop: { 'b.*': 0.1 }, baseline: 'before.delve' }),
    );
    const { code, stdout } = await check(at('after.delve'), '--config', at('rules.json'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/check failed: 4 violations/);
    const options = ['--min-saturation', '0.1', '--max-drop', 'b.*=0.3'];
    expect((await check(at('after.delve'), '--config', at('rules.json'), ...options)).code).toBe(0);
  });
});

describe('delve diff', () => {
  test('shows what changed, came and went', async () => {
    const table = await printed('diff', at('before.delve'), at('after.delve'));
    expect(table).toMatch(/b\.conv +50\.0 % +25\.0 % +-25\.0 +2\/4 → 1\/4/);
    expect(table).toMatch(/only in the second run: head/);
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('of two models without a common layer is an error, with a name of each', async () => {
    await mkdir(at('other.delve'));
    await writeFile(at('other.delve/run.json'), JSON.stringify(run([layer('stem', 1, 4)])));
    await utimes(at('other.delve/run.json'), new Date(2020, 1, 1), new Date(2020, 1, 1));
    for (const format of ['table', 'json', 'csv', 'markdown']) {
      const found = await delve(['diff', at('before.delve'), at('other.delve'), '--format', format]);
      expect(found).toMatchObject({ code: 2, stdout: '' });
      expect(found.stderr).toMatch(
        /before\.delve \(such as "a\.conv"\) and .*other\.delve \(such as "stem"\) have no layer in common: /,
      );
    }
  });

  test('--json gives the same as data', async () => {
    const diff = JSON.parse(await printed('diff', at('before.delve'), at('after.delve'), '--json'));
    expect(diff).toMatchObject({ added: ['head'], gone: [] });
    expect(diff.layers[1]).toMatchObject({
      name: 'b.conv',
      saturation: { before: 0.5, after: 0.25, change: -0.25 },
    });
  });
});

describe('runs of data that was prepared in two ways', () => {
  const [old, now] = [at('mean01.delve'), at('mean03.delve')];
  beforeAll(async () => {
    for (const [dir, mean] of [[old, 0.1307] as const, [now, 0.286] as const]) {
      const { data } = run([]);
      const made = run([layer('a', 1, 4)], { data: { ...data, preprocessing: { mean: [mean] } } });
      await mkdir(dir);
      await writeFile(join(dir, 'run.json'), JSON.stringify(made));
      await utimes(join(dir, 'run.json'), new Date(2020, 1, 1), new Date(2020, 1, 1));
    }
  });

  test('are compared by check only where that is asked for', async () => {
    const args = ['check', now, '--baseline', old, '--max-drop', '0'];
    const refused = await delve(args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/made with mean 0\.1307, this run with 0\.286 \(--mean\): /);
    const allowed = await delve([...args, '--allow-different', 'preprocessing,samples']);
    expect(allowed.code).toBe(0);
    expect(allowed.stdout).toContain('the baseline was made differently: mean was 0.1307 and is 0.286');
    const unknown = await delve([...args, '--allow-different', 'mean']);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('--allow-different cannot be "mean": name one or more of observation, ');
  });

  test('are told apart by diff before anything else', async () => {
    const table = await printed('diff', old, now);
    expect(table.indexOf('mean was 0.1307 and is 0.286')).toBeGreaterThan(0);
    expect(table.indexOf('mean was 0.1307 and is 0.286')).toBeLessThan(table.indexOf('layer'));
    const { stdout, stderr } = await delve(['diff', old, now, '--format', 'csv']);
    expect(stderr).toBe('mean was 0.1307 and is 0.286: the numbers do not mean the same\n');
    expect(stdout).toMatch(/^layer,/);
  });
});

describe('delve analyze', () => {
  test('keeps a run that was made otherwise, unless told to replace it', async () => {
    const analyze = (...options: string[]) =>
      delve(['analyze', at('cross.onnx'), '--out', at('kept.delve'), '--data', ...options]);
    expect((await analyze(at('x.npy'), '--quiet')).code).toBe(0);
    expect((await analyze(at('x.npy'), '--quiet')).code).toBe(0);
    const { code, stderr, stdout } = await analyze('random:8', '--quiet');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(
      `delve: ${at('kept.delve')} holds another run (data ${at('x.npy')} there, random:8 here): name another directory with --out, or replace it with --overwrite\n`,
    );
    expect((await readRun('kept.delve')).data.source).toBe(at('x.npy'));
    expect((await analyze('random:8', '--overwrite', '--quiet')).code).toBe(0);
    expect((await readRun('kept.delve')).data.source).toBe('random:8');
  });

  test('numbers the run where nothing was said of where it goes', async () => {
    await mkdir(at('here'));
    const analyze = (data: string) =>
      runProgram(['analyze', '../cross.onnx', '--data', data], { cwd: at('here') });
    expect((await analyze('../x.npy')).stderr).toMatch(/run written to cross\.delve\n$/);
    for (const _ of ['new', 'again']) {
      const { stderr } = await analyze('random:8');
      expect(stderr).toContain(
        'cross.delve holds another run (data ../x.npy there, random:8 here): this one goes to cross-2.delve\n',
      );
      expect(stderr).toMatch(/run written to cross-2\.delve\n$/);
    }
    expect((await readRun('here/cross.delve')).data.source).toBe('../x.npy');
    expect((await readRun('here/cross-2.delve')).data.source).toBe('random:8');
  });
});

describe('delve merge', () => {
  test('of two parts of the data equals one pass over all of it', async () => {
    await mkdir(at('both'));
    for (const digit of ['0', '1']) await cp(join(IMAGES, digit), at(`both/${digit}`), { recursive: true });
    // In batches of one sample: ONNX Runtime's float32 rounds differently in larger company.
    const pass = (data: string, name: string) =>
      printed('analyze', RNN, '--data', data, '--batch', '1', '--moments', '--quiet', '--out', at(name));
    await pass(join(IMAGES, '0'), 'p0.delve');
    await pass(join(IMAGES, '1'), 'p1.delve');
    await pass(at('both'), 'all.delve');
    const { code, stderr } = await delve(['merge', at('p0.delve'), at('p1.delve'), '--out', at('sum.delve')]);
    expect(stderr).toBe(`run written to ${at('sum.delve')}\n`);
    expect(code).toBe(0);
    const [sum, all] = await Promise.all([readRun('sum.delve'), readRun('all.delve')]);
    expect(sum.data.samples).toBe(all.data.samples);
    sum.layers.forEach((merged, i) => {
      const whole = all.layers[i];
      const { name, observations, intrinsicDimensionality } = whole;
      expect(merged).toMatchObject({ name, observations, intrinsicDimensionality });
      const trace = whole.trace ?? Number.NaN;
      expect(Math.abs((merged.trace ?? 0) - trace) / trace).toBeLessThan(1e-12);
      merged.eigenvalues.forEach((eigenvalue, k) => {
        expect(Math.abs(eigenvalue - whole.eigenvalues[k]) / trace).toBeLessThan(1e-12);
      });
    });
  });

  test('of exact samples is exact, and can be merged again', async () => {
    const analyze = (name: string, ...options: string[]) =>
      printed(
        'analyze',
        at('cross.onnx'),
        '--data',
        at('x.npy'),
        '--moments',
        '--quiet',
        '--out',
        at(name),
        ...options,
      );
    await analyze('first.delve', '--batch', '2', '--max-samples', '2');
    await analyze('second.delve', '--batch', '2', '--every', '2');
    const parts = [at('first.delve'), at('second.delve')];
    const merged: Run = JSON.parse(
      await printed('merge', ...parts, '--out', at('m.delve'), '--json', '--quiet'),
    );
    expect(merged.layers).toMatchObject([crossNumbers]);
    const again = ['merge', at('m.delve'), at('first.delve'), '--out', at('mm.delve'), '--json', '--quiet'];
    expect((JSON.parse(await printed(...again)) as Run).layers).toMatchObject([
      { name: 'fc', observations: 6 },
    ]);
    const twice = await delve(['merge', at('m.delve'), at('m.delve'), '--out', at('mm.delve')]);
    expect(twice.stderr).toMatch(/^delve: .*m\.delve is named twice: its data would count twice\n$/);
    const spelled = await delve(['merge', parts[0], `${parts[0]}/run.json`, '--out', at('mm2.delve')]);
    expect(spelled).toMatchObject({
      code: 2,
      stderr: `delve: ${parts[0]} and ${parts[0]}/run.json hold the same moments, so that their data would count twice: name runs over different parts of the data\n`,
    });
    await symlink(parts[0], at('link.delve'));
    const before = await readFile(join(parts[0], 'run.json'), 'utf8');
    const over = await delve(['merge', ...parts, '--out', at('link.delve')]);
    expect(over).toMatchObject({ code: 2, stderr: expect.stringContaining('one of the runs to merge') });
    expect(await readFile(join(parts[0], 'run.json'), 'utf8')).toBe(before);
  });
});
