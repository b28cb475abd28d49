import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';
import { action, commandsIn, runAction, type Workflow } from './runAction.js';

const MODEL = resolve('fixtures/mnist-cnn.onnx');
const { steps } = action.runs;
const passing = [{ statistic: 'invalid', max: 0 }];
const failing = [{ statistic: 'saturation', min: 1 }];

/** A workspace with a job, and programs that write down what they are called with. */
async function project(job: Readonly<Record<string, unknown>> = {}) {
  const cwd = await temporaryDirectory();
  const bin = join(cwd, 'bin');
  await mkdir(bin);
  const program = async (name: string, script: string) => {
    await writeFile(join(bin, name), `#!/bin/sh\nprintf '%s\\n' "$*" >> ${cwd}/${name}.log\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  };
  await program('gh', `case "$*" in *paginate*) cat ${cwd}/previous 2>/dev/null;; esac; exit 0`);
  await program('npm', 'exit 0');
  const config = { model: MODEL, data: 'random:8', rules: passing, ...job };
  if (Object.keys(job).length > 0) await writeFile(join(cwd, 'delve.config.json'), JSON.stringify(config));
  const read = (name: string) => readFile(join(cwd, name), 'utf8').catch(() => '');
  const run = (inputs: Workflow['inputs'] = {}, github: Workflow['github'] = {}) =>
    runAction({ cwd, inputs, github: { 'github.action_path': resolve('.'), ...github } });
  return { cwd, program, read, run };
}
const pullRequest = { 'github.event_name': 'pull_request', 'github.event.pull_request.number': '7' };

describe.skipIf(process.platform === 'win32')('the action', () => {
  it('takes nothing that others write into its scripts, but by the environment', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
    expect(steps.every(({ uses, shell }) => uses !== undefined || shell === 'bash')).toBe(true);
    for (const { uses } of steps) if (uses) expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
  });

  it('passes a job that holds to its rules, and leaves verdict, page and summary', async () => {
    const { read, run } = await project({ rules: passing });
    const { code, log, outputs, summary, used } = await run();
    expect({ code, log }).toMatchObject({ code: 0, log: expect.stringContaining('check passed') });
    expect(outputs).toMatchObject({ 'run.passed': 'true', 'run.report': './delve-check' });
    expect(summary).toMatch(/^### ✅ delve: passed/);
    expect(await read('delve-check/check-junit.xml')).toContain('tests="1" failures="0"');
    expect(await read('delve-check/report.html')).toMatch(/^<!doctype html>/i);
    expect(used['actions/upload-artifact@v6']).toMatchObject({ name: 'delve', path: './delve-check' });
    // What comes with the action is built already; nothing was asked to comment.
    expect((await read('npm.log')) + (await read('gh.log'))).toBe('');
  });

  it('comments, then fails, where a rule is broken; the next time the comment is changed', async () => {
    const { cwd, read, run } = await project({ rules: failing });
    const inputs = { comment: 'true' };
    const { code, log, summary, outputs } = await run(inputs, pullRequest);
    expect(code).toBe(1);
    expect(commandsIn(log).filter((line) => /^::error title=delve%3A /.test(line))).toHaveLength(9);
    expect(outputs).toMatchObject({ 'run.passed': 'false' });
    expect(summary).toMatch(/^### ❌ delve: /);
    expect(await read('gh.log')).toMatch(
      /--method POST repos\/o\/r\/issues\/7\/comments -F body=@delve-check\/check-markdown\.md\.comment/,
    );
    const comment = await read('delve-check/check-markdown.md.comment');
    expect(comment).toMatch(/^<!-- delve \d+ -->\n### ❌ delve/);
    expect(await read('gh.log')).toContain(`startswith("${comment.split('\n')[0]}")`);
    await writeFile(join(cwd, 'previous'), '99\n100\n');
    await run(inputs, pullRequest);
    expect(await read('gh.log')).toMatch(/--method PATCH repos\/o\/r\/issues\/comments\/99 /);
  });

  it('gives its verdict where it may not comment', async () => {
    const { program, run } = await project({ rules: passing });
    await program('gh', 'exit 1');
    const { code, log } = await run({ comment: 'true' }, pullRequest);
    expect(commandsIn(log)).toEqual([expect.stringMatching(/^::warning title=delve::the comment could not/)]);
    expect(code).toBe(0);
    const outside = await run({ comment: 'true' }, { 'github.event_name': 'push' });
    expect(commandsIn(outside.log)).toEqual([]);
  });

  it('says what is wrong with the job itself, and leaves no older verdict', async () => {
    const { cwd, read, run } = await project({ rules: passing });
    expect((await run()).code).toBe(0);
    const job = { model: MODEL, data: 'random:8', rules: [{ statistic: 'saturatoin', min: 1 }] };
    await writeFile(join(cwd, 'delve.config.json'), JSON.stringify(job));
    const { code, log, summary, outputs } = await run({ comment: 'true' }, pullRequest);
    expect(code).toBe(2);
    expect(commandsIn(log)).toEqual([
      expect.stringMatching(/^::error title=delve::.*saturatoin.*saturation/),
    ]);
    expect(summary).toMatch(/^### ❌ delve: the job could not be done\n\n {4}delve: .*saturatoin/);
    expect(outputs['run.passed']).toBe('false');
    expect(await readdir(join(cwd, 'delve-check'))).toEqual([
      'check-markdown.md',
      'check-markdown.md.comment',
    ]);
    expect(await read('delve-check/check-markdown.md.comment')).toContain('the job could not be done');
  });

  it('does a job that no file describes: model, data, rules and a baseline', async () => {
    const { cwd, read, run } = await project();
    await cp(MODEL, join(cwd, 'a model.onnx'));
    const inputs = { model: 'a model.onnx', data: 'random:8\n', arguments: '--batch=4\n--layers=layer1.*' };
    const first = await run({ ...inputs, baseline: 'main.delve', 'update-baseline': 'true' });
    expect({ code: first.code, log: first.log }).toMatchObject({
      code: 0,
      log: expect.stringContaining('baseline written to main.delve'),
    });
    expect(JSON.parse(await read('main.delve/run.json'))).toMatchObject({ settings: { batchSize: 4 } });
    const rules = '--max-drop=0.05\n--min-saturation=layer1.conv1=0.0001';
    const second = await run({ ...inputs, baseline: 'main.delve', rules });
    expect(second.code).toBe(0);
    expect(second.summary).toMatch(/^### ✅ delve: passed, 4 comparisons on 3 layers/);
    const third = await run({ ...inputs, rules: '--min-saturation=1' });
    expect(third.code).toBe(1);
    const fourth = await run({ model: 'no.onnx', data: 'random:8', rules });
    expect(fourth.code).toBe(2);
    expect(commandsIn(fourth.log)).toEqual([expect.stringMatching(/^::error title=delve::.*no\.onnx/)]);
  });

  it('lets no name in a model give commands to the runner, or markup to the summary', async () => {
    const names = ['##[add-mask]true', '::set-output name=passed::true', '<script>alert(1)</script>'];
    const { cwd, read, run } = await project({ model: 'hostile.onnx', rules: failing });
    const weight = tensor('w', 'float32', [2, 2], [1, 2, 3, 5]);
    const chain = names.map((name, i) => node('MatMul', [`x${i}`, 'w'], [`x${i + 1}`], {}, { name }));
    await writeFile(
      join(cwd, 'hostile.onnx'),
      modelBytes({
        nodes: chain,
        inputs: [value('x0', 'float32', ['n', 2])],
        outputs: [value(`x${names.length}`, 'float32', ['n', 2])],
        initializers: [weight],
      }),
    );
    await writeFile(
      join(cwd, 'delve.config.json'),
      JSON.stringify({ model: 'hostile.onnx', data: 'random:8', rules: [{ statistic: 'features', min: 3 }] }),
    );
    const ways: Workflow['inputs'][] = [
      {},
      { model: 'hostile.onnx', data: 'random:8', config: 'delve.config.json' },
    ];
    for (const inputs of ways) {
      const { code, log, summary } = await run(inputs);
      expect({ code, log }).toMatchObject({ code: 1, log: expect.stringContaining('x23[add-mask]true') });
      const { judgements } = JSON.parse(await read('delve-check/check-json.json'));
      expect(judgements[0]).toMatchObject({ layer: '##[add-mask]true', outcome: 'failed' });
      const commands = commandsIn(log);
      expect(commands).toHaveLength(3);
      for (const command of commands) {
        expect(command).toMatch(/^::error title=delve%3A [^:,]*::features 2 is below 3/);
      }
      expect(summary.replace(/`[^`\n]*`/g, '')).not.toMatch(/<script|::set-output/);
    }
  });

  it('installs the version that is asked for, or builds the one that it comes with', async () => {
    const { cwd, read, run } = await project({ rules: passing });
    const asked = await run({ version: '0.1.0' });
    expect(asked.outputs['install.delve']).toMatch(/\/delve-onnx\/node_modules\/delve-onnx\/bin\/delve\.js$/);
    expect(await read('npm.log')).toMatch(/^install --prefix .* delve-onnx@0\.1\.0\n$/);
    await mkdir(join(cwd, 'checkout'));
    await run({}, { 'github.action_path': join(cwd, 'checkout') });
    expect((await read('npm.log')).split('\n').slice(1, 3)).toEqual([
      'ci --no-audit --no-fund',
      'run --silent build',
    ]);
  });
});

describe('the example for GitHub', () => {
  it('gives the action inputs that it has', async () => {
    const { jobs } = parse(await readFile('docs/examples/github-workflow.yml', 'utf8'));
    const step = jobs.saturation.steps.find(({ id }: { id?: string }) => id === 'delve');
    for (const name of Object.keys(step.with)) expect(action.inputs).toHaveProperty(name);
  });
});
