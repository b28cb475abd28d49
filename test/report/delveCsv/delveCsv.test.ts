import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { delveCsv } from '../../../src/report/delveCsv/delveCsv.js';
import { parseHistory } from '../../../src/report/delveCsv/history.js';
import type { Run } from '../../../src/run/schema.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const HEAD =
  ';eval-saturation_fc;eval-intrinsic-dimensionality_fc;eval-covariance-determinant_fc;eval-covariance-trace_fc;eval-diagonal-trace_fc\n';
const fc = (directions: number) => run([layer('fc', directions, 4)]);
const withSplit = ({ settings, ...rest }: Run, split: string): Run => ({
  ...rest,
  settings: { ...settings, split },
});

describe('the CSV of Python Delve', () => {
  it('is what pandas writes of one epoch', () => {
    expect(delveCsv([fc(1)], {})).toBe(`${HEAD}0;0.25;1;0.0;1.0;1.0\n`);
  });

  it('goes on after the last epoch of a file', () => {
    const once = delveCsv([fc(1)], { step: 7 });
    expect(delveCsv([fc(2)], { existing: once })).toBe(`${HEAD}7;0.25;1;0.0;1.0;1.0\n8;0.5;2;0.0;2.0;2.0\n`);
  });

  it('replaces an epoch that is there, keeps the others to the digit, and stands in order', () => {
    const existing = `${HEAD}0;0.250;1;0;1;1\n2;0.5;2;0.0;2.0;2.0\n`;
    expect(delveCsv([fc(3)], { existing, step: 1 })).toBe(
      `${HEAD}0;0.250;1;0;1;1\n1;0.75;3;0.0;3.0;3.0\n2;0.5;2;0.0;2.0;2.0\n`,
    );
    const again = delveCsv([fc(3)], { existing, step: 2 });
    expect(again).toBe(`${HEAD}0;0.250;1;0;1;1\n2;0.75;3;0.0;3.0;3.0\n`);
    expect(delveCsv([fc(3)], { existing: again, step: 2 })).toBe(again);
  });

  it('has a row for each of several runs', () => {
    expect(delveCsv([fc(1), fc(2)], { names: ['epoch_3', 'epoch_10'] })).toBe(
      `${HEAD}3;0.25;1;0.0;1.0;1.0\n10;0.5;2;0.0;2.0;2.0\n`,
    );
  });

  it('has training and evaluation of an epoch in one row', () => {
    const { columns, epochs } = parseHistory(delveCsv([withSplit(fc(1), 'train'), fc(2)], {}));
    expect(columns).toContain('train-saturation_fc');
    expect(columns).toContain('eval-saturation_fc');
    expect([...epochs.keys()]).toEqual([0]);
  });

  it('leaves cells empty where a layer has no numbers', () => {
    expect(delveCsv([run([invalidLayer('fc', 4)])], {})).toBe(`${HEAD}0;;;;;\n`);
  });

  it('brings hostile names back', () => {
    const names = [
      'a;b',
      'say "x"',
      'two\nlines',
      '<script>alert(1)</script>',
      '層',
      `x${'y'.repeat(499)}`,
      '=1+1',
    ];
    const text = delveCsv([run(names.map((name) => layer(name, 1, 2)))], {});
    const saturations = parseHistory(text).columns.filter((column) => column.startsWith('eval-saturation_'));
    expect(saturations).toEqual(names.map((name) => `eval-saturation_${name}`));
    expect(
      parseHistory(delveCsv([run(names.map((name) => layer(name, 1, 2)))], { existing: text })).epochs.size,
    ).toBe(2);
  });

  it('takes a file with CRLF and a byte order mark', () => {
    const existing = `\ufeff${HEAD}0;0.25;1;0.0;1.0;1.0\n`.replaceAll('\n', '\r\n');
    expect(delveCsv([fc(2)], { existing })).toBe(`${HEAD}0;0.25;1;0.0;1.0;1.0\n1;0.5;2;0.0;2.0;2.0\n`);
  });

  it('refuses columns that are not those of the file, by name', () => {
    const existing = delveCsv([fc(1)], {}).replaceAll('eval-saturation_fc', 'eval-saturation_head');
    expect(() => delveCsv([fc(1)], { existing, names: ['new.delve'] })).toThrow(
      new UserError(
        'the columns of new.delve are not those of the file that is there: it lacks eval-saturation_head and has ' +
          'eval-saturation_fc besides; write it to a file of its own by --output',
      ),
    );
    expect(() => delveCsv([fc(1), run([layer('other', 1, 2)])], {})).toThrow(UserError);
  });

  it.each([
    ['a,b\n1,2\n', 'no header'],
    [`${HEAD}x;0.25;1;0.0;1.0;1.0\n`, 'row 1 begins with "x"'],
    [`${HEAD}0;0.25\n`, 'row 1 has 1 values and the header 5 names'],
    ['\u0000\u0001', 'no header'],
  ])('refuses to go on with another kind of file (%j)', (existing, reason) => {
    expect(() => delveCsv([fc(1)], { existing })).toThrow(UserError);
    expect(() => delveCsv([fc(1)], { existing })).toThrow(reason);
  });
});
