import { describe, expect, test } from 'vitest';
import {
  batchSize,
  devices,
  fedBack,
  list,
  number,
  numbers,
  shape,
  thresholds,
  wholeNumber,
} from '../../../src/cli/options/parse.js';

describe('whole numbers', () => {
  test('are taken from the least upward', () => {
    expect(wholeNumber(1)('32')).toBe(32);
    expect(wholeNumber(0)('0')).toBe(0);
  });

  test.each(['0', '-1', '1.5', 'x', '', ' ', '1e400', 'NaN', '9007199254740993'])('%j is refused', (text) => {
    expect(() => wholeNumber(1)(text)).toThrow('Give a whole number from 1 upward.');
  });
});

test('a batch is a whole number of samples, or auto', () => {
  expect(batchSize('64')).toBe(64);
  expect(batchSize('auto')).toBe('auto');
  for (const wrong of ['0', '-1', '1.5', 'automatic', '', 'Infinity'])
    expect(() => batchSize(wrong)).toThrow('Give a whole number from 1 upward, or auto.');
});

test('a state is fed from outputs, several with commas or again', () => {
  expect(fedBack('h=hn, c=cn', { s: 'sn' })).toEqual({ s: 'sn', h: 'hn', c: 'cn' });
  expect(fedBack('past.*=present.*')).toEqual({ 'past.*': 'present.*' });
  for (const wrong of ['', 'h', 'h=', '=hn', 'h=hn,', 'h=hn=c'])
    expect(() => fedBack(wrong)).toThrow('Give <input>=<output>, such as h=hn,c=cn.');
});

test('numbers may be negative, fractions and with exponents, several with commas', () => {
  expect(number('-1.5e-3')).toBe(-0.0015);
  expect(numbers('0.485,0.456')).toEqual([0.485, 0.456]);
  for (const wrong of ['', 'x', 'Infinity', '1,,2', '1,'])
    expect(() => numbers(wrong)).toThrow('Give a number.');
});

test('thresholds are shares above 0 and up to 1', () => {
  expect(thresholds('0.9,0.99,1')).toEqual([0.9, 0.99, 1]);
  for (const wrong of ['0', '1.5', '99', '', '0.9,', 'x'])
    expect(() => thresholds(wrong)).toThrow(/above 0 and up to 1/);
});

test('lists add up over repetitions; commas within braces are part of a glob', () => {
  expect(list('b.*,{c,d}', list('a'))).toEqual(['a', 'b.*', '{c,d}']);
  for (const wrong of ['', ',', 'a,', ' ']) expect(() => list(wrong)).toThrow(/Give names/);
});

test('shapes name an input and its sizes; the name may hold an equals sign', () => {
  expect(shape('b==4', shape('image=3x224x224'))).toEqual({ image: [3, 224, 224], 'b=': [4] });
  for (const wrong of ['3x4', 'x=', 'x=3xx4', 'x=3,4', '=3'])
    expect(() => shape(wrong)).toThrow(/Give <input>=/);
});

describe('GPUs', () => {
  test('are one or several numbers, one of them perhaps twice', () => {
    expect(devices('0')).toEqual([0]);
    expect(devices('0,1, 3')).toEqual([0, 1, 3]);
    expect(devices('0,0')).toEqual([0, 0]);
  });

  test.each(['', 'gpu0', '0,', '-1', '1.5'])('are not %j', (text) => {
    expect(() => devices(text)).toThrow('Give a whole number from 0 upward, or several such as 0,1.');
  });
});
