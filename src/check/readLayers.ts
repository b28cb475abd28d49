import type { Run, RunLayer } from '../run/schema.js';

/** What a layer's numbers say about it. */
export type ReadingKind = 'healthy' | 'tail' | 'narrow' | 'dead' | 'output' | 'uncertain' | 'invalid';

export interface LayerReading {
  readonly layer: RunLayer;
  readonly kind: ReadingKind;
}

export interface Reading {
  /** One for each layer of the run, in its order. */
  readonly layers: readonly LayerReading[];
  /** Where a tail was found: the saturation below which a layer belongs to it. */
  readonly tailBelow?: number;
}

/** A layer of the tail has less than this share of the median saturation of the layers before the tail … */
const TAIL_SHARE = 0.5;
/** … and less than this in itself: a layer that uses a third of its features is at work, whatever the others do. */
const TAIL_LIMIT = 0.3;
/** A median says little about fewer layers. */
const LAYERS_BEFORE_TAIL = 2;
const NARROW_FROM = 0.9;

/** The rules by which layers are read, in words, for reports and documentation. */
export const readingRules = {
  tail:
    'the longest run of last layers, the output layer aside, each with a saturation below 30 % and below half ' +
    'the median of the layers before that run (at least two); a layer with fewer inputs than features counts ' +
    'by the share of its inputs',
  narrow: 'saturation of 90 % or more, with at least two features',
  output: 'the last layer of the model: its width is set by the task, so it is not judged',
  dead: 'no feature varies over the data',
  uncertain: 'no more observations than features, so that the saturation is capped by them: not judged',
  invalid: 'no numbers: NaN or Inf came up, or nothing was observed',
} satisfies Record<Exclude<ReadingKind, 'healthy'>, string>;

/**
 * Reads a run: which layers form a tail, which are narrow, and which cannot be judged; see `readingRules`.
 *
 * The tail is the pattern described by Richter et al. ("Feature Space Saturation during Training", 2020, and "Input
 * Size Matters", 2021): consecutive last layers of low saturation relative to those before, which take part in no
 * decision. "Low" and "relative to" are given numbers here. A layer that cannot be judged neither ends a tail nor
 * belongs to one; a dead layer counts as one of saturation 0. Where a small fan-in caps a layer's rank, its saturation
 * counts relative to what it can reach.
 */
export function readLayers({ layers, outputLayer }: Pick<Run, 'layers' | 'outputLayer'>): Reading {
  // Runs that do not name it are taken to have observed it: then it is their last.
  const named = layers.findIndex(({ name }) => name === outputLayer);
  const output = outputLayer === undefined ? layers.length - 1 : named;
  // What follows it (an observed Softmax) has its width from it.
  const plain = layers.map((layer, index) => ({
    layer,
    kind: kindOf(layer, output >= 0 && index >= output),
  }));
  const judged = plain.filter(({ kind }) => kind === 'healthy' || kind === 'narrow' || kind === 'dead');
  const tail = findTail(judged.map(({ layer }) => attained(layer)));
  if (!tail) return { layers: plain };
  const tailed = new Set(judged.slice(tail.from));
  return {
    layers: plain.map((reading) =>
      tailed.has(reading) && reading.kind !== 'dead' ? { ...reading, kind: 'tail' } : reading,
    ),
    tailBelow: tail.below,
  };
}

function kindOf(layer: RunLayer, isOutput: boolean): ReadingKind {
  const { saturation, observations, features } = layer;
  if (saturation === null) return 'invalid';
  if (observations <= features) return 'uncertain';
  if (layer.deadFeatures === features) return 'dead';
  if (isOutput) return 'output';
  return saturation >= NARROW_FROM && features > 1 ? 'narrow' : 'healthy';
}

/** The share of the directions that a layer can have which it uses: a layer with few inputs can fill few features. */
function attained({ saturation, features, rankLimit = features }: RunLayer): number {
  return ((saturation ?? 0) * features) / Math.max(1, rankLimit);
}

/** Where the longest tail begins, and the bound that its saturations lie below. */
function findTail(saturations: readonly number[]): { from: number; below: number } | undefined {
  for (let from = LAYERS_BEFORE_TAIL; from < saturations.length; from++) {
    const below = Math.min(TAIL_LIMIT, TAIL_SHARE * median(saturations.slice(0, from)));
    if (saturations.slice(from).every((saturation) => saturation < below)) return { from, below };
  }
  return undefined;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
