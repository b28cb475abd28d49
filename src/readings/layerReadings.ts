import type { Run, RunLayer } from '../run/schema.js';
import { median } from '../stats/median.js';
import { layerFollowers } from './layerFollowers.js';

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
  /** How many layers the model's outputs are reached from: the heads of a detector, for instance. */
  readonly outputs: number;
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
    'the longest run of last layers, output layers aside, each with a saturation below 30 % and below half ' +
    'the median of the layers before that run (at least two), as have all layers that follow it on any path; a ' +
    'layer with fewer inputs than features counts by the share of its inputs',
  narrow: 'saturation of 90 % or more, with at least two features',
  output:
    'no other layer lies between it and an output of the model: its width is set by the task, so it is not judged',
  dead: 'no feature varies over the data',
  uncertain: 'no more observations than features, so that the saturation is capped by them: not judged',
  invalid: 'no numbers: NaN or Inf came up, or nothing was observed',
} satisfies Record<Exclude<ReadingKind, 'healthy'>, string>;

/**
 * Reads a run: which layers form a tail, which are narrow, and which cannot be judged; see `readingRules`.
 *
 * The tail is the pattern described by Richter et al. ("Feature Space Saturation during Training", 2020, and "Input
 * Size Matters", 2021): consecutive last layers of low saturation relative to those before, which take part in no
 * decision. "Low" and "relative to" are given numbers here. It is closed downstream: where paths part, a layer belongs
 * to it only if the layers on all of them do. A layer that cannot be judged neither ends a tail nor belongs to one; a
 * dead layer counts as one of saturation 0. Where a small fan-in caps a layer's rank, its saturation counts relative to
 * what it can reach.
 */
export function readLayers(run: ReadRun): Reading {
  const { layers } = run;
  const followers = layerFollowers(run);
  const isOutput = outputsOf(run, followers);
  const plain = layers.map((layer, index) => ({ layer, kind: kindOf(layer, isOutput[index]) }));
  const outputs = run.outputLayers?.length ?? 1;
  const tail = findTail(plain, followers);
  if (!tail) return { layers: plain, outputs };
  return {
    layers: plain.map((reading, index) =>
      tail.places.has(index) && reading.kind !== 'dead' ? { ...reading, kind: 'tail' } : reading,
    ),
    tailBelow: tail.below,
    outputs,
  };
}

/** What is needed of a run to read it. */
type ReadRun = Pick<Run, 'layers' | 'outputLayer' | 'outputLayers' | 'graph'>;

/** For each layer whether its width is set by the task. */
function outputsOf(
  { layers, outputLayer, outputLayers }: ReadRun,
  followers: readonly number[][],
): boolean[] {
  if (!outputLayers) {
    // Older runs name one layer; those that name none are taken to have observed it: then it is their last.
    const named = layers.findIndex(({ name }) => name === outputLayer);
    const output = outputLayer === undefined ? layers.length - 1 : named;
    return layers.map((_, index) => output >= 0 && index >= output);
  }
  const named = new Set(outputLayers);
  const isNamed = layers.map(({ name }) => named.has(name));
  const leadsToOutput = [...isNamed];
  for (let i = layers.length - 1; i >= 0; i--) {
    if (followers[i].some((next) => leadsToOutput[next])) leadsToOutput[i] = true;
  }
  // What follows the last of them (an observed Softmax) has its width from it.
  const isOutput = [...isNamed];
  layers.forEach((_, i) => {
    if (!isOutput[i]) return;
    for (const next of followers[i]) if (!leadsToOutput[next]) isOutput[next] = true;
  });
  return isOutput;
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

/**
 * The longest tail, and the bound that its saturations lie below.
 *
 * @param followers the layers after each, by place; all places are later ones.
 */
function findTail(
  readings: readonly LayerReading[],
  followers: readonly number[][],
): { places: ReadonlySet<number>; below: number } | undefined {
  const judged = readings.flatMap(({ kind }, place) =>
    kind === 'healthy' || kind === 'narrow' || kind === 'dead' ? [place] : [],
  );
  const saturations = readings.map(({ layer }) => attained(layer));
  for (let from = LAYERS_BEFORE_TAIL; from < judged.length; from++) {
    const before = judged.slice(0, from).map((place) => saturations[place]);
    const below = Math.min(TAIL_LIMIT, TAIL_SHARE * median(before));
    if (saturations[judged[from]] >= below) continue;
    const late = new Set(judged.slice(from));
    const isLow: boolean[] = [];
    for (let place = readings.length - 1; place >= judged[from]; place--) {
      isLow[place] =
        (!late.has(place) || saturations[place] < below) && followers[place].every((next) => isLow[next]);
    }
    if (isLow[judged[from]]) return { places: new Set([...late].filter((place) => isLow[place])), below };
  }
  return undefined;
}
