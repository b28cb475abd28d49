import { describe, expect, test } from 'vitest';
import { assignSources } from '../../../src/data/open/assignSources.js';
import { input } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

const inputs = ['a', 'a=b', 'c'].map((name) => input(name, 'float32', ['n', 2]));

async function assigned(...data: string[]) {
  const found = await assignSources(data, inputs);
  return found.map(({ source, inputs: fed }) => [source, fed.map(({ name }) => name).join(' ')]);
}

describe('sources feed', () => {
  test('the input that they name, and one without a name all others', async () => {
    expect(await assigned('c=x.npy', 'rest.npz')).toEqual([
      ['x.npy', 'c'],
      ['rest.npz', 'a a=b'],
    ]);
    expect(await assigned('rest.npz', 'c=x.npy', 'a=y.npy')).toEqual([
      ['x.npy', 'c'],
      ['y.npy', 'a'],
      ['rest.npz', 'a=b'],
    ]);
    expect(await assigned('all.npz')).toEqual([['all.npz', 'a a=b c']]);
  });

  test('the longest name that they begin with', async () => {
    expect(await assigned('a=b=x.npy', 'a=y=z.npy', 'c==w.npy')).toEqual([
      ['x.npy', 'a=b'],
      ['y=z.npy', 'a'],
      ['=w.npy', 'c'],
    ]);
  });

  test('what is left where a file has an equals sign in its name', async () => {
    const folder = await temporaryFolder({ 'k=v.npz': '' });
    expect(await assigned(`${folder}/k=v.npz`)).toEqual([[`${folder}/k=v.npz`, 'a a=b c']]);
  });
});

describe('refused are', () => {
  test.each<[string, string[], string]>([
    ['no data', [], 'there is no data: pass --data <source>'],
    ['an input fed twice', ['a=x', 'c=y', 'a=z'], 'input a is fed twice: pass --data for it once'],
    [
      'an input that there is not',
      ['d=x.npy'],
      '--data d=x.npy: there is no such file, and the model has no input d (its inputs: a, a=b, c)',
    ],
    [
      'two without a name',
      ['x', 'a=z', 'y'],
      'x and y are both given without an input: write --data <input>=<source>, with one of a, a=b, c',
    ],
    [
      'one without a name where all have theirs',
      ['a=x', 'a=b=y', 'c=z', 'w'],
      'w feeds nothing: every input (a, a=b, c) has its own --data',
    ],
    [
      'an input that is not fed',
      ['a=x', 'c=z'],
      "input a=b is not fed: pass --data a=b=<source> (the model's inputs: a, a=b, c)",
    ],
  ])('%s', async (_, data, message) => {
    await expect(assigned(...data)).rejects.toThrow(message);
  });
});
