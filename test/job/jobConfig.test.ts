import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { findConfig, readConfig } from '../../src/job/findConfig.js';
import { jobConfigOf } from '../../src/job/jobConfig.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const parsed = (text: string) => jobConfigOf(JSON.parse(text), '/job/delve.config.json');

describe('the job in a file', () => {
  it('names files that lie beside it, and nothing else is a path', () => {
    const analyze = {
      labels: 'l.csv',
      classes: 'names.txt',
      reader: './own.mjs',
      image: { preprocessor: 'p.json', crop: 8 },
      text: { tokenizer: 'tokens/tokenizer.json', maxLength: 4 },
    };
    expect(parsed(JSON.stringify({ analyze })).analyze).toEqual({
      labels: '/job/l.csv',
      classes: '/job/names.txt',
      reader: '/job/own.mjs',
      image: { preprocessor: '/job/p.json', crop: 8 },
      text: { tokenizer: '/job/tokens/tokenizer.json', maxLength: 4 },
    });
    const plain = { classes: ['a', 'b'], reader: 'csv', image: { crop: 8 }, text: { maxLength: 4 } };
    expect(parsed(JSON.stringify({ analyze: plain })).analyze).toEqual(plain);
    const sources = (data: unknown) => parsed(JSON.stringify({ data })).data;
    expect(sources('-')).toEqual(['-']);
    expect(sources('random:8')).toEqual(['random:8']);
    expect(sources('xrandom:8')).toEqual(['/job/xrandom:8']);
    expect(sources({ a: '@list.txt', b: '/abs/x.npy' })).toEqual(['a=@/job/list.txt', 'b=/abs/x.npy']);
    const reports = [
      { format: './own.mjs', output: 'out/' },
      { format: 'csv', output: 'x.csv' },
    ];
    expect(parsed(JSON.stringify({ reports })).reports).toEqual([
      { format: '/job/own.mjs', output: '/job/out/' },
      { format: 'csv', output: '/job/x.csv' },
    ]);
    expect(parsed('{"model": ["a.onnx", "/b.onnx"]}').model).toEqual(['/job/a.onnx', '/b.onnx']);
    expect(parsed('{}')).toMatchObject({ model: undefined, reports: [], analyze: {} });
  });

  it('holds a bound for all layers, or one a glob', () => {
    const text = '{"minSaturation": 0.05, "maxDrop": {"*": 0.1, "layer4.*": 0.02}, "baseline": "main.delve"}';
    expect(parsed(text)).toMatchObject({
      minSaturation: [{ bound: 0.05 }],
      maxSaturation: [],
      maxDrop: [
        { glob: '*', bound: 0.1 },
        { glob: 'layer4.*', bound: 0.02 },
      ],
      baseline: '/job/main.delve',
    });
  });

  it('holds rules, of which each knows where it stands', () => {
    const { rules } = parsed(
      '{"rules": [{"statistic": "tail", "max": 0, "level": "warn"}, {"layers": "a.*", "op": ["Conv"], "statistic": "trace", "min": 1}]}',
    );
    expect(rules).toEqual([
      { statistic: 'tail', max: 0, level: 'warn', origin: '/job/delve.config.json: rules[0]' },
      {
        layers: ['a.*'],
        op: ['Conv'],
        statistic: 'trace',
        min: 1,
        origin: '/job/delve.config.json: rules[1]',
      },
    ]);
  });

  it('holds the whole job, with paths relative to itself', () => {
    const job = parsed(
      JSON.stringify({
        $schema: 'x',
        model: 'm.onnx',
        data: { a: 'images/', b: 'random:8' },
        out: '/runs/m.delve',
        analyze: { batchSize: 'auto', image: { resize: '224x224' }, thresholds: [0.9] },
        reports: [{ format: 'csv', output: 'out/' }],
      }),
    );
    expect(job).toMatchObject({
      model: '/job/m.onnx',
      data: ['a=/job/images', 'b=random:8'],
      out: '/runs/m.delve',
      analyze: { batchSize: 'auto', image: { resize: '224x224' }, thresholds: [0.9] },
      reports: [{ format: 'csv', output: '/job/out/' }],
    });
  });

  it.each<[string, RegExp]>([
    ['[1]', /^\/job\/delve\.config\.json should hold an object with model, data, .* but holds a list/],
    ['{"minSaturatoin": 0.1}', /there is no key "minSaturatoin"; did you mean minSaturation\?/],
    ['{"min-saturation": 0.1}', /did you mean minSaturation\?/],
    ['{"baselin": "x"}', /did you mean baseline\?/],
    ['{"__proto__": {"minSaturation": 0}}', /there is no key "__proto__"/],
    ['{"minSaturation": "0.1"}', /minSaturation should be a number or an object .* but is "0\.1"/],
    ['{"minSaturation": 5}', /minSaturation 5 is out of range/],
    ['{"maxDrop": {"a": -1}}', /maxDrop of a, -1, is out of range/],
    ['{"maxDrop": {"a": null}}', /maxDrop of a should be a number, but is null/],
    ['{"maxDrop": {"": 0.1}}', /empty glob/],
    ['{"baseline": 3}', /baseline should be the path of a run, but is 3/],
    ['{"rules": {}}', /rules should be a list, but is an object/],
    ['{"rules": [{"statistc": "trace"}]}', /rules\[0\] has no key "statistc": did you mean statistic\?/],
    ['{"rules": [{"max": 1}]}', /rules\[0\]\.statistic should be text, but is missing/],
    [
      '{"rules": [{"statistic": "sturation", "max": 1}]}',
      /rules\[0\]: there is no statistic sturation; did you mean saturation\?/,
    ],
    ['{"rules": [{"statistic": "trace"}]}', /rules\[0\] bounds nothing/],
    ['{"rules": [{"statistic": "trace", "min": 2, "max": 1}]}', /min 2 is above max 1/],
    [
      '{"rules": [{"statistic": "trace", "max": "1"}]}',
      /rules\[0\]\.max should be a finite number, but is "1"/,
    ],
    [
      '{"rules": [{"statistic": "trace", "max": 1, "level": "fatal"}]}',
      /level should be one of error, warn, off/,
    ],
    ['{"rules": [{"statistic": "trace", "maxDrop": -1}]}', /maxDrop -1 is negative/],
    [
      '{"rules": [{"statistic": "tail", "aggregate": "mean", "max": 1}]}',
      /one number for all layers already/,
    ],
    ['{"rules": [{"statistic": "trace", "aggregate": "share", "max": 1}]}', /share of which layers/],
    ['{"rules": [{"statistic": "trace", "below": 2, "max": 1}]}', /below and above go with/],
    [
      '{"rules": [{"statistic": "trace", "layers": [], "max": 1}]}',
      /rules\[0\]\.layers should be a name or a list of names/,
    ],
    ['{"model": 3}', /: model should be text or a list of models, but is 3/],
    ['{"data": {"a": 1}}', /: data\.a should be text, but is 1/],
    ['{"analyze": {"batch": 3}}', /analyze has no key "batch": did you mean batchSize\?/],
    ['{"analyze": {"convMethod": "avg"}}', /analyze\.convMethod should be one of channelwise/],
    ['{"analyze": {"image": {"resise": 3}}}', /analyze\.image has no key "resise": did you mean resize\?/],
    ['{"reports": [{"format": "xml", "output": "x"}]}', /reports\[0\]\.format should be one of table/],
  ])('is refused as %s', (text, message) => {
    expect(() => parsed(text)).toThrow(UserError);
    expect(() => parsed(text)).toThrow(message);
  });
});

