import { describe, expect, it } from 'vitest';
import { differenceInWords, differencesOf } from '../../../src/run/compare/comparableSettings.js';
import type { RunData, RunSettings } from '../../../src/run/schema.js';
import { run } from '../../support/runs.js';

const plain = run([]);
const made = (settings: Partial<RunSettings>, data: Partial<RunData> = {}) =>
  run([], { settings: { ...plain.settings, ...settings }, data: { ...plain.data, ...data } });
const shown = (before = plain, after = plain) =>
  differencesOf(before, after).map((each) => [each.setting, each.before, each.after, each.group]);

describe('in what two runs were made differently', () => {
  it('is told for all that changes numbers, what is decisive first', () => {
    const before = made({}, { reader: 'random', preprocessing: { seed: 0 } });
    const after = made(
      { precision: 'float32', measureAt: 'cheaper', every: 2, split: 'train', convMethod: 'mean' },
      { reader: 'random', preprocessing: { seed: 3 }, samples: 100 },
    );
    expect(shown(before, after)).toEqual([
      ['convMethod', 'channelwise', 'mean', 'observation'],
      ['seed', '0', '3', 'data'],
      ['split', 'eval', 'train', 'data'],
      ['samples', '497', '100', 'samples'],
      ['every', '1', '2', 'samples'],
      ['precision', 'float64', 'float32', 'precision'],
      ['measureAt', 'output', 'cheaper', 'precision'],
    ]);
  });

  it('is nothing for what stands for the same', () => {
    const spelled = made(
      { measureAt: 'output', tf32: 'off', every: 1, provider: 'cuda', batchSize: 7 },
      { source: '/elsewhere/images' },
    );
    expect(shown(plain, spelled)).toEqual([]);
  });

  it('does not depend on where the sources of several inputs lie', () => {
    const at = (folder: string, mean: number) =>
      made({}, { preprocessing: { [`${folder}/a`]: { mean: [0] }, [`${folder}/b`]: { mean: [mean] } } });
    expect(shown(at('/x', 1), at('/y', 1))).toEqual([]);
    expect(shown(at('/x', 1), at('/y', 2))).toEqual([['source2.mean', '1', '2', 'preprocessing']]);
  });

  it('is told with the option that sets it, where one does', () => {
    const before = made({}, { preprocessing: { labelColumn: 1, header: true, 'fc.scale': 2 } });
    const after = made({}, { preprocessing: { labelColumn: 2, header: false, 'fc.scale': 3 } });
    expect(differencesOf(before, after)).toEqual([
      {
        ...{ setting: 'labelColumn', flag: '--label-column', group: 'preprocessing', isDecisive: true },
        ...{ before: '1', after: '2' },
      },
      { setting: 'header', group: 'preprocessing', isDecisive: true, before: 'true', after: 'false' },
      {
        ...{ setting: 'fc.scale', flag: '--scale', group: 'preprocessing', isDecisive: true },
        ...{ before: '2', after: '3' },
      },
    ]);
  });

  it('is not told of what another reader prepares', () => {
    const before = made({}, { reader: 'npy', preprocessing: { scale: 2 } });
    const after = made({}, { reader: 'csv', preprocessing: { header: true } });
    expect(shown(before, after)).toEqual([['reader', 'npy', 'csv', 'data']]);
  });

  it('is not known where one of the two says nothing of its preprocessing', () => {
    const told = made({}, { preprocessing: { scale: 2, mean: [0.5, 1], odd: null } });
    expect(differencesOf(plain, told)).toEqual([
      {
        setting: 'preprocessing',
        group: 'preprocessing',
        isDecisive: false,
        before: 'unknown',
        after: 'scale 2, mean 0.5, 1, odd none',
      },
    ]);
    expect(shown(told, plain)).toEqual([
      ['preprocessing', 'scale 2, mean 0.5, 1, odd none', 'unknown', 'preprocessing'],
    ]);
    expect(shown(plain, made({}, { preprocessing: {} }))).toEqual([]);
  });

  it('is a seed also where only one has it, or in one source of several', () => {
    const seeded = made({}, { preprocessing: { a: { seed: 1 }, b: { seed: 2 } } });
    expect(shown(made({}, { preprocessing: { a: { x: 1 }, b: { x: 1 } } }), seeded)).toContainEqual([
      'seed',
      'none',
      '1, 2',
      'data',
    ]);
  });

  it('is the order in which samples were taken, where not all were', () => {
    const some = { maxSamples: 64 };
    expect(shown(made(some), made({ ...some, order: 'first' }))).toEqual([]);
    expect(shown(made(some), made({ ...some, order: 'drawn', orderSeed: 1 }))).toEqual([
      ['order', 'first', 'drawn', 'samples'],
      ['orderSeed', 'none', '1', 'samples'],
    ]);
    expect(shown(plain, made({ order: 'drawn' }))).toEqual([]);
  });

  it('is said in words', () => {
    const about = { setting: 'mean', before: '0', after: '0.5', group: 'preprocessing' } as const;
    expect(differenceInWords({ ...about, isDecisive: false })).toBe('mean was 0 and is 0.5');
    expect(differenceInWords({ ...about, isDecisive: true }, (word) => `*${word}*`)).toBe(
      '*mean* was *0* and is *0.5*: the numbers do not mean the same',
    );
  });

  it('is told of preprocessing key by key, but not of files that were no images', () => {
    const before = made({}, { preprocessing: { resize: 256, mean: [0.5], ignoredFiles: 1 } });
    const after = made({}, { preprocessing: { crop: '224x224', mean: [0.5], ignoredFiles: 2 } });
    expect(shown(before, after)).toEqual([
      ['resize', '256', 'none', 'preprocessing'],
      ['crop', 'none', '224x224', 'preprocessing'],
    ]);
  });
});
