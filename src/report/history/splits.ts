import type { Run } from '../../run/schema.js';

/** Runs by their split, each in the order given: what a network was not trained on comes first. */
export function bySplit<T extends { readonly run: Run }>(runs: readonly T[]): readonly (readonly T[])[] {
  const splits = new Map<string, T[]>();
  for (const each of runs) {
    const { split } = each.run.settings;
    const same = splits.get(split);
    if (same) same.push(each);
    else splits.set(split, [each]);
  }
  return [...splits]
    .toSorted(([a], [b]) => Number(a === 'train') - Number(b === 'train'))
    .map(([, same]) => same);
}
