import type { RunLayer } from '../run/schema.js';
import type { Design } from './design.js';
import type { Network } from './network.js';
import type { Tail } from './tail.js';

/** What a layer's numbers say about it. */
export type ReadingKind =
  | 'healthy'
  | 'tail'
  | 'narrow'
  | 'by design'
  | 'dead'
  | 'output'
  | 'uncertain'
  | 'invalid'
  | 'not judged';

export interface LayerReading {
  readonly layer: RunLayer;
  readonly kind: ReadingKind;
  /** Why, with the numbers that it rests on: a sentence each. */
  readonly reasons: readonly string[];
  /** What to try, where the reading calls for something. */
  readonly advice: string | null;
}

/** What a reading rests on. */
export interface Finding {
  readonly layer: RunLayer;
  readonly kind: ReadingKind;
  /** Directions that explain `READING_THRESHOLD` of the variance; `null` where there are no numbers. */
  readonly directions: number | null;
  /** The most that there can be: features, or fewer where the layer reads fewer. */
  readonly possible: number;
  readonly design: Design | undefined;
  /** Why low saturation means nothing here, in words. */
  readonly spread: string | undefined;
  readonly tail: Tail | undefined;
  /** Nodes that must have as many features, since their values are added to or multiplied with its own, and its own. */
  readonly tied: readonly number[];
}

export interface Reading {
  /** One for each layer of the run, in its order. */
  readonly layers: readonly LayerReading[];
  /** Where a tail was found: the saturation below which a layer belongs to it. */
  readonly tailBelow?: number;
  /** How many layers the model's outputs are reached from: the heads of a detector, for instance. */
  readonly outputs: number;
  /** Why no layer of this run is judged: random data, or a network that was not trained. */
  readonly unjudged?: string;
  /** What the readings rest on, in the order of `layers`. */
  readonly findings: readonly Finding[];
  readonly network: Network;
}

/** The rules by which layers are read, in words, for reports and documentation. */
export const readingRules = {
  tail:
    'the longest run of last layers, output layers aside, each with a saturation below 30 % and below half the ' +
    'median of the layers before that run (at least two; below a quarter where the run is the longer part), as have ' +
    'all layers that follow it on any path; a block whose paths meet again counts as one; a layer with fewer inputs ' +
    'than features counts by the share of its inputs',
  narrow: 'saturation of 90 % or more, with at least two features, where the design leaves the width open',
  'by design': 'as full as a narrow layer, but the design of the network makes it so: no reason to widen it',
  output:
    'no other layer lies between it and an output of the model: who reads that decides its width, so it is not judged',
  dead: 'no feature varies over the data',
  uncertain: 'no more observations than features, so that the saturation is capped by them: not judged',
  invalid: 'no numbers: NaN or Inf came up, or nothing was observed',
  'not judged': 'asked for by name, in a body of If, Loop or Scan, or of a run on random data: shown only',
} satisfies Record<Exclude<ReadingKind, 'healthy'>, string>;
