import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { delve } from '../support/commandLine.js';
import { lastingFolder } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { layer, run } from '../support/runs.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const NAMES = ['::error::a', '##[error]b', 'line\n::set-output name=x::c', ' ::warning::d'];
/** What the runner takes for a command: at the start of a line, or, by an older rule, anywhere. */
const COMMAND = /^[\s\u0085]*::|##\[/m;

beforeAll(async () => {
  for (const [name, directions] of [
    ['a', 1],
    ['b', 2],
  ] as const) {
    await mkdir(at(`${name}.delve`));
    const layers = NAMES.map((each) => layer(each, directions, 4, { warnings: ['::error::w'] }));
    const saved = run(layers, { warnings: ['::error::w'], model: { ...run([]).model, path: '::error::m' } });
    await writeFile(at(`${name}.delve/run.json`), JSON.stringify(saved));
  }
  await writeFile(
    at('model.onnx'),
    modelBytes({
      nodes: NAMES.map((name, i) => node('MatMul', [i ? `${i}` : 'x', 'w'], [`${i + 1}`], {}, { name })),
      inputs: [value('x', 'float32', ['n', 3])],
      outputs: [`${NAMES.length}`],
      initializers: [tensor('w', 'float32', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])],
    }),
  );
});

describe('no name is a command of a GitHub workflow', () => {
  test.each([
    'report @a.delve',
    'report @a.delve @b.delve',
    'report @a.delve --format csv',
    'report @a.delve --format markdown',
    'report @a.delve --format json',
    'report @a.delve --format delve-csv',
    'report @a.delve --format svg',
    'diff @a.delve @b.delve',
    'diff @a.delve @b.delve --format csv',
    'diff @a.delve @b.delve --format markdown',
    'diff @a.delve @b.delve --json',
    'check @a.delve --min-saturation 0.9',
    'check @a.delve --min-saturation 0.9 --format markdown',
    'check @a.delve --min-saturation 0.9 --format json',
    'check @a.delve --min-saturation 0.9 --format junit',
    'check @a.delve --min-saturation ::error::x=1',
    'inspect @model.onnx',
    'inspect @model.onnx --json',
    'inspect ::error::none',
    'analyze @model.onnx --data random:4 --quiet --out @c.delve --overwrite',
    'report @a.delve --format ::error::',
  ])('%s', async (line) => {
    const args = line.split(' ').map((each) => (each.startsWith('@') ? at(each.slice(1)) : each));
    const { stdout, stderr } = await delve(args, { cwd: folder.path, env: { GITHUB_ACTIONS: 'true' } });
    expect(stdout + stderr).not.toBe('');
    expect(stdout).not.toMatch(COMMAND);
    expect(stderr).not.toMatch(COMMAND);
  });

  test('but annotations are, and only those', async () => {
    const args = ['check', at('a.delve'), '--min-saturation', '0.9', '--format', 'github'];
    const { stdout } = await delve(args, { cwd: folder.path, env: { GITHUB_ACTIONS: 'true' } });
    const commands = stdout.split('\n').filter((line) => COMMAND.test(line));
    expect(commands).toHaveLength(NAMES.length);
    for (const command of commands) expect(command).toMatch(/^::error title=delve/);
  });
});
