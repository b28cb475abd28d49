import { readFileSync } from 'node:fs';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/check/check.js';
import type { Rule } from '../../../src/check/rule.js';
import type { CheckOptions } from '../../../src/report/checks/checkFormat.js';
import { checkFormats } from '../../../src/report/checks/checkFormats.js';
import { checkFormatNames } from '../../../src/report/formatNames.js';
import { hostileNames } from '../../support/hostileNames.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const rule = (parts: Partial<Rule>): Rule => ({ statistic: 'saturation', origin: 'rules[0]', ...parts });
const rendered = (
  format: string,
  of: ReturnType<typeof run>,
  rules: readonly Rule[],
  options: CheckOptions = {},
) => checkFormats.get(format)?.render(check(of, { rules }), of, options) ?? '';
const globOf = (name: string) => name.replace(/[^\p{L}\p{N} ]+/gu, '*');

/** Fails where the text is not what the schema allows. */
function validJunit(xml: string, look: (document: XmlDocument) => void): void {
  const schema = XmlDocument.fromString(readFileSync(new URL('./junit.xsd', import.meta.url), 'utf8'));
  const validator = XsdValidator.fromDoc(schema);
  const document = XmlDocument.fromString(xml);
  try {
    validator.validate(document);
    look(document);
  } finally {
    document.dispose();
    validator.dispose();
    schema.dispose();
  }
}

const some = run([layer('good', 8, 10), layer('bad', 1, 10), layer('worse', 0, 10), invalidLayer('nan', 4)]);
const minimum = rule({ min: 0.3 });
const hostile = run(hostileNames.map((name, i) => layer(name, i % 2, 10)));
const many = run(Array.from({ length: 3000 }, (_, i) => layer(`layer${i}.conv`, i % 4, 10)));

