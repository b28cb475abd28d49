import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');
/** The pages that go with the README, one a task. */
const pages = [
  'data',
  'preprocessing',
  'inspect',
  'layers',
  'reading',
  'compress',
  'similarity',
  'probe',
  'watch',
  'nonfinite',
  'formats',
  'gate',
  'gpu',
  'program',
  'python-delve',
  'numbers',
].map((name) => `docs/${name}.md`);
const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> })
  .scripts;
const folder = mkdtempSync(join(tmpdir(), 'delve-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The only part of a report that differs from run to run; on a busy machine it also tells how long statistics took. */
const withoutTime = (text: string) =>
  text.replace(/ · [^·\n]*\([^)\n]* samples\/s\)(?: · statistics [^\n]*)?/, ' · time');

describe('the README', () => {
  it('shows the table that its first command prints', () => {
    const shown = /<!-- report:start -->\n```\n(.*?)```\n<!-- report:end -->/s.exec(readme)?.[1];
    const [, command] = scripts.start.split(' && node ');
    const printed = execFileSync(
      process.execPath,
      [...command.split(' '), '--out', join(folder, 'run'), '--quiet'],
      {
        encoding: 'utf8',
      },
    );
    expect(withoutTime(shown ?? 'no table')).toBe(withoutTime(printed));
    expect(withoutTime(printed)).toContain(' · time');
  });

  it('shows the picture that the tool draws of that run', () => {
    const args = ['bin/delve.js', 'report', join(folder, 'run'), '--format', 'svg'];
    const drawn = execFileSync(process.execPath, args, { encoding: 'utf8' });
    const shown = readFileSync('docs/images/saturation.svg', 'utf8');
    const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    const bars = (svg: string) => [...svg.matchAll(/l0 -([\d.]+)l/g)].map(([, height]) => Number(height));
    // The title names the run by its folder.
    expect(texts(drawn).filter((text) => !text.includes('Saturation at'))).toEqual(
      texts(shown).filter((text) => !text.includes('Saturation at')),
    );
    expect(bars(shown)).toHaveLength(20);
    bars(drawn).forEach((height, i) => {
      expect(height).toBeCloseTo(bars(shown)[i], 0);
    });
  });

  it('names only options and commands that exist', () => {
    const help = [
      'analyze',
      'report',
      'check',
      'run',
      'inspect',
      'instrument',
      'compress',
      'project',
      'similarity',
      'probe',
      'diff',
      'watch',
      'merge',
      'doctor',
      'setup-cuda',
    ]
      .map((name) => execFileSync(process.execPath, ['bin/delve.js', name, '--help'], { encoding: 'utf8' }))
      .join('\n');
    const written = [readme, ...pages.map((page) => readFileSync(page, 'utf8'))].join('\n');
    // npm's and TensorBoard's own, and what `npm run pack:offline` takes.
    const text = written.replaceAll(/--ignore-scripts|--logdir|`-- --(?:cuda|split)/g, '');
    const packing = readFileSync('scripts/packOffline.ts', 'utf8');
    for (const [, option] of written.matchAll(/`-- --([a-z]+)/g))
      expect(packing).toContain(`${option}: { type:`);
    const options = [...text.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option);
    expect(options.length).toBeGreaterThan(10);
    for (const option of new Set(options)) expect(help, option).toContain(option);
  });

  it('stays within 150 lines, and leads to every page', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(150);
    for (const page of pages) expect(readme).toContain(`](${page})`);
  });

  it.each(['README.md', 'CONTRIBUTING.md', ...pages])('%s has no link that leads nowhere', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to]) => to);
    for (const to of links) expect(existsSync(join(dirname(page), to)), to).toBe(true);
  });
});
