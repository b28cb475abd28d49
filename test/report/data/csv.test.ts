import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { csv } from '../../../src/report/data/csv.js';
import { recutRun } from '../../../src/run/compare/recutRun.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

function parsed(text: string): Record<string, string>[] {
  const { data, errors } = Papa.parse<Record<string, string>>(text, {
    header: true,
    newline: '\r\n',
    skipEmptyLines: true,
  });
  expect(errors).toEqual([]);
  return data;
}

const uncertainty = {
  groups: 13,
  degreesOfFreedom: 12,
  saturation: { standardError: 0.1, bias: -0.05, interval: [0.25, 0.5] as const },
  intrinsicDimensionality: { standardError: 0.3, bias: -0.15, interval: [1, 2] as const },
  effectiveRank: { standardError: 0.2, bias: -0.1, interval: [0.9, 1.5] as const },
};

const magnitudes = { largest: 7.5, beyondFloat16: 2, values: 90 };

describe('CSV', () => {
  it('is a header and one row per layer, with CRLF and all digits', () => {
    const text = csv(
      [
        run(
          [
            layer('a', 1, 3, { op: 'Conv', uncertainty, magnitudes }),
            layer('b', 3, 3, { op: 'Gemm', parameters: 12 }),
          ],
          {
            data: {
              source: 'images/',
              reader: 'images',
              samples: 5,
              skipped: 0,
              labels: { classes: 2, samples: 5, top1: 0.8, counts: { cat: 3, dog: 2 } },
            },
          },
        ),
      ],
      { names: ['net.delve'] },
    );
    expect(text).toBe(
      'run,layer,op,observations,features,intrinsicDimensionality,saturation,trace,diagonalTrace,logDeterminant,determinant,' +
        'effectiveRank,participationRatio,deadFeatures,parameters,reading,warnings,split,threshold,samples,preprocessing,labels,accuracy,' +
        'saturationStandardError,saturationBias,saturationLow,saturationHigh,' +
        'intrinsicDimensionalityStandardError,intrinsicDimensionalityBias,intrinsicDimensionalityLow,intrinsicDimensionalityHigh,' +
        'effectiveRankStandardError,effectiveRankBias,effectiveRankLow,effectiveRankHigh,uncertaintyGroups,largestMagnitude,beyondFloat16,values\r\n' +
        'net.delve,a,Conv,31808,3,1,0.3333333333333333,1,1,,0,1,1,2,,healthy,,eval,0.99,5,,"{""cat"":3,""dog"":2}",0.8,0.1,-0.05,0.25,0.5,0.3,-0.15,1,2,0.2,-0.1,0.9,1.5,13,7.5,2,90\r\n' +
        'net.delve,b,Gemm,31808,3,3,1,3,3,0,1,3,3,0,12,output,,eval,0.99,5,,"{""cat"":3,""dog"":2}",0.8,,,,,,,,,,,,,,,,\r\n',
    );
  });

  it('comes back whatever names and warnings hold', () => {
    const names = ['a,b', 'say "x"', 'two\nlines', 'two\r\nlines', ' spaces ', '層', '', '=1+1', "'"];
    const rows = parsed(
      csv([run(names.map((name) => layer(name, 1, 2, { warnings: ['a; b', 'c, "d"'] })))], {}),
    );
    expect(rows.map((row) => row.layer)).toEqual(names);
    expect(rows[0].warnings).toBe('a; b; c, "d"');
  });

  it('leaves cells empty where a layer has no numbers', () => {
    const [row] = parsed(csv([run([invalidLayer('nan', 4)])], {}));
    expect(row).toMatchObject({
      saturation: '',
      intrinsicDimensionality: '',
      reading: 'invalid',
      features: '4',
    });
  });

  it('says of every row how its data were prepared, as JSON', () => {
    const preprocessing = { mean: [0.1307], std: [0.3081], layout: 'nchw' };
    const prepared = run([layer('a', 1, 2)], {
      data: { source: 'images/', reader: 'images', samples: 5, skipped: 0, preprocessing },
    });
    const [first, second] = parsed(csv([prepared, run([layer('a', 1, 2)])], {}));
    expect(JSON.parse(first.preprocessing)).toEqual(preprocessing);
    expect([second.preprocessing, second.labels, second.samples]).toEqual(['', '', '497']);
  });

  it('names the run of each row where there are several', () => {
    const runs = [run([layer('a', 1, 2)]), run([layer('b', 1, 2)])];
    expect(
      parsed(csv(runs, { names: ['one.delve', 'two, more'] })).map((row) => [row.run, row.layer]),
    ).toEqual([
      ['one.delve', 'a'],
      ['two, more', 'b'],
    ]);
    expect(parsed(csv(runs, {}))[0].run).toBe('net.onnx');
  });

  it('has columns for further thresholds', () => {
    const cut = recutRun(run([layer('a', 4, 8)]), [0.99, 0.5]);
    const [row] = parsed(csv([cut, run([layer('b', 1, 2)])], {}));
    expect(row).toMatchObject({
      'saturation@0.99': '0.5',
      'saturation@0.5': '0.25',
      'intrinsicDimensionality@0.5': '2',
    });
  });
});
