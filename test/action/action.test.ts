import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

const action = parse(await readFile('action.yml', 'utf8')) as Action;
const steps = action.runs.steps;

/** Runs a step's script as a runner does, with these values of its environment. */
async function runStep(id: string, cwd: string, env: Readonly<Record<string, string>>) {
  const step = steps.find((each) => each.id === id);
  if (!step?.run) throw new Error(`there is no step ${id}`);
  const PATH = `${join(cwd, 'bin')}:${process.env.PATH}`;
  const missing = Object.keys(step.env ?? {}).filter((name) => env[name] === undefined);
  expect(missing, 'values of the environment').toEqual([]);
  try {
    const { stdout } = await promisify(execFile)(
      'bash',
      ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step.run],
      {
        cwd,
        env: { PATH, HOME: cwd, ...env },
      },
    );
    return { code: 0, stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, stdout };
  }
}

/** A project with a job, and a `gh` that writes down what it is called with. */
async function project(rules: string) {
  const cwd = await temporaryDirectory();
  const job = `{ "model": ${JSON.stringify(resolve('fixtures/mnist-cnn.onnx'))}, "data": "random:8", "rules": ${rules} }`;
  await writeFile(join(cwd, 'delve.config.json'), job);
  await mkdir(join(cwd, 'bin'));
  await writeFile(
    join(cwd, 'bin/gh'),
    '#!/bin/sh\necho "$@" >> gh.log\ncase "$*" in *paginate*) cat previous 2>/dev/null;; esac\nexit 0\n',
  );
  await chmod(join(cwd, 'bin/gh'), 0o755);
  const environment = {
    ACTION_PATH: resolve('.'),
    CONFIG: '',
    REPORT: 'delve-check',
    UPDATE_BASELINE: 'false',
    GITHUB_OUTPUT: join(cwd, 'output'),
    GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'),
  };
  const read = (name: string) => readFile(join(cwd, name), 'utf8');
  return { cwd, environment, read };
}

describe.skipIf(process.platform === 'win32')('the action', () => {
  it('takes nothing that others write into its scripts, but by the environment', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
    expect(steps.every(({ uses, shell }) => uses !== undefined || shell === 'bash')).toBe(true);
  });

  it('passes a job that holds to its rules, and leaves verdict and summary', async () => {
    const { cwd, environment, read } = await project('[{ "statistic": "invalid", "max": 0 }]');
    const { code, stdout } = await runStep('run', cwd, environment);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('check passed') });
    expect(await read('output')).toBe('report=delve-check\ncode=0\npassed=true\n');
    expect(await read('summary.md')).toMatch(/^### ✅ delve: passed/);
    expect(await read('delve-check/check-junit.xml')).toContain('tests="1" failures="0"');
    expect((await runStep('verdict', cwd, { CODE: '0' })).code).toBe(0);
  });

  it('comments, then fails, where a rule is broken', async () => {
    const { cwd, environment, read } = await project('[{ "statistic": "saturation", "min": 1 }]');
    const { code, stdout } = await runStep('run', cwd, environment);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^::error title=delve%3A /m);
    expect(await read('output')).toContain('code=1\npassed=false');
    expect(await read('summary.md')).toMatch(/^### ❌ delve: /);
    const comment = { GH_TOKEN: 'x', REPOSITORY: 'o/r', NUMBER: '7', REPORT: 'delve-check' };
    expect((await runStep('comment', cwd, comment)).code).toBe(0);
    expect(await read('gh.log')).toMatch(
      /--method POST repos\/o\/r\/issues\/7\/comments -F body=@delve-check\/check-markdown\.md\.comment/,
    );
    expect(await read('delve-check/check-markdown.md.comment')).toMatch(/^<!-- delve -->\n### ❌ delve/);
    await writeFile(join(cwd, 'previous'), '99\n');
    await runStep('comment', cwd, comment);
    expect(await read('gh.log')).toMatch(/--method PATCH repos\/o\/r\/issues\/comments\/99 /);
    expect((await runStep('verdict', cwd, { CODE: '1' })).code).toBe(1);
  });

  it('fails at once where the job itself is wrong', async () => {
    const { cwd, environment } = await project('[{ "statistic": "saturatoin", "min": 1 }]');
    expect((await runStep('run', cwd, environment)).code).toBe(2);
    expect((await runStep('verdict', cwd, { CODE: '' })).code).toBe(2);
  });
});

describe('the examples', () => {
  it('for GitLab run as they stand', async () => {
    const { saturation } = parse(await readFile('docs/examples/gitlab-ci.yml', 'utf8'));
    const { cwd, read } = await project('[{ "statistic": "invalid", "max": 0 }]');
    for (const line of saturation.script) {
      await promisify(execFile)('bash', ['-e', '-c', line], {
        cwd,
        env: { ...process.env, DELVE: resolve('.') },
      });
    }
    expect(await read(saturation.artifacts.reports.junit)).toContain('<testsuites name="delve"');
  });

  it('for GitHub give the action inputs that it has', async () => {
    const { jobs } = parse(await readFile('docs/examples/github-workflow.yml', 'utf8'));
    const step = jobs.saturation.steps.find(({ id }: Step) => id === 'delve');
    for (const name of Object.keys(step.with)) expect(action.inputs).toHaveProperty(name);
  });
});
