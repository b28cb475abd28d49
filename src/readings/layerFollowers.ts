import type { Run } from '../run/schema.js';

/**
 * Which layers of a run come right after each of its layers, through whatever joins lie between; `followers[i]` holds
 * places in `layers`, all of them after `i`. A run without a graph is taken for a chain.
 */
export function layerFollowers({ layers, graph }: Pick<Run, 'layers' | 'graph'>): readonly number[][] {
  if (!graph) return layers.map((_, i) => (i + 1 < layers.length ? [i + 1] : []));
  const placeOf = new Map(layers.map(({ name }, place) => [name, place]));
  const followers: number[][] = layers.map(() => []);
  /** For each value so far: the layers that it comes from. */
  const sources = new Map<string, ReadonlySet<number>>();
  for (const { id, inputs } of graph) {
    const from = new Set(inputs.flatMap((input) => [...(sources.get(input) ?? [])]));
    const place = placeOf.get(id);
    if (place === undefined) {
      sources.set(id, from);
      continue;
    }
    for (const source of from) if (source < place) followers[source].push(place);
    sources.set(id, new Set([place]));
  }
  return followers;
}
