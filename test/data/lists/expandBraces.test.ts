import { describe, expect, test } from 'vitest';
import { expandBraces } from '../../../src/data/lists/expandBraces.js';

describe('braces stand for what bash makes of them', () => {
  // echo <pattern>
  test.each([
    ['a.npy', 'a.npy'],
    ['{a,b}.npy', 'a.npy b.npy'],
    ['d-{8..11}', 'd-8 d-9 d-10 d-11'],
    ['d-{008..011}', 'd-008 d-009 d-010 d-011'],
    ['{9..011}', '009 010 011'],
    ['{01..3}', '01 02 03'],
    ['{10..08}', '10 09 08'],
    ['{0..2}', '0 1 2'],
    ['{3..1}', '3 2 1'],
    ['{7..7}', '7'],
    ['{a,b}{1,2}', 'a1 a2 b1 b2'],
    ['{1..3}{a,b}', '1a 1b 2a 2b 3a 3b'],
    ['a{,x}', 'a ax'],
    ['{a,{b,c}}', 'a b c'],
    ['x{a,{b,c}{1,2},}y', 'xay xb1y xb2y xc1y xc2y xy'],
    ['{{1..2},x}', '1 2 x'],
    ['{1,2..3}', '1 2..3'],
    ['{a}-{1,2}', '{a}-1 {a}-2'],
    ['{a{1,2}}', '{a1} {a2}'],
    ['{a},{b,c}', '{a},b {a},c'],
    ['{{a,b},{c}}', 'a b {c}'],
    ['{a,b}}', 'a} b}'],
    ['{{a,b}', '{a {b'],
    ['{a,b', '{a,b'],
    ['{}', '{}'],
  ])('%s: %s', (pattern, expected) => {
    expect(expandBraces(pattern)).toEqual(expected.split(' '));
  });

  test('but letters are no range', () => {
    expect(expandBraces('{a..c}')).toEqual(['{a..c}']);
    expect(expandBraces('{1..c}')).toEqual(['{1..c}']);
    expect(expandBraces('{x1..3}')).toEqual(['{x1..3}']);
  });
});

describe('more than a million files', () => {
  test('are refused, a million is not', () => {
    expect(() => expandBraces('{1..9999999}')).toThrow('{1..9999999} stands for more than 1000000 files');
    expect(() => expandBraces('{0..1000000}')).toThrow('more than 1000000 files');
    expect(() => expandBraces('{1..2000}{1..2000}')).toThrow('more than 1000000 files');
    expect(expandBraces('{1..1000}{1..1000}')).toHaveLength(1_000_000);
  });
});
