import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { parquet } from '../../../src/report/data/parquet.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

/** Read by the writer's sister library; `test/verification/formats` reads it by Arrow and DuckDB. */
function rows(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: new Uint8Array(bytes).buffer });
}

describe('Parquet', () => {
  it('says of every row how its data were prepared, and how many samples each label has', async () => {
    const [preprocessing, labels] = [
      { mean: [0.5], color: 'gray' },
      { cat: 3, dog: 2 },
    ];
    const data = { source: 'x', reader: 'images', samples: 5, skipped: 0, preprocessing };
    const told = { ...data, labels: { classes: 2, samples: 5, counts: labels } };
    const [row] = await rows(parquet([run([layer('a', 1, 2)], { data: told })], {}));
    expect(row.samples).toBe(5n);
    expect([row.preprocessing, row.labels].map((text) => JSON.parse(String(text)))).toEqual([
      preprocessing,
      labels,
    ]);
  });

  it('is one row per layer with its spectrum', async () => {
    const spectrum = [0.1 + 0.2, 1e-17, 5e-324, 0];
    const bytes = parquet(
      [
        run([
          layer('a', 1, 4, { eigenvalues: spectrum, parameters: 12, warnings: ['few', 'odd'] }),
          layer('b', 2, 2),
        ]),
      ],
      { names: ['net.delve'] },
    );
    const [first, second, ...more] = await rows(bytes);
    expect(more).toEqual([]);
    expect(first).toEqual({
      run: 'net.delve',
      split: 'eval',
      threshold: 0.99,
      position: 0n,
      layer: 'a',
      node: '/a/Conv',
      op: 'Conv',
      output: '/a/Conv_output_0',
      observations: 31808n,
      features: 4n,
      intrinsicDimensionality: 1n,
      saturation: 0.25,
      trace: 1,
      diagonalTrace: 1,
      logDeterminant: null,
      determinant: 0,
      effectiveRank: 1,
      participationRatio: 1,
      deadFeatures: 3n,
      parameters: 12n,
      reading: 'healthy',
      warnings: ['few', 'odd'],
      eigenvalues: spectrum,
      samples: 497n,
      preprocessing: null,
      labels: null,
      accuracy: null,
      saturationStandardError: null,
      saturationBias: null,
      saturationLow: null,
      saturationHigh: null,
      intrinsicDimensionalityStandardError: null,
      intrinsicDimensionalityBias: null,
      intrinsicDimensionalityLow: null,
      intrinsicDimensionalityHigh: null,
      effectiveRankStandardError: null,
      effectiveRankBias: null,
      effectiveRankLow: null,
      effectiveRankHigh: null,
      uncertaintyGroups: null,
      largestMagnitude: null,
      beyondFloat16: null,
      values: null,
    });
    expect(second).toMatchObject({
      position: 1n,
      layer: 'b',
      parameters: null,
      warnings: [],
      reading: 'output',
    });
  });

  it('has nulls and an empty spectrum where a layer has no numbers', async () => {
    const [row] = await rows(parquet([run([invalidLayer('nan', 4)])], {}));
    expect(row).toMatchObject({
      saturation: null,
      intrinsicDimensionality: null,
      eigenvalues: [],
      reading: 'invalid',
    });
  });

  it('tells runs apart', async () => {
    const all = await rows(
      parquet([run([layer('a', 1, 2)]), run([layer('a', 2, 2)])], { names: ['1', '2'] }),
    );
    expect(all.map((row) => [row.run, row.saturation])).toEqual([
      ['1', 0.5],
      ['2', 1],
    ]);
  });

  it('brings hostile names back', async () => {
    const names = ['a,b', '<script>', 'two\nlines', 'say "x"', '層', `x${'y'.repeat(499)}`, ''];
    const all = await rows(parquet([run(names.map((name) => layer(name, 1, 2)))], {}));
    expect(all.map((row) => row.layer)).toEqual(names);
  });

  it('is a file even of no layers', async () => {
    expect(await rows(parquet([run([])], {}))).toEqual([]);
  });
});
