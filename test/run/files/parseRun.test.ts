import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { formatRun } from '../../../src/run/files/formatRun.js';
import { parseRun } from '../../../src/run/files/parseRun.js';
import type { Run } from '../../../src/run/schema.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const full: Run = run(
  [
    layer('stem', 3, 4, { weightShape: [4, 3, 3, 3], parameters: 112 }),
    invalidLayer('broken', 8),
    layer('[\n  1,\n  2\n]', 1, 2),
  ],
  {
    data: {
      source: 'images/',
      reader: 'images',
      samples: 9,
      skipped: 1,
      labels: { classes: 2, samples: 9, counts: { cat: 5, constructor: 4 } },
      skippedSamples: [{ origin: 'x.png', reason: 'not an image' }],
      preprocessing: { mean: [0.5], color: 'rgb' },
    },
    notObservable: [{ node: 'n', op: 'Conv', reason: 'inside If' }],
    warnings: ['random data'],
  },
);

/** The document with one place changed. */
function changed(path: (string | number)[], value: unknown): string {
  const copy: unknown = JSON.parse(formatRun(full));
  const parent = path.slice(0, -1).reduce((at, key) => Reflect.get(Object(at), key), copy);
  Reflect.set(Object(parent), path.at(-1) ?? '', value);
  return JSON.stringify(copy);
}

const known = {
  groups: 16,
  degreesOfFreedom: 15,
  saturation: { standardError: 0.05, bias: -0.01, interval: [0.5, 1] as const },
  intrinsicDimensionality: { standardError: 0.2, bias: -0.04, interval: [2, 4] as const },
  effectiveRank: { standardError: 0.1, bias: -0.02, interval: [2.9, 3.4] as const },
};

describe('how well numbers are known', () => {
  const of = (value: unknown) => parseRun(changed(['layers', 0, 'uncertainty'], value), 'run.json');

  it('is read', () => {
    expect(of(known).layers[0].uncertainty).toEqual(known);
  });

  it.each([
    ['no object', 3, /uncertainty should be an object/],
    [
      'one part missing',
      { ...known, effectiveRank: undefined },
      /uncertainty\.effectiveRank should be an object/,
    ],
    [
      'a negative error',
      { ...known, effectiveRank: { ...known.effectiveRank, standardError: -1 } },
      /standardError should be a number from 0 upward/,
    ],
    [
      'an endless bias',
      { ...known, effectiveRank: { ...known.effectiveRank, bias: '1e999' } },
      /bias should be a finite number/,
    ],
    [
      'an interval turned round',
      { ...known, effectiveRank: { ...known.effectiveRank, interval: [2, 1] } },
      /the smaller first/,
    ],
    [
      'an interval of three',
      { ...known, effectiveRank: { ...known.effectiveRank, interval: [1, 2, 3] } },
      /two numbers/,
    ],
    [
      'an interval beyond the features',
      { ...known, effectiveRank: { ...known.effectiveRank, interval: [1, 4.5] } },
      /above the most there can be, 4/,
    ],
    [
      'a saturation that is not that of its directions',
      { ...known, saturation: { ...known.saturation, standardError: 0.06 } },
      /is not intrinsicDimensionality over the 4 features/,
    ],
    [
      'no degree of freedom',
      { ...known, degreesOfFreedom: 0 },
      /degreesOfFreedom should be a number above 0/,
    ],
  ])('is refused with %s', (_, value, message) => {
    expect(() => of(value)).toThrow(UserError);
    expect(() => of(value)).toThrow(message);
  });

  it('is refused where the layer has no numbers', () => {
    expect(() => parseRun(changed(['layers', 1, 'uncertainty'], known), 'run.json')).toThrow(
      /should be missing, as the layer has no numbers/,
    );
  });
});

