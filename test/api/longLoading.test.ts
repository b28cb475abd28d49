import { expect, it } from 'vitest';
import { longLoading } from '../../src/api/longLoading.js';

it('says nothing of models that load quickly', () => {
  expect(longLoading(999)).toBeUndefined();
});

it.each([
  // 24 s at 2,500, four times as long for twice as many.
  [1250, '6 seconds'],
  [2500, '24 seconds'],
  [5000, '96 seconds'],
  [10_000, '6 minutes'],
  [50_000, '3 hours'],
])('estimates %i layers at %s', (layers, time) => {
  expect(longLoading(layers)).toMatch(
    new RegExp(`^ONNX Runtime loads ${layers} observed layers in about ${time},`),
  );
});
