import { describe, expect, it } from 'vitest';
import { check } from '../../../src/check/check.js';
import { formatCheck } from '../../../src/report/checks/checkText.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const baseline = run([layer('a', 80, 100), layer('layer4.conv1', 50, 100), layer('old', 1, 100)]);

describe('a check in words', () => {
  it('has a line for every violation, with layer, value and bound, and a verdict', () => {
    const now = run([layer('a', 70, 100), layer('layer4.conv1', 1, 100), invalidLayer('nan', 4)]);
    const result = check(now, {
      minSaturation: [{ bound: 0.05 }, { glob: 'layer4.*', bound: 0.02 }],
      maxSaturation: [{ glob: 'a', bound: 0.6 }],
      baseline,
      maxDrop: [{ bound: 0.05 }],
    });
    expect(formatCheck(result)).toBe(
      [
        '✗ a             saturation 0.7 is above 0.6 [maxSaturation a=0.6]',
        "✗ a             saturation 0.7 is 0.1 below the baseline's 0.8, more than 0.05 [maxDrop 0.05]",
        '✗ layer4.conv1  saturation 0.01 is below 0.02 [minSaturation layer4.*=0.02]',
        "✗ layer4.conv1  saturation 0.01 is 0.49 below the baseline's 0.5, more than 0.05 [maxDrop 0.05]",
        '✗ nan           has no saturation that could be checked (invalid: NaN or Inf in its activations in batch 3) [minSaturation 0.05]',
        '✗ old           is gone: the baseline has it, this run has not [maxDrop 0.05]',
        '  not in the baseline, so not held against it: nan',
        'check failed: 6 violations in 4 layers, of 7 comparisons on 4 layers',
        '',
      ].join('\n'),
    );
  });

  it('is one line where all is well', () => {
    expect(formatCheck(check(baseline, { minSaturation: [{ bound: 0 }] }))).toBe(
      '✓ check passed: 3 comparisons on 3 layers\n',
    );
  });

  it('does not round a value to the bound that it misses', () => {
    // 333 of 1000 against 0.33300001
    const result = check(run([layer('a', 333, 1000)]), { minSaturation: [{ bound: 0.33300001 }] });
    expect(formatCheck(result)).toContain('saturation 0.333 is below 0.33300001');
    const near = check(run([layer('a', 33333, 100000, { eigenvalues: [] })]), {
      minSaturation: [{ bound: 0.3333301 }],
    });
    expect(formatCheck(near)).toContain('saturation 0.33333 is below 0.3333301');
  });

  it('escapes what layers are called', () => {
    const result = check(run([layer('\u001b[31m\n', 1, 100)]), { minSaturation: [{ bound: 0.5 }] });
    expect(formatCheck(result)).toContain('✗ \\x1b[31m\\n  saturation');
  });

  it('is coloured on request, and ASCII on request', () => {
    const result = check(baseline, { minSaturation: [{ bound: 0.5 }] });
    expect(formatCheck(result, { color: true })).toContain('\u001b[31m✗\u001b[39m');
    expect(formatCheck(result, { unicode: false })).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('points out what passed on too few observations', () => {
    const few = run([layer('few', 9, 10, { observations: 10 })]);
    expect(formatCheck(check(few, { minSaturation: [{ bound: 0.1 }] }))).toBe(
      '  passed on no more observations than features: few\n✓ check passed: 1 comparison on 1 layer\n',
    );
  });
});
