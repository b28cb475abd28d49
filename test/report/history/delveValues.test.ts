import { describe, expect, it } from 'vitest';
import { delveLayerNames, delveValues } from '../../../src/report/history/delveValues.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const named = (...names: string[]) => delveLayerNames(names.map((name) => ({ name })));

describe('the values of Python Delve', () => {
  it('are named after split, statistic and layer, layer by layer', () => {
    const values = delveValues(run([layer('layer1.conv1', 3, 4), layer('fc', 2, 2)]));
    expect(values.map(({ name, value }) => [name, value])).toEqual([
      ['eval-saturation_layer1-conv1', 0.75],
      ['eval-intrinsic-dimensionality_layer1-conv1', 3],
      ['eval-covariance-determinant_layer1-conv1', 0],
      ['eval-covariance-trace_layer1-conv1', 3],
      ['eval-diagonal-trace_layer1-conv1', 3],
      ['eval-saturation_fc', 1],
      ['eval-intrinsic-dimensionality_fc', 2],
      ['eval-covariance-determinant_fc', 1],
      ['eval-covariance-trace_fc', 2],
      ['eval-diagonal-trace_fc', 2],
    ]);
  });

  it('have the split in front', () => {
    const { settings, ...rest } = run([layer('fc', 1, 2)]);
    const [first] = delveValues({ ...rest, settings: { ...settings, split: 'train' } });
    expect(first.name).toBe('train-saturation_fc');
  });

  it('are NaN for a layer without numbers, and infinite beyond the doubles', () => {
    expect(delveValues(run([invalidLayer('a', 2)])).every(({ value }) => Number.isNaN(value))).toBe(true);
    const [, , determinant] = delveValues(run([layer('a', 2, 2, { determinant: null })]));
    expect(determinant.value).toBe(Number.POSITIVE_INFINITY);
  });

  it('keep the names of layers apart', () => {
    expect(named('a.b', 'a-b', 'a.b_2', 'down.0')).toEqual(['a-b', 'a-b_2', 'a-b_2_2', 'down-0']);
  });
});
