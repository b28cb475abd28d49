import { describe, expect, it } from 'vitest';
import { describeInput, pixelsOf } from '../../src/preview/describeInput.js';
import { doubts } from '../../src/preview/doubts.js';
import type { PreviewedSample } from '../../src/preview/results.js';
import { sampleValues } from '../../src/preview/sampleValues.js';

const values = (dims: readonly number[], ...data: number[]) => ({ dims, data: Float64Array.from(data) });
const filled = (dims: readonly number[], of: (i: number) => number) =>
  values(dims, ...Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => of(i)));
const sample = (name: string, its: ReturnType<typeof values>): PreviewedSample => ({
  texts: new Map(),
  values: new Map([[name, its]]),
});

describe('what enters an input', () => {
  it('is told by range, mean, deviation and zeros over all samples', () => {
    const input = describeInput('x', 'float32', [values([2], 0, 1), values([2], 2, 5)], false);
    // By hand: mean 8/4, variance (4 + 1 + 0 + 9)/4.
    expect(input).toMatchObject({ min: 0, max: 5, mean: 2, zeros: 0.25, nonFinite: 0, shape: [2] });
    expect(input.std).toBeCloseTo(Math.sqrt(14 / 4), 14);
  });

  it('keeps its deviation beside a far mean', () => {
    const input = describeInput('x', 'float64', [values([2], 1e9 + 1, 1e9 - 1)], false);
    expect(input.std).toBeCloseTo(1, 6);
  });

  it('counts what is not finite apart', () => {
    const input = describeInput(
      'x',
      'float32',
      [values([3], Number.NaN, 4, Number.POSITIVE_INFINITY)],
      false,
    );
    expect(input).toMatchObject({ min: 4, max: 4, nonFinite: 2 });
    expect(describeInput('x', 'float32', [values([1], Number.NaN)], false)).toMatchObject({
      min: null,
      std: null,
    });
  });

  it.each([
    [[1, 28, 28], 'float32', 'image'],
    [[3, 8, 9], 'uint8', 'image'],
    [[8, 9, 3], 'float32', 'image'],
    [[28, 28], 'float32', 'image'],
    [[16_000], 'float32', 'line'],
    [[1, 400], 'float32', 'line'],
    [[32], 'int64', 'nothing'],
    [[5], 'float32', 'nothing'],
    [[2, 28, 28], 'float32', 'nothing'],
  ] as const)('of %j, %s, is drawn as %s', (shape, type, expected) => {
    expect(describeInput('x', type, [filled(shape, (i) => i)], false).drawnAs).toBe(expected);
  });

  it('has its channels before or behind the pixels', () => {
    expect(pixelsOf([3, 10, 20])).toEqual({ channels: 3, height: 10, width: 20, channelsFirst: true });
    expect(pixelsOf([10, 20, 3])).toEqual({ channels: 3, height: 10, width: 20, channelsFirst: false });
  });
});

describe('one sample of a batch', () => {
  it('is cut out, half precision and 64-bit numbers too', () => {
    const halves = { type: 'float16', dims: [2, 2], data: Uint16Array.of(0, 0, 0x3c00, 0xc000) } as const;
    expect([...sampleValues(halves, 1).data]).toEqual([1, -2]);
    const whole = { type: 'int64', dims: [2, 1], data: BigInt64Array.of(7n, -3n) } as const;
    expect(sampleValues(whole, 1)).toEqual(values([1], -3));
  });
});

describe('doubts about what enters', () => {
  const found = (type: 'float32' | 'int64', ...each: ReturnType<typeof values>[]) =>
    doubts(
      [describeInput('x', type, each, false)],
      each.map((its) => sample('x', its)),
    );
  const image = [1, 8, 8] as const;

  it('are that nobody scaled bytes, that nothing is there, that all is the same, and that it is not finite', () => {
    expect(
      found(
        'float32',
        filled(image, (i) => 4 * i - 0),
        filled(image, (i) => i),
      )[0],
    ).toContain('gets values from 0 to 252, as bytes have them');
    expect(
      found(
        'float32',
        filled(image, () => 0),
        filled(image, () => 0),
      )[0],
    ).toContain('is 0 everywhere');
    expect(
      found(
        'float32',
        filled(image, (i) => i / 64),
        filled(image, (i) => i / 64),
      )[0],
    ).toContain('is the same for all 2 samples');
    expect(
      found(
        'float32',
        filled(image, (i) => (i === 3 ? Number.NaN : i / 64)),
      )[0],
    ).toContain('1 values');
  });

  it('are none about scaled images, masks without a gap and rows of any size', () => {
    expect(
      found(
        'float32',
        filled(image, (i) => i / 64),
        filled(image, (i) => 1 - i / 64),
      ),
    ).toEqual([]);
    expect(
      found(
        'int64',
        filled([9], () => 1),
        filled([9], () => 1),
      ),
    ).toEqual([]);
    expect(
      found(
        'float32',
        filled([9], (i) => 20 * i),
        filled([9], (i) => 10 * i),
      ),
    ).toEqual([]);
  });
});
