import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { recutRun } from '../../src/run/compare/recutRun.js';
import type { Run } from '../../src/run/schema.js';
import { delve } from '../support/commandLine.js';
import { lastingFolder } from '../support/folder.js';
import { type ProgramOptions, runProgram } from '../support/program.js';
import { layer, run } from '../support/runs.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const here: ProgramOptions = { cwd: folder.path };
const config = (value: unknown) => writeFile(at('delve.config.json'), JSON.stringify(value));
const saturationOf = async (name: string) =>
  new Map(
    (JSON.parse(await readFile(at(`${name}/run.json`), 'utf8')) as Run).layers.map((each) => [
      each.name,
      each.saturation ?? Number.NaN,
    ]),
  );

const HOSTILE = ['<script>alert(1)</script>', 'a,"b"\nc', 'block[0]{1..3}*', 'слой', 'x'.repeat(500)];

beforeAll(async () => {
  await cp(resolve('fixtures/mnist-cnn.onnx'), at('model.onnx'));
  await cp(resolve('fixtures/mnist'), at('images'), { recursive: true });
  await mkdir(at('sub/deep'), { recursive: true });
  await mkdir(at('hostile.delve'));
  await writeFile(
    at('hostile.delve/run.json'),
    JSON.stringify(run(HOSTILE.map((name, i) => layer(name, i + 1, 10)))),
  );
});

