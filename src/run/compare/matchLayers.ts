import type { Run, RunLayer } from '../schema.js';
import { placesOf } from './layerPlaces.js';

/** A layer that two runs have, under one name or two. */
export interface LayerMatch {
  readonly before: RunLayer;
  readonly after: RunLayer;
}

/** A layer that is called otherwise than in the run before. */
export interface Renamed {
  readonly name: string;
  /** What the run before calls it. */
  readonly was: string;
}

/**
 * Finds the layers of one run in another. First come those with the same weight, where no other layer on either side
 * has it; then those of one name; then, for another export of a network that was trained further, those of the same
 * operator and shape at the same place in the graph. Whatever could be meant by two is left alone.
 *
 * @returns matches in the order of `after`.
 */
export function matchLayers(before: Run, after: Run): LayerMatch[] {
  const sides = [before.layers, after.layers] as const;
  const byWeight = unique(sides, (layer) => layer.weights && `${kindOf(layer)} ${layer.weights}`);
  const byName = unique(without(sides, byWeight), ({ name }) => name);
  const matches = [...byWeight, ...byName];
  const rest = without(sides, matches);
  if (before.graph && after.graph && rest.every(({ length }) => length > 0)) {
    const known = matches.flatMap((match, index) => [
      [match.before, `known ${index}`] as const,
      [match.after, `known ${index}`] as const,
    ]);
    const places = placesOf([before, after], kindOf, new Map(known));
    matches.push(...unique(rest, (layer) => places.get(layer)));
  }
  const byAfter = new Map(matches.map((match) => [match.after, match]));
  return after.layers.flatMap((layer) => byAfter.get(layer) ?? []);
}

/** Those that are called otherwise than before. */
export function renamedIn(matches: readonly LayerMatch[]): Renamed[] {
  return matches
    .filter(({ before, after }) => before.name !== after.name)
    .map(({ before, after }) => ({ name: after.name, was: before.name }));
}

type Sides = readonly [before: readonly RunLayer[], after: readonly RunLayer[]];

function without([before, after]: Sides, matches: readonly LayerMatch[]): Sides {
  const taken = new Set(matches.flatMap((match) => [match.before, match.after]));
  const isLeft = (layer: RunLayer) => !taken.has(layer);
  return [before.filter(isLeft), after.filter(isLeft)];
}

/** Layers by a key that one of each side has, and no other. */
function unique([before, after]: Sides, keyOf: (layer: RunLayer) => unknown): LayerMatch[] {
  const old = onlyOnes(before, keyOf);
  return [...onlyOnes(after, keyOf)].flatMap(([key, layer]) => {
    const match = old.get(key);
    return match ? [{ before: match, after: layer }] : [];
  });
}

function onlyOnes(layers: readonly RunLayer[], keyOf: (layer: RunLayer) => unknown): Map<unknown, RunLayer> {
  const byKey = new Map<unknown, RunLayer>();
  const shared = new Set<unknown>();
  for (const layer of layers) {
    const key = keyOf(layer);
    if (key === undefined) continue;
    if (byKey.has(key)) shared.add(key);
    byKey.set(key, layer);
  }
  for (const key of shared) byKey.delete(key);
  return byKey;
}

/** Exporters write one linear layer as either, with its weight either way round. */
const linear = /^(Fused)?(Gemm|MatMul)$/;

/** What two exports of a layer have in common, whatever they call it: its operator and its shape. */
function kindOf({ op, features, weightShape = [] }: RunLayer): string {
  const isLinear = linear.test(op);
  const shape = isLinear ? weightShape.toSorted((a, b) => a - b) : weightShape;
  return `${isLinear ? 'linear' : op} ${features} ${shape.join('×')}`;
}
