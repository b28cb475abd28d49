import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { layerStatistics } from '../../src/check/statistics.js';
import { csv } from '../../src/report/data/csv.js';
import { diffCsv } from '../../src/report/diff/diffCsv.js';
import { diffRuns } from '../../src/run/compare/diffRuns.js';
import { numberShapes } from '../../src/run/files/numberShapes.js';
import { type LayerNumber, layerNumbers, storedNumbers } from '../../src/run/layerNumbers.js';
import { objectOf, ShapeError } from '../../src/shape/jsonShape.js';
import { layer, run } from '../support/runs.js';

const names = layerNumbers.map(({ key }) => key);
const added: LayerNumber = {
  key: 'stableRank',
  kind: 'number',
  none: 'null',
  since: '0.2.0',
  isStored: true,
  inDiff: true,
  of: () => null,
};
/** What is said of a layer where there is one number more. */
function complaint(value: object, number: LayerNumber = added): string | undefined {
  try {
    objectOf(numberShapes([...storedNumbers, number]))({ ...layer('a', 1, 2), ...value }, '');
    return undefined;
  } catch (error) {
    if (error instanceof ShapeError) return error.message;
    throw error;
  }
}

describe('a number that a later version adds', () => {
  it('may be missing in a run, since older ones lack it', () => {
    expect(complaint({})).toBeUndefined();
    expect(complaint({ stableRank: null })).toBeUndefined();
    expect(complaint({ stableRank: 1.5 })).toBeUndefined();
  });

  it('has to be a number where it is there', () => {
    expect(complaint({ stableRank: 'x' })).toBe('stableRank should be a finite number, but is "x"');
    expect(complaint({ stableRank: 2 }, { ...added, kind: 'share' })).toMatch(/from 0 to 1, but is 2$/);
    expect(complaint({ stableRank: 0.5 }, { ...added, kind: 'count' })).toMatch(/whole number/);
  });

  it('is not what the first version wrote, which must be there', () => {
    expect(complaint({}, { ...added, since: '0.1.0' })).toMatch(/^stableRank .*, but is missing$/);
    expect(complaint({ saturation: undefined })).toMatch(/^saturation .*, but is missing$/);
    expect(complaint({ parameters: undefined })).toBeUndefined();
  });
});

describe('the numbers of a layer', () => {
  // Written out, as readers of the files rely on names and places.
  it('stand in files under the names and in the order of version 0.1.0', () => {
    const one = run([layer('a', 1, 2)]);
    expect(csv([one], {}).split('\r\n')[0]).toBe(
      'run,layer,op,observations,features,intrinsicDimensionality,saturation,trace,diagonalTrace,logDeterminant,' +
        'determinant,effectiveRank,participationRatio,deadFeatures,parameters,reading,warnings,' +
        'split,threshold,samples,preprocessing,labels,accuracy,' +
        'saturationStandardError,saturationBias,saturationLow,saturationHigh,' +
        'intrinsicDimensionalityStandardError,intrinsicDimensionalityBias,intrinsicDimensionalityLow,intrinsicDimensionalityHigh,' +
        'effectiveRankStandardError,effectiveRankBias,effectiveRankLow,effectiveRankHigh,uncertaintyGroups,' +
        'largestMagnitude,beyondFloat16,values',
    );
    const compared = [
      'saturation',
      'intrinsicDimensionality',
      'features',
      'observations',
      'trace',
      'logDeterminant',
      'effectiveRank',
      'participationRatio',
    ];
    expect(diffCsv(diffRuns(one, one)).split('\r\n')[0]).toBe(
      [
        'layer,in',
        ...compared.map((name) => ['before', 'after', 'change'].map((when) => `${name}.${when}`).join(',')),
        'was',
        'noise,beyondNoise',
      ].join(','),
    );
    expect(Object.keys(diffRuns(one, one).layers[0])).toEqual(['name', 'before', 'after', ...compared]);
  });

  it('are what the schema of delve.config.json lets rules be about', () => {
    const schema = JSON.parse(readFileSync('schema/delve.config.schema.json', 'utf8'));
    const { properties, allOf } = schema.properties.rules.items;
    const counts = allOf[1].if.properties.statistic.enum;
    const listed = properties.statistic.enum.filter((name: string) => !counts.includes(name));
    expect(listed).toEqual([...layerStatistics.keys()]);
    expect(allOf[2].if.properties.statistic.enum).toEqual(listed);
    expect([...listed].sort()).toEqual([...names].sort());
    const shares = layerNumbers.filter(({ kind }) => kind === 'share').map(({ key }) => key);
    expect(allOf[3].if.anyOf[1].properties.statistic.enum).toEqual(shares);
  });

  it('are all named in docs/gate.md, and no others', () => {
    const text = readFileSync('docs/gate.md', 'utf8');
    const [, list = ''] = /^Statistics of each layer: ([^.]*)\.$/m.exec(text) ?? [];
    expect([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name)).toEqual([...layerStatistics.keys()]);
  });
});
