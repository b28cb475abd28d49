import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { report } from '../../src/report/report.js';
import { layer, run } from '../support/runs.js';

const one = run([layer('a', 4, 8), layer('b', 8, 8)]);

describe('a report', () => {
  it('is a table unless another format is named', () => {
    expect(report(one)).toBe(report([one], { format: 'table' }));
    expect(report(one)).toContain('models/net.onnx');
  });

  it('as JSON is the run with its readings, or a list of runs', () => {
    const given = JSON.parse(report(one, { format: 'json' }));
    expect(given).toMatchObject(one);
    for (const { reading, reasons, advice } of given.layers) {
      expect(reading).toMatch(/^[a-z ]+$/);
      expect(reasons.length).toBeGreaterThan(0);
      expect(advice === null || typeof advice === 'string').toBe(true);
    }
    expect(JSON.parse(report([one], { format: 'json' }))).toEqual(given);
    expect(JSON.parse(report([one, one], { format: 'json' }))).toEqual([given, given]);
  });

  it('cuts the spectra again at a threshold', () => {
    const cut = JSON.parse(report(one, { format: 'json', threshold: 0.5 }));
    expect(cut.settings.threshold).toBe(0.5);
    expect(cut.layers[0]).toMatchObject({ intrinsicDimensionality: 2, saturation: 0.25 });
    expect(report(one, { threshold: 0.995 })).toContain('threshold 99.5 %');
  });

  it.each(['table', 'json', 'csv'])('as %s ends with a line break', (format) => {
    expect(report([one, one], { format })).toMatch(/[^\n]\r?\n$/);
  });

  it('refuses what it cannot render', () => {
    expect(() => report(one, { format: 'xml' })).toThrow(
      /^there is no format xml: choose one of table, json, csv\b/,
    );
    expect(() => report([])).toThrow(UserError);
    expect(() => report(one, { threshold: 2 })).toThrow(UserError);
  });
});

it('orders runs by their step, names with them', () => {
  const saturated = (saturation: number) => run([{ ...layer('a', 1, 10), saturation }]);
  const text = report([saturated(0.25), saturated(0.75), saturated(0.5)], {
    format: 'csv',
    names: ['epoch_1', 'epoch_10', 'epoch_2'],
  });
  const rows = text.trim().split('\r\n');
  expect(rows.slice(1).map((row) => row.split(',')[0])).toEqual(['epoch_1', 'epoch_2', 'epoch_10']);
  expect(rows.slice(1).map((row) => row.split(',')[6])).toEqual(['0.25', '0.5', '0.75']);
});
