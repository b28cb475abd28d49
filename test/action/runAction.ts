import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly steps: readonly Step[] };
}

export const action = parse(await readFile('action.yml', 'utf8')) as Action;

export interface Workflow {
  /** The workspace; programs in its `bin` go before those of the machine. */
  readonly cwd: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly github?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a job of a workflow ends with. */
export interface Ended {
  /** Of the step that failed; 0 where none did. */
  readonly code: number;
  readonly log: string;
  /** What each step left in GITHUB_OUTPUT, as `step.name`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What actions of others were called with. */
  readonly used: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly summary: string;
}

/** Runs the steps of `action.yml` as GitHub's runner does, those of other actions aside, until one fails. */
export async function runAction({ cwd, inputs = {}, github = {}, env = {} }: Workflow): Promise<Ended> {
  for (const name of Object.keys(inputs)) {
    if (!(name in action.inputs)) throw new Error(`the action has no input ${name}`);
  }
  const scratch = await mkdtemp(join(cwd, '.runner-'));
  const summary = join(scratch, 'summary.md');
  await writeFile(summary, '');
  const values: Record<string, string> = { 'github.token': 'secret', 'github.repository': 'o/r', ...github };
  for (const [name, { default: value }] of Object.entries(action.inputs)) {
    values[`inputs.${name}`] = inputs[name] ?? evaluate(value, values);
  }
  const used: Record<string, Record<string, string>> = {};
  let log = '';
  let code = 0;
  for (const [index, step] of action.runs.steps.entries()) {
    if (code !== 0 || (step.if !== undefined && !holds(step.if, values))) continue;
    const of = (texts: Readonly<Record<string, string>> = {}) =>
      Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, evaluate(text, values)]));
    if (step.run === undefined) {
      used[step.uses ?? ''] = of(step.with);
      continue;
    }
    const script = join(scratch, `${index}.sh`);
    await writeFile(script, step.run);
    const output = join(scratch, `${index}.out`);
    await writeFile(output, '');
    const ended = await bash(script, join(cwd, evaluate(step['working-directory'] ?? '.', values)), {
      ...{ PATH: `${join(cwd, 'bin')}:${process.env.PATH}`, HOME: scratch, RUNNER_TEMP: scratch },
      ...{ GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: cwd },
      ...env,
      ...of(step.env),
    });
    log += ended.log;
    code = ended.code;
    for (const line of (await readFile(output, 'utf8')).split('\n')) {
      const [name, ...rest] = line.split('=');
      if (rest.length > 0) values[`steps.${step.id}.outputs.${name}`] = rest.join('=');
    }
  }
  const outputs = Object.entries(values).flatMap(([name, value]) => {
    const [, id, output] = /^steps\.([\w-]+)\.outputs\.(.*)$/.exec(name) ?? [];
    return output === undefined ? [] : [[`${id}.${output}`, value]];
  });
  return { code, log, used, outputs: Object.fromEntries(outputs), summary: await readFile(summary, 'utf8') };
}

/** A script as a runner calls bash, with both of its streams. */
function bash(script: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number; log: string }> {
  return new Promise((resolve) => {
    const args = ['--noprofile', '--norc', '-e', '-o', 'pipefail', script];
    execFile('bash', args, { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
      resolve({ code, log: stdout + stderr });
    });
  });
}

/** Values of a step that does not exist, or of an event that has none, are empty. */
const evaluate = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => values[name] ?? '');

/** `a == 'b' && c != ''`: all that the conditions of this action are made of. */
function holds(condition: string, values: Readonly<Record<string, string>>): boolean {
  return condition.split('&&').every((part) => {
    const [, name, sign, value] = /^\s*([\w.-]+) (==|!=) '([^']*)'\s*$/.exec(part) ?? [];
    if (name === undefined) throw new Error(`the condition ${condition} is more than this test understands`);
    return ((values[name] ?? '') === value) === (sign === '==');
  });
}

/**
 * The commands that a runner takes out of a log: lines that begin with `::`, and `##[` wherever it stands, except
 * where commands are stopped.
 */
export function commandsIn(log: string): string[] {
  let token: string | undefined;
  return log.split('\n').flatMap((line) => {
    const trimmed = line.trim();
    const [, stopping] = /^::stop-commands::(.+)$/.exec(trimmed) ?? [];
    if (token !== undefined) {
      if (trimmed === `::${token}::`) token = undefined;
      return [];
    }
    token = stopping;
    if (stopping !== undefined) return [];
    return /^::[^:].*?::/.test(trimmed) || trimmed.includes('##[') ? [trimmed] : [];
  });
}
