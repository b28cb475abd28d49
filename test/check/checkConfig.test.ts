import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCheckConfig, readCheckConfig } from '../../src/check/checkConfig.js';
import { UserError } from '../../src/errors.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

describe('a file of rules', () => {
  it('holds a bound for all layers, or one a glob', () => {
    const text = '{"minSaturation": 0.05, "maxDrop": {"*": 0.1, "layer4.*": 0.02}, "baseline": "main.delve"}';
    expect(parseCheckConfig(text, 'rules.json')).toEqual({
      minSaturation: [{ bound: 0.05 }],
      maxSaturation: [],
      maxDrop: [
        { glob: '*', bound: 0.1 },
        { glob: 'layer4.*', bound: 0.02 },
      ],
      baseline: 'main.delve',
    });
  });

  it('names its baseline relative to itself', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'rules.json'), '{"maxDrop": 0.1, "baseline": "main.delve"}');
    expect((await readCheckConfig(join(dir, 'rules.json'))).baseline).toBe(join(dir, 'main.delve'));
    await writeFile(join(dir, 'absolute.json'), '{"maxDrop": 0.1, "baseline": "/runs/main.delve"}');
    expect((await readCheckConfig(join(dir, 'absolute.json'))).baseline).toBe('/runs/main.delve');
  });

  it('is missed in one sentence', async () => {
    await expect(readCheckConfig('/nowhere/rules.json')).rejects.toThrow(UserError);
    await expect(readCheckConfig('/nowhere/rules.json')).rejects.toThrow(
      'cannot read the rules in /nowhere/rules.json',
    );
  });

  it.each<[string, RegExp]>([
    ['{', /^rules\.json is not JSON/],
    [
      '[1]',
      /^rules\.json should hold an object with minSaturation, maxSaturation, maxDrop, baseline, but holds a list/,
    ],
    ['{"minSaturatoin": 0.1}', /there is no rule "minSaturatoin"; did you mean minSaturation\?/],
    ['{"min-saturation": 0.1}', /did you mean minSaturation\?/],
    ['{"max_drop": 0.1}', /did you mean maxDrop\?/],
    ['{"base": "x"}', /did you mean baseline\?/],
    ['{"__proto__": {"minSaturation": 0}}', /there is no rule "__proto__"/],
    [
      '{"minSaturation": "0.1"}',
      /^rules\.json: minSaturation should be a number or an object .* but is "0\.1"/,
    ],
    ['{"minSaturation": 5}', /^rules\.json: minSaturation 5 is out of range/],
    ['{"maxDrop": {"a": -1}}', /^rules\.json: maxDrop of a, -1, is out of range/],
    ['{"maxDrop": {"a": null}}', /^rules\.json: maxDrop of a should be a number, but is null/],
    ['{"maxDrop": {"": 0.1}}', /empty glob/],
    ['{"baseline": 3}', /^rules\.json: baseline should be the path of a run, but is 3/],
  ])('is refused as %s', (text, message) => {
    expect(() => parseCheckConfig(text, 'rules.json')).toThrow(UserError);
    expect(() => parseCheckConfig(text, 'rules.json')).toThrow(message);
  });
});
