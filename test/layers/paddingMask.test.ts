import { describe, expect, it } from 'vitest';
import { maskedAxes, usualMask } from '../../src/layers/paddingMask.js';
import type { ElementType } from '../../src/onnx/elementType.js';

describe('the input that is taken for a mask', () => {
  const input = (name: string, type: ElementType, ...shape: (string | number)[]) => ({ name, type, shape });

  it('is the one called attention_mask, of whole numbers or bools', () => {
    const ids = input('input_ids', 'int64', 'n', 't');
    for (const type of ['int64', 'int32', 'bool'] as const) {
      const mask = input('attention_mask', type, 'n', 't');
      expect(usualMask([ids, mask])).toEqual({ input: 'attention_mask', type });
    }
  });

  it('is none of real numbers, which are added to scores, of another rank or another name', () => {
    for (const type of ['float32', 'float16', 'bfloat16'] as const) {
      expect(usualMask([input('attention_mask', type, 'n', 't')])).toBeUndefined();
    }
    expect(usualMask([input('attention_mask', 'int64', 'n', 1, 't')])).toBeUndefined();
    expect(usualMask([{ name: 'attention_mask', type: 'int64', shape: undefined }])).toBeUndefined();
    expect(usualMask([input('input_ids', 'int64', 'n', 't')])).toBeUndefined();
  });
});

describe('the axes of a mask in an activation', () => {
  /** Shapes made of samples and positions, in two runs of different sizes. */
  const runs = [
    { samples: 3, positions: 13 },
    { samples: 2, positions: 17 },
  ];
  const axes = (
    shape: (samples: number, positions: number) => number[],
    kind: 'featureMap' | 'featuresLast',
  ) =>
    maskedAxes(
      runs.map(({ samples, positions }) => shape(samples, positions)),
      runs,
      kind,
    );

  it('are rows of features, also where samples and positions are one axis', () => {
    expect(axes((n, t) => [n, t, 8], 'featuresLast')).toBe('rows');
    expect(axes((n, t) => [n * t, 8], 'featuresLast')).toBe('rows');
  });

  it('are rows of steps where the positions come first', () => {
    expect(axes((n, t) => [t, n, 8], 'featuresLast')).toBe('rowsOfSteps');
  });

  it('are columns of feature maps', () => {
    expect(axes((n, t) => [n, 8, t], 'featureMap')).toBe('columns');
  });

  it.each<[string, (n: number, t: number) => number[]]>([
    ['behind a pooling', (n) => [n, 8]],
    ['where positions were put together', (n, t) => [n, Math.ceil(t / 2), 8]],
    ['of pixels', (n, t) => [n, 8, t, 1]],
    ['of heads', (n, t) => [n, 4, t, 8]],
    ['of other samples', (n, t) => [n + 1, t, 8]],
    ['of steps of other samples', (n, t) => [t, n + 1, 8]],
    ['of as many rows more', (n, t) => [n * t + 1, 8]],
    ['of columns of other samples', (n, t) => [n + 1, 8, t]],
    ['of another number of columns', (n, t) => [n, 8, t + 1]],
    ['of all positions alone', (n, t) => [n * t]],
  ])('are not there %s', (_, shape) => {
    expect(axes(shape, 'featuresLast')).toBeUndefined();
    expect(axes(shape, 'featureMap')).toBeUndefined();
  });

  it('are not there where one run tells them and the other does not', () => {
    const shapes = [[3, 13, 8], undefined];
    expect(maskedAxes(shapes, runs, 'featuresLast')).toBeUndefined();
    expect(
      maskedAxes(
        [
          [3, 13, 8],
          [17, 2, 8],
        ],
        runs,
        'featuresLast',
      ),
    ).toBeUndefined();
  });
});
