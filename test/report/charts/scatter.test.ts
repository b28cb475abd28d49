import { describe, expect, it } from 'vitest';
import { classesOf, MOST_CLASSES, scatterSeries } from '../../../src/report/charts/scatter.js';

describe('samples by class', () => {
  it('puts classes in the order of their numbers, each with a look of its own', () => {
    const labels = Array.from({ length: 24 }, (_, i) => String(23 - i));
    const coordinates = Float64Array.from({ length: 48 }, (_, i) => i);
    const series = scatterSeries({ labels, coordinates }, 3);
    expect(series.map(({ name }) => name)).toEqual(Array.from({ length: MOST_CLASSES }, (_, i) => String(i)));
    expect(new Set(series.map(({ itemStyle, symbol }) => `${itemStyle.color} ${symbol}`)).size).toBe(24);
    // Class 23 is that of the first sample.
    expect(series[23].data).toEqual([[0, 1]]);
    expect(series[0].data).toEqual([[46, 47]]);
  });

  it('leaves out samples that never reached the layer, and keeps those without a class', () => {
    const labels = ['a', undefined, 'a', 'b'];
    const series = scatterSeries({ labels, coordinates: [1, 2, 3, 4, Number.NaN, Number.NaN, 7, 8] }, 3);
    expect(series.map(({ name, data }) => [name, data])).toEqual([
      ['a', [[1, 2]]],
      ['b', [[7, 8]]],
      ['samples', [[3, 4]]],
    ]);
  });

  it('draws more classes than there are looks alike', () => {
    const labels = Array.from({ length: 25 }, (_, i) => `class ${i}`);
    expect(classesOf(labels)).toEqual([]);
    const [only, ...others] = scatterSeries({ labels, coordinates: new Float64Array(50) }, 3);
    expect(others).toEqual([]);
    expect(only.data).toHaveLength(25);
  });
});