describe('the formats of a check', () => {
  it('are those that the command line names, and end with a line break', () => {
    expect([...checkFormats.keys()]).toEqual(checkFormatNames);
    for (const name of checkFormatNames) expect(rendered(name, some, [minimum])).toMatch(/[^\n]\n$/);
  });

  it.each([some, hostile, many])('as JUnit fit the schema, and every name comes through', (of) => {
    const xml = rendered('junit', of, [minimum, rule({ statistic: 'tail', max: 0, level: 'warn' })]);
    validJunit(xml, (document) => {
      const names = document.find('//testcase/@name').map((node) => node.content);
      expect(names.slice(0, of.layers.length)).toEqual(
        of.layers.map(({ name }) => `${name}: saturation ≥ 0.3`),
      );
      // What Jenkins makes a package and a class of: one dot, between two words.
      const classes = document.find('//testcase/@classname').map((node) => node.content);
      expect(new Set(classes)).toEqual(new Set(['delve.saturation', 'delve.tail']));
      expect(document.find('//failure')).toHaveLength(
        of.layers.filter(({ saturation }) => saturation === null || saturation < 0.3).length,
      );
    });
  });

  it('as JUnit show what XML cannot hold as an escape', () => {
    const names = ['a\u001b[31m', 'a\u0000', 'a\ud800', 'a\uffff'];
    const xml = rendered('junit', run(names.map((name) => layer(name, 1, 10))), [minimum]);
    validJunit(xml, (document) => {
      const shown = document.find('//testcase/@name').map((node) => node.content);
      expect(shown).toEqual(
        ['a\\u{1b}[31m', 'a\\u{0}', 'a\\u{d800}', 'a\\u{ffff}'].map((name) => `${name}: saturation ≥ 0.3`),
      );
    });
  });

  it('as annotations show the worst first, and say what is left out', () => {
    const lines = rendered('github', many, [minimum]).split('\n');
    const errors = lines.filter((line) => line.startsWith('::error '));
    expect(errors).toHaveLength(10);
    expect(errors[0]).toContain('saturation 0 is below 0.3');
    expect(errors[9]).toBe('::error title=delve::2241 more violations: see the log of this step');
    const [first] = rendered('github', some, [minimum]).split('\n');
    expect(first).toContain('title=delve%3A nan::has no saturation that could be checked');
  });

  it('as annotations let no name end a command or begin one', () => {
    const lines = rendered('github', hostile, [rule({ max: 0 })]).split('\n');
    const commands = lines.filter((line) => line.startsWith('::'));
    for (const line of commands) expect(line).toMatch(/^::(error|warning) title=[^:,]*::[^\r]*$/);
    expect(commands).toHaveLength(hostile.layers.length / 2);
  });

  it('as annotations hold long names in their text, and leave no command in the log', () => {
    const long = `long.${'x'.repeat(495)}`;
    const name = '##[set-output name=passed;]true';
    const text = rendered('github', run([layer(long, 1, 10), layer(name, 1, 10)]), [minimum]);
    expect(text).toMatch(/^::error title=delve%3A long\.x+…x+::long\.x{495} saturation 0\.1 is below 0\.3/m);
    // What a runner takes for a command: lines that begin with ::, and ##[ anywhere in the others.
    const log = text.split('\n').filter((line) => !line.startsWith('::'));
    expect(log.join('\n')).toContain('#\\x23[set-output');
    for (const line of log) expect(line).not.toMatch(/##\[|^\s*::/);
  });

  it('as Markdown say what broke, worst first, and fit a comment', () => {
    const text = rendered('markdown', some, [minimum]);
    expect(text).toMatch(/^### ❌ delve: 3 violations in 4 comparisons on 4 layers\n/);
    expect(text.indexOf('| `nan` |')).toBeLessThan(text.indexOf('| `worse` |'));
    expect(text.indexOf('| `worse` |')).toBeLessThan(text.indexOf('| `bad` |'));
  });

  it('as Markdown fit a comment, or the room that there is, by whole rows, and count what is left out', () => {
    for (const room of [undefined, 1000, 5000, 1_000_000]) {
      const long = rendered('markdown', many, [minimum], { room });
      expect(Buffer.byteLength(long)).toBeLessThan(room ?? 65_536);
      const shown = long.split('\n').filter((line) => /^\| ❌ \| `layer\d+\.conv` \|.*≥ 0\.3 \|$/.test(line));
      expect(long.match(/❌/g)).toHaveLength(1 + shown.length);
      const left = Number(/^(\d+) violations more did not fit/m.exec(long)?.[1] ?? 0);
      // Of layers with 0 to 3 of 10 directions, three in four are below 0.3.
      expect(shown.length + left).toBe(2250);
    }
    expect(rendered('markdown', many, [minimum], { room: 1_000_000 })).not.toContain('did not fit');
  });

  it('as Markdown fit a comment whatever is new or in doubt, in bytes too', () => {
    const names = Array.from({ length: 3000 }, (_, i) => `${'層'.repeat(200)}${i}`);
    const now = run([...names, 'old'].map((name) => layer(name, 5, 10, { observations: 5 })));
    const result = check(now, {
      baseline: run([layer('old', 5, 10)]),
      rules: [rule({ min: 0.3, maxDrop: 0.1 })],
    });
    const text = checkFormats.get('markdown')?.render(result, now, {}) ?? '';
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
    expect(text).toMatch(/^Not in the baseline, so not held against it: .* and 2,990 more$/m);
    expect(text).toMatch(/^Passed on no more observations than features: .* and 2,991 more$/m);
    expect(text).toMatch(/^\d+ comparisons more did not fit in here: `--format json` has them all\.$/m);
    const xml = checkFormats.get('junit')?.render(result, now, {}) ?? '';
    expect(xml).toContain(`not in the baseline, so not held against it: ${names[7]}&#10;`);
    validJunit(xml, () => {});
  });

  it('as Markdown show names as text, which notifies nobody', () => {
    const chosen = hostileNames.map((name) => rule({ layers: [globOf(name)], max: 0 }));
    const text = rendered('markdown', hostile, chosen);
    // What stands between backticks is code: nothing in it is markup or a mention.
    const outside = text.replace(/`[^`\n]*`/g, '');
    expect(outside).not.toMatch(/<script|<!--|@everyone|\[link\]\(|(?<!\\)\*bold/);
    for (const line of text.split('\n').filter((each) => each.startsWith('| ❌'))) {
      expect(line.replaceAll('\\|', '').match(/\|/g)).toHaveLength(5);
    }
    expect(text.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(4 + hostileNames.length);
  });

  it('as JSON hold every comparison', () => {
    const { passed, judgements } = JSON.parse(rendered('json', some, [minimum]));
    expect(passed).toBe(false);
    expect(judgements).toHaveLength(4);
    expect(judgements[1]).toMatchObject({
      layer: 'bad',
      value: 0.1,
      bound: 0.3,
      kind: 'min',
      outcome: 'failed',
      title: 'saturation ≥ 0.3',
    });
  });
});

describe('the formats of a check of several runs', () => {
  const verdictOf = (name: string, of: ReturnType<typeof run>) => ({
    ...{ name, run: of, result: check(of, { rules: [minimum] }) },
  });
  const all = (format: string, of: readonly ReturnType<typeof run>[], options: CheckOptions = {}) =>
    checkFormats.get(format)?.renderAll(
      of.map((each, i) => verdictOf(`epoch_${i}.delve`, each)),
      options,
    ) ?? '';
  const passing = run([layer('good', 8, 10)]);

  it('as JUnit have a suite each, and counts of all', () => {
    validJunit(all('junit', [passing, some]), (document) => {
      const content = (path: string) => document.find(path).map((node) => node.content);
      expect(content('/testsuites/testsuite/@name')).toEqual(['epoch_0.delve', 'epoch_1.delve']);
      // 1 layer that passes, and 4 of which 3 do not.
      expect(content('//@tests')).toEqual(['5', '1', '4']);
      expect(content('//@failures')).toEqual(['3', '0', '3']);
    });
  });

  it('as commands of GitHub are as many as GitHub shows of all runs together, and say which run', () => {
    const lines = all('github', [many, some]).split('\n');
    const errors = lines.filter((line) => line.startsWith('::error'));
    expect(errors).toHaveLength(10);
    // What could not be judged comes first.
    expect(errors[0]).toMatch(/^::error title=delve%3A nan::epoch_1\.delve: /);
    // Of `many`, layers with 0, 1 and 2 of 10 directions fall short: 2,250, with 3 of `some`; 9 are shown.
    expect(errors[9]).toBe('::error title=delve::2244 more violations: see the log of this step');
  });

  it('as JSON are a list, and as Markdown fit the room together', () => {
    expect(JSON.parse(all('json', [passing, some])).map(({ passed }: { passed: boolean }) => passed)).toEqual(
      [true, false],
    );
    const markdown = all('markdown', [many, many, some], { room: 20_000 });
    expect(markdown.match(/^### . delve/gm)).toHaveLength(3);
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(20_000);
  });
});
