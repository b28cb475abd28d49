import { describe, expect, test } from 'vitest';
import { readers } from '../../../src/data/open/registry.js';
import { formats } from '../../../src/report/formats.js';
import { delve } from '../../support/commandLine.js';

const COMMANDS = [
  'analyze',
  'report',
  'check',
  'run',
  'diff',
  'merge',
  'inspect',
  'compress',
  'project',
  'instrument',
];

describe.each([[], ...COMMANDS.map((command) => [command])])('delve %s --help', (...command) => {
  test('fits 80 columns, shows an example, and goes to stdout', async () => {
    const { code, stdout, stderr } = await delve([...command, '--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(new RegExp(`Examples?:\n(?: {2}.*\n)*? {2}\\$ delve ${command[0] ?? 'analyze'} `));
  });
});

test('delve alone prints the help on stderr and fails, since nothing was done', async () => {
  const { code, stdout, stderr } = await delve([]);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  for (const command of COMMANDS) expect(stderr).toContain(`\n  ${command} `);
});

test('the help of analyze names every reader', async () => {
  const { stdout } = await delve(['analyze', '--help']);
  const [text] = /--reader <name>[\s\S]*?--batch/.exec(stdout) ?? [''];
  for (const { name } of readers) expect(text).toContain(name);
});

test('the help of report names every format', async () => {
  const { stdout } = await delve(['report', '--help']);
  for (const name of formats.keys()) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
});

test('--version prints the version of the package', async () => {
  const { default: manifest } = await import('../../../package.json', { with: { type: 'json' } });
  expect(await delve(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});
