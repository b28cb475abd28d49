import { isUnreached } from '../run/isUnreached.js';
import type { RunLayer } from '../run/schema.js';
import { recut } from '../stats/saturation.js';
import { adviceOn, advisorOf } from './advice.js';
import { designsOf } from './design.js';
import { Network, type ReadRun } from './network.js';
import { outputsOf } from './outputs.js';
import type { Finding, Reading, ReadingKind } from './reading.js';
import { reasonsFor } from './reasons.js';
import { findTails, type Tail } from './tail.js';
import { unjudgedRun } from './unjudgedRun.js';

/** Readings are made at this share of the variance, whatever a run or a report is cut at. */
export const READING_THRESHOLD = 0.99;
const NARROW_FROM = 0.9;

/**
 * Reads a run: which layers form a tail, which are narrow, and which cannot be judged; see `readingRules`.
 *
 * The tail is the pattern described by Richter et al. ("Feature Space Saturation during Training", 2020, and "Input
 * Size Matters", 2021): consecutive last layers of low saturation relative to those before, which take part in no
 * decision. "Low" and "relative to" are given numbers here. It goes along the graph: it is closed downstream, and a
 * residual block counts as one. A layer that cannot be judged neither ends a tail nor belongs to one; a dead layer
 * counts as one of saturation 0. Where a small fan-in, or a narrow layer before, caps a layer's rank, its saturation
 * counts relative to what it can reach. Layers that spread out what a narrow one holds (decoders, generators) are in
 * no tail.
 */
export function readLayers(run: ReadRun): Reading {
  const network = new Network(run);
  const { layers } = run;
  const { isOutput, nodes: ends, count: outputs } = outputsOf(run, network);
  const unjudged = unjudgedRun(run);
  const { of: designs, spread } = designsOf(layers, network, isOutput);
  const tied = network.tiedWidths();
  const plain = layers.map((layer, place): Finding => {
    const node = network.nodes[network.nodeOf[place]];
    const directions = directionsOf(layer);
    const possible = Math.min(layer.features, layer.rankLimit ?? layer.features);
    const design = designs[place];
    const isShown = unjudged !== undefined || node.isRequested === true || node.isInside === true;
    return {
      layer,
      directions,
      possible,
      design,
      spread: spread[place],
      tail: undefined,
      tied: tied[network.nodeOf[place]],
      kind: isUnreached(layer)
        ? 'not judged'
        : kindOf({ layer, directions, design }, isOutput[place], isShown),
    };
  });
  const tails = unjudged === undefined ? tailsOf(plain, network, ends, spread) : [];
  const findings = plain.map((finding, place): Finding => {
    const tail = tails.find(({ places }) => places.includes(place));
    if (!tail) return finding;
    return { ...finding, tail, kind: finding.kind === 'dead' ? 'dead' : 'tail' };
  });
  const [longest] = tails.toSorted((a, b) => b.units.length - a.units.length);
  const whole = { findings, network, outputs, unjudged };
  const advisor = advisorOf(whole, ({ name }) => name);
  return {
    ...whole,
    layers: findings.map(({ layer, kind }, place) => ({
      layer,
      kind,
      reasons: reasonsFor(whole, place),
      advice: adviceOn(advisor, place),
    })),
    ...(longest ? { tailBelow: longest.below } : {}),
  };
}

/** Cut again, so that a run at another threshold reads alike; as stored where the spectrum is not there. */
function directionsOf({ eigenvalues, features, intrinsicDimensionality }: RunLayer): number | null {
  if (intrinsicDimensionality === null) return null;
  const cut = recut(eigenvalues, features, READING_THRESHOLD, 'explained');
  return cut ? cut.intrinsicDimensionality : intrinsicDimensionality;
}

function kindOf(
  { layer, directions, design }: Pick<Finding, 'layer' | 'directions' | 'design'>,
  isOutput: boolean,
  isShown: boolean,
): ReadingKind {
  const { observations, features, deadFeatures } = layer;
  if (directions === null) return 'invalid';
  if (isShown) return 'not judged';
  if (observations <= features) return 'uncertain';
  if (deadFeatures === features) return 'dead';
  if (isOutput) return 'output';
  if (features <= 1 || directions / features < NARROW_FROM) return 'healthy';
  return design === undefined ? 'narrow' : 'by design';
}

function tailsOf(
  findings: readonly Finding[],
  network: Network,
  outputs: ReadonlySet<number>,
  spread: readonly (string | undefined)[],
): Tail[] {
  const shares = findings.map(({ kind, directions, possible, design }) => {
    const isJudged = kind === 'healthy' || kind === 'narrow' || kind === 'by design' || kind === 'dead';
    // The two layers of a gate see one observation a sample: they are no part of the way.
    if (!isJudged || design === 'squeeze' || design === 'excitation') return undefined;
    return (directions ?? 0) / Math.max(1, possible);
  });
  return findTails(network, { shares, outputs, isSpread: spread.map((words) => words !== undefined) });
}