describe('a run as JSON', () => {
  it('comes back as it was', () => {
    expect(parseRun(formatRun(full), 'run.json')).toEqual(full);
  });

  it('has a list of numbers on one line, and names as they are', () => {
    const text = formatRun(full);
    expect(text).toContain('"eigenvalues": [1, 1, 1, 0],\n');
    expect(text).toContain(JSON.stringify('[\n  1,\n  2\n]'));
  });

  it('keeps keys that this version does not know', () => {
    expect(parseRun(changed(['later'], { a: 1 }), 'run.json')).toHaveProperty('later', { a: 1 });
  });

  it('has as counts what labels were until 0.1', () => {
    const old = JSON.parse(formatRun(full));
    old.data.labels = { cat: 5, counts: 4 };
    expect(parseRun(JSON.stringify(old), 'run.json').data.labels).toEqual({
      classes: 2,
      samples: 9,
      counts: { cat: 5, counts: 4 },
    });
  });

  it('keeps labels that are called as properties of objects are', () => {
    const text = formatRun(full).replace('"constructor"', '"__proto__"');
    const { labels } = parseRun(text, 'run.json').data;
    expect(Object.entries(labels?.counts ?? {})).toEqual([
      ['cat', 5],
      ['__proto__', 4],
    ]);
    expect(Reflect.get({}, 'cat')).toBeUndefined();
  });

  it.each<[string, string, RegExp]>([
    ['cut off', formatRun(full).slice(0, -20), /^run\.json is not a whole JSON file/],
    ['empty', '', /^run\.json is not a whole JSON file/],
    [
      'no object',
      '[]',
      /^run\.json is not a run of delve: the document should be an object, but is a list of 0/,
    ],
    [
      'of a newer delve',
      changed(['schemaVersion'], 2),
      /^run\.json has schemaVersion 2, .* reads up to 1: update delve/,
    ],
    [
      'without a version',
      changed(['schemaVersion'], undefined),
      /: schemaVersion should be 1, but is missing/,
    ],
    [
      'with layers that are a number',
      changed(['layers'], 1e9),
      /: layers should be a list, but is 1000000000/,
    ],
    [
      'with a layer that is null',
      changed(['layers', 1], null),
      /: layers\[1\] should be an object, but is null/,
    ],
    [
      'with NaN as text',
      changed(['layers', 0, 'saturation'], 'NaN'),
      /: layers\[0\]\.saturation .*, but is "NaN"/,
    ],
    [
      'with a saturation above 1',
      changed(['layers', 0, 'saturation'], 1.5),
      /: layers\[0\]\.saturation should be a number from 0 to 1, but is 1.5/,
    ],
    [
      'with Infinity',
      formatRun(full).replace('"trace": 3', '"trace": 1e999'),
      /: layers\[0\]\.trace should be a finite number/,
    ],
    [
      'with fewer eigenvalues than features',
      changed(['layers', 0, 'features'], 1e9),
      /: layers\[0\]\.eigenvalues should be all 1000000000 of them, .* there are 4/,
    ],
    [
      'with eigenvalues out of order',
      changed(['layers', 0, 'eigenvalues'], [1, 2, 3, 4]),
      /: layers\[0\]\.eigenvalues\[1\] breaks the order/,
    ],
    [
      'with a negative eigenvalue',
      changed(['layers', 0, 'eigenvalues'], [1, 0, 0, -1]),
      /: layers\[0\]\.eigenvalues\[3\] breaks the order/,
    ],
    [
      'with more directions than features',
      changed(['layers', 0, 'intrinsicDimensionality'], 5),
      /is 5, more than the 4 features/,
    ],
    [
      'with half a layer invalid',
      changed(['layers', 0, 'saturation'], null),
      /: layers\[0\]\.saturation should be null exactly where/,
    ],
    [
      'with a layer twice',
      changed(['layers', 2, 'name'], 'stem'),
      /: layers\[2\]\.name is "stem" a second time/,
    ],
    [
      'with an unknown rule',
      changed(['settings', 'idimRule'], 'x\u001b[31m'),
      /: settings\.idimRule should be one of explained, delve/,
    ],
    [
      'with a threshold of 0',
      changed(['settings', 'threshold'], 0),
      /: settings\.threshold should be a number above 0 and up to 1, but is 0/,
    ],
    [
      'with samples of half',
      changed(['data', 'samples'], 1.5),
      /: data\.samples should be a whole number from 0 upward/,
    ],
    [
      'with a warning that is no text',
      changed(['layers', 0, 'warnings'], [1]),
      /: layers\[0\]\.warnings\[0\] should be text/,
    ],
  ])('is refused when it is %s', (_, text, message) => {
    expect(() => parseRun(text, 'run.json')).toThrow(UserError);
    expect(() => parseRun(text, 'run.json')).toThrow(message);
  });

  it('is refused without passing on control characters', () => {
    const text = changed(['settings', 'idimRule'], '\u001b[2J');
    expect(() => parseRun(text, 'run.json')).toThrow(/but is "\\u001b\[2J"/);
  });

  it('is refused quickly when it is deeply nested', () => {
    expect(() => parseRun('['.repeat(100_000), 'run.json')).toThrow(UserError);
    expect(() => parseRun(`{"schemaVersion":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'run.json')).toThrow(
      UserError,
    );
  });
});
