import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { delve } from '../support/commandLine.js';
import { lastingFolder } from '../support/folder.js';

const page = readFileSync('docs/compress.md', 'utf8');
const folder = lastingFolder();

/** Between two marks of the page. */
const shown = (name: string): string =>
  new RegExp(`<!-- ${name}:start -->\n(?:\`\`\`\n)?(.*?)\n(?:\`\`\`\n)?<!-- ${name}:end -->`, 's').exec(
    page,
  )?.[1] ?? '';

describe('docs/compress.md', () => {
  it('shows what its command prints, but for the time, and what lies beside the model', () => {
    const args = [
      'bin/delve.js',
      'compress',
      'fixtures/mnist-cnn.onnx',
      '--data',
      'fixtures/mnist',
      '--threshold',
      '0.98',
    ];
    const more = ['--control', '--sweep', '0.9,0.95,0.99,0.999', '--output', join(folder.path, 'small.onnx')];
    const printed = execFileSync(process.execPath, [...args, ...more, '--quiet', '--provider', 'cpu'], {
      encoding: 'utf8',
    });
    const [block, sweep] = printed.split(/\n\nthreshold /);
    expect(
      block
        .split('\n')
        .filter((line) => !line.startsWith('ms a sample'))
        .join('\n'),
    ).toBe(shown('compress'));
    const numbers = (line: string) => line.match(/[\d.]+/g) ?? [];
    // The page leaves the time and the error out.
    const measured = sweep
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => numbers(line))
      .map(([t, m, p, , a, l]) => [t, m, p, a, l]);
    expect(shown('sweep').split('\n').slice(2).map(numbers)).toEqual(measured);
    expect(readdirSync(folder.path).sort()).toEqual(['compression.json', 'compression.svg', 'small.onnx']);
    const { layers, accuracy } = JSON.parse(readFileSync(join(folder.path, 'compression.json'), 'utf8'));
    expect(layers).toHaveLength(20);
    expect(accuracy.samples).toBe(397);
  });
});

describe('delve compress and delve project', () => {
  it.each([
    [['compress', 'fixtures/mnist-cnn.onnx'], /--data is missing/],
    [
      [
        'compress',
        'fixtures/mnist-cnn.onnx',
        '--data',
        'fixtures/mnist',
        '--max-drop',
        '5',
        '--output',
        'x.onnx',
      ],
      /give a percentage such as 0\.5%/,
    ],
    [
      [
        'compress',
        'fixtures/mnist-cnn.onnx',
        '--data',
        'fixtures/mnist',
        '--output',
        'fixtures/mnist-cnn.onnx',
      ],
      /is the model itself/,
    ],
    [
      ['project', 'fixtures/mnist-cnn.onnx', '--data', 'fixtures/mnist', '--threshold', '2'],
      /give one or more numbers above 0/,
    ],
    [['project', 'nothing.onnx', '--data', 'random:3'], /nothing\.onnx does not exist/],
  ])('%j: one sentence and exit code 2', async (args, message) => {
    const { code, stdout, stderr } = await delve([...args, '--quiet']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it('prints what projecting costs', async () => {
    const { code, stdout } = await delve([
      ...[
        'project',
        'fixtures/mnist-cnn.onnx',
        '--data',
        'fixtures/mnist',
        '--threshold',
        '0.9',
        '--provider',
        'cpu',
      ],
      ...['--layers', 'layer6.*', '--sweep', '0.5', '--quiet'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/layer6\.conv2 +8\/64/);
    expect(stdout).toMatch(/as it was +98\.99 %/);
    expect(stdout).toMatch(/layer6\.conv2 +0\.5 +\d+\.\d+ %/);
  });
});
