import { describe, expect, it } from 'vitest';
import { type Bound, parseBound } from '../../src/check/bound.js';
import { check } from '../../src/check/check.js';
import { UserError } from '../../src/errors.js';
import { layer, run } from '../support/runs.js';

describe('a bound', () => {
  it.each([
    ['0.05', { bound: 0.05 }],
    ['1', { bound: 1 }],
    ['.5', { bound: 0.5 }],
    ['1e-3', { bound: 0.001 }],
    ['2.5E-12', { bound: 2.5e-12 }],
    ['.25', { bound: 0.25 }],
    ['00.5', { bound: 0.5 }],
    [' layer4.* = 0.02', { glob: 'layer4.*', bound: 0.02 }],
    [' 0.05 ', { bound: 0.05 }],
    ['layer4.*=0.02', { glob: 'layer4.*', bound: 0.02 }],
    ['a=b=0', { glob: 'a=b', bound: 0 }],
  ])('is read from %s', (text, bound) => {
    expect(parseBound(text, '--min-saturation')).toEqual(bound);
  });

  it.each([
    '',
    'abc',
    '=0.5',
    'layer4.*=',
    'layer4.*',
    'NaN',
    'Infinity',
    '-0.1',
    '5%',
    '0x1',
    '0,5',
    'a=1 2',
  ])('is not read from %j', (text) => {
    expect(() => parseBound(text, '--min-saturation')).toThrow(UserError);
    expect(() => parseBound(text, '--min-saturation')).toThrow(
      `--min-saturation ${text} is not a bound: give a number as 0.05, or a glob and a number as 'layer4.*=0.02'`,
    );
  });

  it.each(['1.01', '5', 'a=2', '1e9'])('is refused out of range, as %s', (text) => {
    expect(() => parseBound(text, '--max-drop')).toThrow(
      `--max-drop ${text} is out of range: saturation is a share, so bounds go from 0 to 1 (5 % is 0.05)`,
    );
  });
});

describe('bounds on layers', () => {
  const names = ['stem', 'layer4.0.conv1', 'layer4.1/conv2', 'fc'];
  const net = run(names.map((name) => layer(name, 5, 10)));
  const resolved = (...minSaturation: readonly Bound[]) => {
    const { judgements } = check(net, { minSaturation });
    return names.map((name) => judgements.find((each) => each.layer === name)?.bound);
  };

  it('without a glob are about all layers, the last of them counting', () => {
    expect(resolved({ bound: 0.1 })).toEqual([0.1, 0.1, 0.1, 0.1]);
    expect(resolved({ bound: 0.1 }, { bound: 0.2 })).toEqual([0.2, 0.2, 0.2, 0.2]);
  });

  it('with a glob go before it wherever they stand, and reach over dots and slashes', () => {
    expect(resolved({ glob: 'layer4.*', bound: 0.5 }, { bound: 0.1 })).toEqual([0.1, 0.5, 0.5, 0.1]);
  });

  it('with a glob are overridden by later ones', () => {
    expect(
      resolved({ glob: '*', bound: 0.1 }, { glob: 'layer4.*', bound: 0.5 }, { glob: '*conv2', bound: 0.7 }),
    ).toEqual([0.1, 0.5, 0.7, 0.1]);
    expect(resolved({ glob: 'layer4.*', bound: 0.5 }, { glob: '*', bound: 0.1 })).toEqual([
      0.1, 0.1, 0.1, 0.1,
    ]);
  });

  it('that are about no layer leave it alone', () => {
    expect(resolved({ glob: 'fc', bound: 0.1 })).toEqual([undefined, undefined, undefined, 0.1]);
  });

  it('that match nothing are refused, also where a later one overrides them', () => {
    expect(() => resolved({ glob: 'conv*', bound: 0.1 }, { glob: '*', bound: 0.2 })).toThrow(
      new UserError(
        'minSaturation conv*=0.1 matches no layer: the run has stem, layer4.0.conv1, layer4.1/conv2, fc',
      ),
    );
  });

  it('out of range are refused', () => {
    expect(() => resolved({ bound: Number.NaN })).toThrow(UserError);
    expect(() => resolved({ glob: 'fc', bound: -1 })).toThrow('minSaturation fc=-1 is out of range');
  });
});