describe('the file of a job', () => {
  it('is JSON, a module, or a key of package.json', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'a.json'), '{"minSaturation": 0.1}');
    await writeFile(join(dir, 'b.mjs'), 'export default { minSaturation: 0.05 * 2 };');
    await writeFile(join(dir, 'package.json'), '{"delve": {"minSaturation": 0.1}}');
    for (const name of ['a.json', 'b.mjs', 'package.json']) {
      expect((await readConfig(join(dir, name))).minSaturation).toEqual([{ bound: 0.1 }]);
    }
  });

  it('is found upward, the nearest first', async () => {
    const dir = await temporaryDirectory();
    const inner = join(dir, 'a', 'b');
    await mkdir(inner, { recursive: true });
    await writeFile(join(dir, 'delve.config.json'), '{"minSaturation": 0.1}');
    await writeFile(join(inner, 'package.json'), '{"name": "no job here"}');
    expect((await findConfig(inner))?.file).toBe(join(dir, 'delve.config.json'));
    await writeFile(join(dir, 'a', 'package.json'), '{"delve": {"minSaturation": 0.2}}');
    expect((await findConfig(inner))?.file).toBe(join(dir, 'a', 'package.json'));
    await writeFile(join(dir, 'a', 'package.json'), '{');
    expect((await findConfig(inner))?.file).toBe(join(dir, 'delve.config.json'));
  });

  it('is missed, or found wrong, in one sentence', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'broken.json'), '{');
    await writeFile(join(dir, 'broken.mjs'), 'export default {');
    await writeFile(join(dir, 'package.json'), '{}');
    await expect(readConfig('/nowhere/rules.json')).rejects.toThrow(
      'cannot read the rules in /nowhere/rules.json',
    );
    await expect(readConfig(join(dir, 'broken.json'))).rejects.toThrow(/broken\.json is not JSON/);
    await expect(readConfig(join(dir, 'broken.mjs'))).rejects.toThrow(/broken\.mjs cannot be loaded/);
    await expect(readConfig(join(dir, 'package.json'))).rejects.toThrow(/has no key "delve"/);
  });
});