describe('the example of docs/gate.md', () => {
  const job = async () =>
    /<!-- example:start -->\n```json\n(.*?)```/s.exec(await readFile('docs/gate.md', 'utf8'))?.[1] ?? '';

  test('asks for a baseline, makes it, and passes with the warning shown', async () => {
    await writeFile(at('delve.config.json'), await job());
    const without = await runProgram(['run'], here);
    expect(without.code).toBe(2);
    expect(without.stderr).toMatch(/there is no baseline at .*baseline\.delve yet: .* --update-baseline\n$/);
    // Nothing was analysed for nothing.
    expect(await readdir(folder.path)).not.toContain('build');

    const update = await runProgram(['run', '--update-baseline'], here);
    expect(update.code).toBe(0);
    expect(update.stderr).toContain('baseline written to baseline.delve\n');
    expect(await saturationOf('baseline.delve')).toEqual(await saturationOf('build/model.delve'));
    expect((await readdir(at('build/reports'))).sort()).toEqual(['report.csv', 'report.json']);

    const { mtimeMs } = await stat(at('baseline.delve/run.json'));
    const { code, stdout } = await runProgram(['run', '--quiet'], here);
    expect(stdout).toMatch(/^! \(whole run\) +tail 3 is above 0 .*\n✓ check passed: .*, 1 warning\n$/);
    expect(code).toBe(0);
    expect((await stat(at('baseline.delve/run.json'))).mtimeMs).toBe(mtimeMs);
  });

  test('fails with 1 once a layer falls below the baseline by more than maxDrop', async () => {
    const file = at('baseline.delve/run.json');
    const baseline = JSON.parse(await readFile(file, 'utf8')) as { layers: Run['layers'] };
    const raised = baseline.layers.map((each) =>
      each.name === 'stem' ? layer('stem', 8, 16, { node: each.node, output: each.output }) : each,
    );
    await writeFile(file, JSON.stringify({ ...baseline, layers: raised }));
    const { code, stdout } = await delve(['check', 'build/model.delve'].map(relativeTo), here);
    expect(stdout).toMatch(/✗ stem +saturation 0\.375 is 0\.125 below the baseline's 0\.5, more than 0\.05/);
    expect(stdout).toMatch(/check failed: 1 violation in 1 layer/);
    expect(code).toBe(1);
  });
});

/** `delve` in this process runs where the tests do. */
const relativeTo = (argument: string) => (argument.endsWith('.delve') ? at(argument) : argument);
const check = (...args: string[]) => delve(['check', ...args.map(relativeTo)], here);
const RUN = 'build/model.delve';

describe('delve check with a file of rules', () => {
  test('finds it upward from a folder below, and says which', async () => {
    await config({ rules: [{ layers: 'layer6.*', statistic: 'saturation', min: 0.3 }] });
    const { code, stdout, stderr } = await runProgram(['check', '../../build/model.delve'], {
      cwd: at('sub/deep'),
    });
    expect(stderr).toContain(`rules of ${at('delve.config.json')}\n`);
    expect(stdout).toMatch(/✗ layer6\.conv2 +saturation 0\.2\d+ is below 0\.3/);
    expect(stdout).toContain('check failed: 2 violations in 2 layers, of 3 comparisons on 3 layers\n');
    expect(code).toBe(1);
  });

  test('which may be a module, or the key delve of a package.json; the nearest counts', async () => {
    await config({ minSaturation: 0 });
    await writeFile(
      at('sub/package.json'),
      JSON.stringify({ delve: { rules: [{ statistic: 'layers', max: 1 }] } }),
    );
    expect((await delve(['check', at(RUN)], { cwd: at('sub/deep') })).stdout).toContain(
      'layers 20 is above 1',
    );
    await writeFile(
      at('sub/deep/delve.config.mjs'),
      'export default { rules: [{ statistic: "layers", min: 20, max: 20 }] };\n',
    );
    expect((await delve(['check', at(RUN)], { cwd: at('sub/deep') })).code).toBe(0);
    await rm(at('sub/deep/delve.config.mjs'));
    await rm(at('sub/package.json'));
  });

  test('lets later rules go before earlier ones, and options before all of them', async () => {
    const strict = { statistic: 'saturation', min: 0.99 };
    const lax = { layers: '*', statistic: 'saturation', min: 0.01 };
    await config({ rules: [lax, strict] });
    expect((await check(RUN)).code).toBe(1);
    await config({ rules: [strict, lax] });
    expect((await check(RUN)).code).toBe(0);
    await config({ rules: [lax, strict] });
    const file = ['--config', at('delve.config.json')];
    expect((await check(RUN, ...file, '--min-saturation', '0.02')).code).toBe(0);
    expect((await check(RUN, ...file, '--min-saturation', 'fc=0.02')).code).toBe(1);
  });

  test('leaves it alone where bounds are given on the command line', async () => {
    await config({ rules: [{ statistic: 'saturation', min: 0.99 }] });
    const { code, stderr } = await check(RUN, '--min-saturation', '0.1');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  test('holds layers of hostile names by their names and by globs', async () => {
    await config({
      rules: [
        ...HOSTILE.map((name) => ({ layers: name, statistic: 'saturation', min: 0.1 })),
        { layers: ['*script*', 'a,*', '[сx]*'], statistic: 'saturation', max: 0.45 },
      ],
    });
    const { code, stdout } = await check('hostile.delve');
    expect(stdout).toMatch(/^✗ x+…x+ +saturation 0\.5 is above 0\.45 .*\n/);
    expect(stdout).toContain('check failed: 1 violation in 1 layer, of 9 comparisons on 5 layers');
    expect(code).toBe(1);
  });
});

describe('--update-baseline', () => {
  test('of check writes the run where the baseline is kept, and that is what is compared with', async () => {
    await config({ baseline: 'kept/main.delve', rules: [{ statistic: 'saturation', maxDrop: 0 }] });
    expect((await check(RUN)).stderr).toMatch(/there is no baseline at .*main\.delve yet/);
    const { code, stdout, stderr } = await check(RUN, '--update-baseline');
    expect(stderr).toMatch(/baseline written to kept.main\.delve\n$/);
    expect([code, stdout]).toEqual([0, '']);
    expect(await saturationOf('kept/main.delve')).toEqual(await saturationOf(RUN));
    expect((await check(RUN)).stdout).toBe('✓ check passed: 20 comparisons on 20 layers\n');
  });

  test.each<[string, unknown, string[], RegExp]>([
    ['without a place', { minSaturation: 0 }, ['check', RUN], /--update-baseline needs to know where/],
    ['onto the run itself', { baseline: RUN }, ['check', RUN], /is the baseline already/],
    [
      'of a job without a place',
      { model: 'model.onnx', data: 'images' },
      ['run', '--quiet'],
      /names no baseline to update/,
    ],
    [
      'over something else',
      { baseline: 'images' },
      ['check', RUN],
      /images is a directory that is not empty/,
    ],
  ])('%s is an error', async (_, value, args, message) => {
    await config(value);
    const before = await readFile(at(`${RUN}/run.json`), 'utf8');
    const { code, stderr } = await delve([...args.map(relativeTo), '--update-baseline'], here);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
    expect(await readFile(at(`${RUN}/run.json`), 'utf8')).toBe(before);
  });
});

describe('one sentence and exit code 2, never a pass, for', () => {
  const saturation = (rest: object) => ({ rules: [{ statistic: 'saturation', ...rest }] });
  test.each<[string, unknown, RegExp]>([
    [
      'a key that is not there',
      { rules: [{ statistc: 'saturation' }] },
      /rules\[0\] has no key "statistc": did you mean statistic\?/,
    ],
    [
      'a statistic that is not there',
      { rules: [{ statistic: 'effectivRank', min: 1 }] },
      /no statistic effectivRank; did you mean effectiveRank\?/,
    ],
    [
      'a glob that matches nothing',
      saturation({ layers: ['stem', 'layer9.*'], min: 0 }),
      /layer9\.\* matches no layer: the run has stem/,
    ],
    [
      'an operator that is not there',
      saturation({ op: 'LSTM', min: 0 }),
      /no layer is a LSTM; the run has Conv, Gemm/,
    ],
    [
      'a percentage',
      saturation({ max: 90 }),
      /rules\[0\]: max 90 is out of range: saturation goes from 0 to 1/,
    ],
    ['a rule without a bound', saturation({}), /rules\[0\] bounds nothing/],
    ['rules that are all off', saturation({ level: 'off' }), /all are off/],
    ['no rules at all', {}, /there is no rule to check/],
    ['a drop without a baseline', saturation({ maxDrop: 0.1 }), /needs a run to compare with/],
    [
      'a baseline of another model',
      { baseline: 'hostile.delve', ...saturation({ maxDrop: 0.1 }) },
      /no layer in common/,
    ],
  ])('%s', async (_, value, message) => {
    await config(value);
    const { code, stdout, stderr } = await check(RUN);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([2, '']);
  });

  test('a baseline with other settings, and one that has none of the layers of a rule', async () => {
    const baseline = JSON.parse(await readFile(at(`${RUN}/run.json`), 'utf8')) as Run;
    await mkdir(at('other.delve'), { recursive: true });
    const put = (other: unknown) => writeFile(at('other.delve/run.json'), JSON.stringify(other));
    await config({ baseline: 'other.delve', ...saturation({ layers: 'fc', maxDrop: 0.1 }) });
    await put(recutRun(baseline, 0.9));
    expect((await check(RUN)).stderr).toMatch(/made with threshold 0\.9, this run with 0\.99/);
    await put({ ...baseline, layers: baseline.layers.slice(0, 3) });
    const { code, stderr } = await check(RUN);
    expect(stderr).toMatch(/rules\[0\] compares nothing: the baseline has none of its layers/);
    expect(code).toBe(2);
  });

  test('a run, or a baseline, whose saturation its eigenvalues contradict', async () => {
    const measured = JSON.parse(await readFile(at(`${RUN}/run.json`), 'utf8')) as Run;
    await mkdir(at('other.delve'), { recursive: true });
    const layers = measured.layers.map((each) =>
      each.name === 'stem' ? { ...each, saturation: 0.9 } : each,
    );
    await writeFile(at('other.delve/run.json'), JSON.stringify({ ...measured, layers }));
    await config(saturation({ min: 0.1 }));
    const judged = await check('other.delve');
    expect(judged.stderr).toMatch(
      /layers\[0\]\.saturation of "stem" is 0\.9, but its eigenvalues give 0\.375 /,
    );
    expect([judged.code, judged.stdout]).toEqual([2, '']);
    await config({ baseline: 'other.delve', ...saturation({ maxDrop: 0.1 }) });
    expect((await check(RUN)).code).toBe(2);
  });

  test('a job whose run would be written over its own baseline', async () => {
    const job = { model: 'model.onnx', data: 'images', out: RUN, baseline: `./${RUN}` };
    await config({ ...job, ...saturation({ maxDrop: 1 }) });
    const { code, stderr } = await delve(['run', '--quiet'], here);
    expect(stderr).toMatch(/writes the run to its own baseline/);
    expect(code).toBe(2);
  });

  test.each([[['--update-baseline']], [[]]])(
    'a job with a rule that is about no layer, before its pass (%j)',
    async (options) => {
      const job = { model: 'model.onnx', data: 'images', out: 'early.delve' };
      const baseline = options.length > 0 ? { baseline: 'early-base.delve' } : {};
      await config({ ...job, ...baseline, minSaturation: { 'layer9.*': 0.1 } });
      const { code, stderr } = await runProgram(['run', '--quiet', ...options], here);
      expect(stderr).toMatch(/layer9\.\*=0\.1 matches no layer: the run has /);
      expect(code).toBe(2);
      expect(await readdir(folder.path)).not.toContain('early.delve');
      expect(await readdir(folder.path)).not.toContain('early-base.delve');
    },
  );

  test('no file here or above', async () => {
    await rm(at('delve.config.json'));
    const { code, stderr } = await delve(['run'], here);
    expect(stderr).toMatch(/there is no delve\.config\.json here or above/);
    expect(code).toBe(2);
  });
});
