import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { folderWith } from '../support/folder.js';
import { runProgram } from '../support/program.js';

const CNN = resolve('fixtures/mnist-cnn.onnx');
const IMAGES = resolve('fixtures/mnist');
const BIN = fileURLToPath(new URL('../../bin/delve.js', import.meta.url));

/** A command line in a POSIX shell, with `delve` for the executable. */
async function shell(line: string, cwd: string, env: NodeJS.ProcessEnv = {}) {
  const script = `delve() { "${process.execPath}" "${BIN}" "$@"; }; ${line}`;
  const child = spawn('sh', ['-c', script], { cwd, env: { ...process.env, ...env } });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
}

test('the run goes to <model name>.delve in the current directory; stdout holds the table, stderr the rest', async () => {
  const cwd = await folderWith({});
  const { code, stdout, stderr } = await runProgram(['analyze', CNN, '--data', IMAGES], { cwd });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^images go in as: [^\n]+\nruns on [^\n]+\nrun written to mnist-cnn\.delve\n$/);
  expect(stdout).toContain('397 samples of');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  expect(stdout).not.toMatch(/\u001b/);
  for (const line of stdout.split('\n').slice(2)) expect(line.length, line).toBeLessThanOrEqual(80);
  expect(await readdir(cwd)).toEqual(['mnist-cnn.delve']);
  expect(await readdir(join(cwd, 'mnist-cnn.delve'))).toEqual(['run.json']);
});

test('with --json stdout is the run and nothing else; with --quiet stderr is empty', async () => {
  const cwd = await folderWith({});
  const { stdout, stderr } = await runProgram(['analyze', CNN, '--data', 'random:4', '--json', '--quiet'], {
    cwd,
  });
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, data: { samples: 4 } });
  expect(stderr).toBe('');
});

test('--provider cuda runs there, or fails with what to install; it never falls back', async () => {
  const cwd = await folderWith({});
  const args = ['analyze', CNN, '--data', 'random:4', '--provider', 'cuda', '--json', '--quiet'];
  const { code, stdout, stderr } = await runProgram(args, { cwd });
  if (code === 0) {
    expect(JSON.parse(stdout).settings.provider).toBe('cuda');
    return;
  }
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^delve: CUDA cannot be used \(.+\): (install CUDA|run delve setup-cuda) .+ or take --provider cpu\n$/,
  );
  expect(await readdir(cwd)).toEqual([]);
});

describe.skipIf(process.platform === 'win32')('in a pipe', () => {
  test('that is closed early, nothing is said and the exit code stays', async () => {
    const cwd = await folderWith({});
    await runProgram(['analyze', CNN, '--data', 'random:4', '--quiet', '--out', 'run'], { cwd });
    const report = await shell('(delve report run --format json; echo "code $?" >&2) | head -c 1', cwd);
    expect(report).toEqual({ stdout: '{', stderr: 'code 0\n' });
    const check = await shell('(delve check run --min-saturation 1; echo "code $?" >&2) | head -c 1', cwd);
    expect(check.stderr).toBe('code 1\n');
    expect((await shell('(delve --help; echo "code $?" >&2) | true', cwd)).stderr).toBe('code 0\n');
  });

  test.skipIf(process.platform !== 'linux')('to a full disk, it is an error', async () => {
    const cwd = await folderWith({});
    await runProgram(['analyze', CNN, '--data', 'random:4', '--quiet', '--out', 'run'], { cwd });
    const { stderr } = await shell('delve report run > /dev/full; echo "code $?" >&2', cwd);
    expect(stderr).toMatch(
      /^delve: the output cannot be written \(ENOSPC.*\): check where stdout goes\ncode 2\n$/,
    );
  });

  test('of a whole report, all of it arrives', async () => {
    const cwd = await folderWith({});
    await runProgram(['analyze', CNN, '--data', 'random:4', '--quiet', '--out', 'run'], { cwd });
    const many = `delve report ${'run '.repeat(40)} --format json | wc -c`;
    const { stdout } = await shell(many, cwd);
    expect(Number(stdout)).toBeGreaterThan(200_000);
  });
});

/** `script` of util-linux gives a program a terminal. */
const hasScript = await shell('script -qec true /dev/null >/dev/null 2>&1 && printf yes', '/').then(
  ({ stdout }) => stdout === 'yes',
  () => false,
);

describe.skipIf(!hasScript)('on a terminal', () => {
  const onTerminal = async (line: string, env: NodeJS.ProcessEnv = {}) => {
    const cwd = await folderWith({});
    const command = `stty cols 80; "${process.execPath}" "${BIN}" ${line}`;
    const terminal = { TERM: 'xterm', NO_COLOR: '', FORCE_COLOR: undefined, ...env };
    return (await shell(`script -qec '${command}' /dev/null < /dev/null`, cwd, terminal)).stdout;
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences begin with one
  const sequences = /\u001b\[[\d;?]*[A-Za-z]/g;

  test('a bar with samples, rate and remaining time, within 80 columns, is gone at the end', async () => {
    const shown = await onTerminal(`analyze ${CNN} --data random:4000`);
    expect(shown).toMatch(/█░.* \d+ % {2}[\d,]+\/4,000 samples {2}[\d,]+ samples\/s {2}\d+ s left/);
    const drawn = shown.replace(sequences, '').split(/[\r\n]+/);
    for (const line of drawn.slice(1)) {
      if (!line.includes(CNN)) expect(line.length, line).toBeLessThanOrEqual(80);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(shown).toMatch(/\u001b\[3\dm/);
  });

  test('with --quiet no bar; with NO_COLOR no colour', async () => {
    expect(await onTerminal(`analyze ${CNN} --data random:2000 --quiet`)).not.toMatch(/samples {2}/);
    const plain = await onTerminal(`analyze ${CNN} --data random:8 --quiet`, { NO_COLOR: '1' });
    expect(plain).toContain('stem');
    expect(plain).not.toMatch(sequences);
  });
});
