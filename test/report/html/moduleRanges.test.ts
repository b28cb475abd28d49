import { expect, test } from 'vitest';
import { moduleRanges } from '../../../src/report/html/moduleRanges.js';

test('groups neighbouring rows by the modules of their names, outer ones first', () => {
  expect(
    moduleRanges(['stem', 'layer1.0.conv1', 'layer1.0.conv2', undefined, 'layer1.1.conv1', 'fc']),
  ).toEqual([
    { name: 'layer1', depth: 0, from: 1, to: 4 },
    { name: 'layer1.0', depth: 1, from: 1, to: 3 },
  ]);
});

test('leaves out a module that holds nothing but one other', () => {
  expect(moduleRanges(['model.body.a', 'model.body.b'])).toEqual([
    { name: 'model.body', depth: 0, from: 0, to: 1 },
  ]);
});

test('names a module again that the network comes back to', () => {
  expect(moduleRanges(['a.x', 'a.y', 'b', 'a.x', 'a.y']).map(({ name, from }) => [name, from])).toEqual([
    ['a', 0],
    ['a', 3],
  ]);
});
