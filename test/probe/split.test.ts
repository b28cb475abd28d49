import { describe, expect, it } from 'vitest';
import { uniformNumbers } from '../../src/data/readers/randomNumbers.js';
import { type LayerProbe, plateauOf } from '../../src/probe/results.js';
import { splitByClass } from '../../src/probe/split.js';

const labelsOf = (counts: Record<string, number>) =>
  Object.entries(counts).flatMap(([label, count]) => Array.from({ length: count }, () => label));

describe('the split', () => {
  it('holds out the same share of every class, at least one sample and never all', () => {
    const labels = labelsOf({ a: 40, b: 9, c: 2, d: 1 });
    const { classes, parts } = splitByClass(labels, 0.25, uniformNumbers(0));
    const heldOut = (name: string) =>
      parts.filter((part, i) => part === 'heldOut' && labels[i] === name).length;
    expect(classes).toEqual(['a', 'b', 'c', 'd']);
    // 10, round(2.25), the least, and none of a single one
    expect(classes.map(heldOut)).toEqual([10, 2, 1, 0]);
    expect(
      splitByClass(labelsOf({ a: 3 }), 0.9, uniformNumbers(0)).parts.filter((p) => p === 'train'),
    ).toHaveLength(1);
  });

  it('is another by another seed, and the same by the same', () => {
    const labels = labelsOf({ a: 50, b: 50 });
    const drawn = (seed: number) => splitByClass(labels, 0.5, uniformNumbers(seed)).parts.join();
    expect(drawn(1)).toBe(drawn(1));
    expect(drawn(1)).not.toBe(drawn(2));
  });

  it('draws every sample alike often', () => {
    const times = new Float64Array(10);
    for (let seed = 0; seed < 2000; seed++) {
      const { parts } = splitByClass(labelsOf({ a: 10 }), 0.3, uniformNumbers(seed));
      for (const [i, part] of parts.entries()) if (part === 'heldOut') times[i]++;
    }
    // 600 expected, with a standard deviation of 20
    for (const count of times) expect(Math.abs(count - 600)).toBeLessThan(100);
  });

  it('orders classes that are numbers by size, and leaves out samples without a label', () => {
    const { classes, labels, parts } = splitByClass(
      ['10', undefined, '9', '10', '9'],
      0.5,
      uniformNumbers(0),
    );
    expect(classes).toEqual(['9', '10']);
    expect([...labels]).toEqual([1, -1, 0, 1, 0]);
    expect(parts[1]).toBe('unlabelled');
  });

  it('takes labels by the names of Object.prototype for classes as any others', () => {
    const { classes, labels } = splitByClass(
      ['__proto__', 'constructor', '__proto__'],
      0.5,
      uniformNumbers(0),
    );
    expect(classes).toEqual(['__proto__', 'constructor']);
    expect([...labels]).toEqual([0, 1, 0]);
  });
});

describe('the plateau', () => {
  const layer = (name: string, accuracy: number | null, standardError: number | null = 0.02): LayerProbe => ({
    ...{ name, op: 'Conv', features: 3, accuracy, standardError, balancedAccuracy: accuracy },
    ...{ trainAccuracy: accuracy, iterations: 1, converged: true, warnings: [] },
  });

  it('begins at the first layer within one standard error of the best', () => {
    const found = plateauOf([
      layer('a', 0.5),
      layer('b', 0.88),
      layer('c', 0.91),
      layer('d', 0.9),
      layer('e', null, null),
    ]);
    // 0.91 − 0.02 = 0.89
    expect(found).toMatchObject({ best: { name: 'c' }, reached: { name: 'c' }, after: 2 });
    expect(plateauOf([layer('a', 0.5), layer('b', 0.895), layer('c', 0.91), layer('d', 0.9)])).toMatchObject({
      best: { name: 'c' },
      reached: { name: 'b' },
      after: 2,
    });
  });

  it('is none where no layer has an accuracy', () => {
    expect(plateauOf([layer('a', null, null)])).toBeUndefined();
  });
});
