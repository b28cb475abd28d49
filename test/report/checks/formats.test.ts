import { readFileSync } from 'node:fs';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/check/check.js';
import type { Rule } from '../../../src/check/rule.js';
import { checkFormatNames } from '../../../src/cli/checkOutput.js';
import { checkFormats } from '../../../src/report/checks/checkFormats.js';
import { hostileNames } from '../../support/hostileNames.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const rule = (parts: Partial<Rule>): Rule => ({ statistic: 'saturation', origin: 'rules[0]', ...parts });
const rendered = (format: string, of: ReturnType<typeof run>, rules: readonly Rule[]) =>
  checkFormats.get(format)?.render(check(of, { rules }), of, {}) ?? '';

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
    const schema = XmlDocument.fromString(readFileSync(new URL('./junit.xsd', import.meta.url), 'utf8'));
    const validator = XsdValidator.fromDoc(schema);
    const document = XmlDocument.fromString(xml);
    try {
      validator.validate(document);
      const names = document.find('//testcase/@name').map((node) => node.content);
      expect(names.slice(0, of.layers.length)).toEqual(of.layers.map(({ name }) => name));
      expect(document.find('//failure')).toHaveLength(
        of.layers.filter(({ saturation }) => saturation === null || saturation < 0.3).length,
      );
    } finally {
      document.dispose();
      validator.dispose();
      schema.dispose();
    }
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
    expect(commands).toHaveLength(6);
  });

  it('as Markdown say what broke, worst first, and fit a comment', () => {
    const text = rendered('markdown', some, [minimum]);
    expect(text).toMatch(/^### ❌ delve: 3 violations in 4 comparisons on 4 layers\n/);
    expect(text.indexOf('| nan |')).toBeLessThan(text.indexOf('| worse |'));
    expect(text.indexOf('| worse |')).toBeLessThan(text.indexOf('| bad |'));
    const long = rendered('markdown', many, [minimum]);
    expect(long.length).toBeLessThan(65_536);
    expect(long).toMatch(/\d+ more are left out here\./);
  });

  it('as Markdown show names as text, which notifies nobody', () => {
    const text = rendered('markdown', hostile, [rule({ max: 0 })]);
    expect(text).not.toMatch(/<script|<!--|@everyone|\[link\]\(/);
    for (const line of text.split('\n').filter((each) => each.startsWith('| ❌'))) {
      expect(line.replaceAll('\\|', '').match(/\|/g)).toHaveLength(5);
    }
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
