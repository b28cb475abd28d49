import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { report } from '../../../src/report/report.js';
import { differencesOf } from '../../../src/run/compare/comparableSettings.js';
import { recutRun } from '../../../src/run/compare/recutRun.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

// Shares of 16: 8, 12, 14, 15, 16, that is 0.5, 0.75, 0.875, 0.9375, 1.
const spectrum = [8, 4, 2, 1, 1];
const original = run([
  layer('a', 5, 5, { eigenvalues: spectrum, warnings: ['doubt'] }),
  invalidLayer('b', 8),
  layer('dead', 0, 4),
]);

describe('a run cut again', () => {
  it.each([
    [0.5, 1],
    [0.6, 2],
    [0.75, 2],
    [0.9, 4],
    [1, 5],
  ])('at %d takes %d directions', (threshold, directions) => {
    const cut = recutRun(original, threshold);
    expect(cut.layers[0].intrinsicDimensionality).toBe(directions);
    expect(cut.layers[0].saturation).toBe(directions / 5);
    expect(cut.settings.threshold).toBe(threshold);
  });

  it('leaves everything else, and the original, as it is', () => {
    const copy = structuredClone(original);
    const { layers, settings } = recutRun(original, 0.5);
    expect(original).toEqual(copy);
    expect(layers[0]).toEqual({ ...original.layers[0], intrinsicDimensionality: 1, saturation: 0.2 });
    expect(layers[1]).toEqual(original.layers[1]);
    expect(layers[2]).toMatchObject({ intrinsicDimensionality: 0, saturation: 0 });
    expect(settings).toEqual({ ...original.settings, threshold: 0.5 });
  });

  it('at several thresholds lists them all, the first being its own', () => {
    const cut = recutRun(original, [0.75, 0.5]);
    expect(cut.settings).toMatchObject({ threshold: 0.75, thresholds: [0.75, 0.5] });
    expect(cut.layers[0].thresholds).toEqual([
      { threshold: 0.75, intrinsicDimensionality: 2, saturation: 0.4 },
      { threshold: 0.5, intrinsicDimensionality: 1, saturation: 0.2 },
    ]);
    expect(recutRun(cut, 0.5).settings).not.toHaveProperty('thresholds');
    expect(recutRun(cut, 0.5).layers[0]).not.toHaveProperty('thresholds');
  });

  it('counts by the rule of the run, or by another', () => {
    // delve: shares 0.5 and 0.75 lie below 0.76.
    expect(recutRun(original, 0.76, 'delve').layers[0].intrinsicDimensionality).toBe(2);
    expect(recutRun(original, 0.76).layers[0].intrinsicDimensionality).toBe(3);
    const again = recutRun(recutRun(original, 0.9, 'delve'), 0.76);
    expect(again.layers[0].intrinsicDimensionality).toBe(2);
    // Stored so that neither an earlier nor a later version takes it for another rule.
    expect(again.settings.idimRule).toBe('delve-0.1.50');
    expect(recutRun(original, 0.76, 'delve-0.1.50')).toEqual(recutRun(original, 0.76, 'delve'));
  });

  it('keeps what `delve` meant in a run of 0.1.0, until another rule is asked for', () => {
    const old = { ...original, settings: { ...original.settings, idimRule: 'delve' as const } };
    // One share lies below 0.75, and 0.75 − 0.5 > 0.02 made it two.
    expect(recutRun(old, 0.75).layers[0].intrinsicDimensionality).toBe(2);
    expect(recutRun(old, 0.75).settings.idimRule).toBe('delve');
    expect(recutRun(old, 0.75, 'delve').layers[0].intrinsicDimensionality).toBe(1);
    expect(recutRun(old, 0.75, 'delve').settings.idimRule).toBe('delve-0.1.50');
    expect(report(old)).toContain('(rule delve as of delve-onnx 0.1.0)');
    expect(differencesOf(old, recutRun(old, 0.99, 'delve'))).toMatchObject([
      { setting: 'idimRule', before: 'delve as of delve-onnx 0.1.0', after: 'delve' },
    ]);
  });

  it('refuses a rule that there is not', () => {
    expect(() => recutRun(original, 0.5, 'python' as 'delve')).toThrow(
      'there is no idimRule "python": give explained or delve',
    );
  });

  it('refuses what is not a share of variance', () => {
    expect(() => recutRun(original, 0)).toThrow(UserError);
    expect(() => recutRun(original, 1.01)).toThrow(UserError);
    expect(() => recutRun(original, [])).toThrow(UserError);
  });
});
