import { isUnreached } from '../run/isUnreached.js';
import { counted, listed, percent } from '../text/numbers.js';
import { blockName } from './blocks.js';
import type { Design } from './design.js';
import type { Network } from './network.js';
import type { Finding } from './reading.js';

interface Whole {
  readonly findings: readonly Finding[];
  readonly network: Network;
  readonly outputs: number;
  readonly unjudged?: string | undefined;
}

/** Why a layer is read as it is: what its numbers are, and what they are held against; a sentence each. */
export function reasonsFor(whole: Whole, place: number): string[] {
  const finding = whole.findings[place];
  const { layer, kind } = finding;
  if (kind === 'invalid') return [invalidReason(finding)];
  return [
    ...numbers(finding),
    ...ofKind(whole, finding, place),
    ...ofWarnings(layer.deadFeatures, kind, layer.features),
  ];
}

function invalidReason({ layer: { invalid } }: Finding): string {
  return invalid
    ? `${invalid.reason} in batch ${invalid.batch}: there are no numbers`
    : 'nothing was observed: there are no numbers';
}

function numbers({ layer: { features }, directions, possible }: Finding): string[] {
  if (directions === null) return [];
  const share = features === 0 ? 0 : directions / features;
  return [
    `99 % of its variance lies in ${counted(directions, 'direction')} of ${features} (${percent(share)})`,
    ...cap(features, directions, possible),
  ];
}

function cap(features: number, directions: number, possible: number): string[] {
  if (possible >= features || possible === 0) return [];
  return [
    `what it reads allows it ${counted(possible, 'direction')} at most, whatever the data: it has ${percent(directions / possible)} of these`,
  ];
}

function ofKind(whole: Whole, finding: Finding, place: number): string[] {
  switch (finding.kind) {
    case 'tail':
      return ofTail(whole, finding, place);
    case 'narrow':
      return ['that is 90 % or more, so nearly every direction that there is carries something'];
    case 'by design':
      return finding.design === undefined ? [] : [meanings[finding.design]];
    case 'dead':
      return ['none of its features varies over the data'];
    case 'output':
      return [outputReason(whole.network, place)];
    case 'uncertain':
      return [
        `${counted(finding.layer.observations, 'observation')} of ${counted(finding.layer.features, 'feature')} bound the number of directions: more samples are needed to judge it`,
      ];
    case 'not judged':
      return [
        whole.unjudged === undefined
          ? unjudgedLayer(whole.network, finding, place)
          : `${whole.unjudged}: the numbers say nothing about what the network needs`,
      ];
    case 'healthy':
      return ofHealthy(finding);
    case 'invalid':
      return [];
  }
}

function unjudgedLayer({ nodes, nodeOf }: Network, { layer }: Finding, place: number): string {
  if (isUnreached(layer)) return `no data went into ${layer.inside ?? 'its body'}: there are no numbers`;
  return nodes[nodeOf[place]]?.isInside
    ? `it stands in ${layer.inside ?? 'a body'}, where what comes before and after it is not looked at: it is shown, and not judged`
    : `${layer.op} was asked for by name: it is shown, and not judged`;
}

function ofHealthy({ layer, directions, possible, spread, design }: Finding): string[] {
  const share = (directions ?? 0) / Math.max(1, possible);
  if (share < 0.3 && spread !== undefined) return [`it is not held to be a tail: ${spread}`];
  if (design === 'squeeze' || design === 'excitation') return [meanings[design]];
  if (design === 'few inputs' && share >= 0.9) return [meanings[design]];
  if (layer.features <= 1) return ['a layer of one feature is never narrow'];
  return [
    share < 0.3
      ? 'few, but not all layers that follow it up to the outputs are as low, or those before it are no higher'
      : 'neither nearly full nor part of a tail',
  ];
}

function ofTail({ findings, network }: Whole, { tail, layer }: Finding, place: number): string[] {
  if (!tail) return [];
  const unit = tail.units.find(({ places }) => places.includes(place));
  const nameOf = (each: number) => findings[each].layer.name;
  const reasons: string[] = [];
  if (unit?.block) {
    const others = unit.places.filter((each) => each !== place).map(nameOf);
    const called = blockName(network, unit.block);
    const what = called === undefined ? 'a block' : `the block ${called}`;
    if (others.length > 0) {
      reasons.push(
        `with ${listed(others, 6)} it forms ${what}, which counts as one: ${percent(unit.share)} in the middle`,
      );
    }
  }
  const rest = tail.units.length > tail.before ? 'a quarter' : 'half';
  reasons.push(
    `the ${counted(tail.before, 'unit')} before the tail (blocks and single layers) use ${percent(tail.median)} in the middle; a tail lies below ${rest} of that and below 30 %, here below ${percent(tail.below)}`,
  );
  const after = tail.places.filter(
    (other) =>
      !unit?.places.includes(other) && network.isBefore(network.nodeOf[place], network.nodeOf[other]),
  );
  const outputs = tail.outputs.map((index) => network.nodes[index].id);
  const up = outputs.length === 0 ? 'the end' : listed(outputs, 4);
  reasons.push(
    after.length === 0
      ? `no other layer that can be judged lies between ${layer.name} and ${up}`
      : `so do all that follow it up to ${up}: ${listed(after.map(nameOf), 6)}`,
  );
  return reasons;
}

function outputReason({ nodes, nodeOf }: Network, place: number): string {
  const { isOutput, isDecoder } = nodes[nodeOf[place]];
  if (isDecoder)
    return 'a fixed convolution that decodes what the layer before it says: nothing in it was learned';
  return isOutput || nodes.every((node) => !node.isOutput)
    ? 'an output of the model is made of it with no layer between: who reads that output decides its width'
    : 'an output of the model is made of it and of others (a sum, a concatenation) with no layer between: who reads that output decides its width';
}

/** What it means where a layer of such a design is full. */
export const meanings: Readonly<Record<Design, string>> = {
  depthwise:
    'a depthwise convolution has as many features as the layer before it and cannot mix them: that it is full says that the layer before it is, and its own width cannot be changed by itself',
  grouped:
    'a grouped convolution keeps its groups apart, so that directions of different groups add up: that it is full is what grouping makes of it',
  projection:
    'the linear projection of an inverted bottleneck is narrow on purpose: full means that the block hands on all that it can',
  squeeze:
    'the squeeze of a squeeze-and-excitation gate is narrow on purpose, and sees one observation a sample',
  excitation: 'the excitation of a squeeze-and-excitation gate weighs features: its width is theirs',
  attention:
    'queries, keys and values are split into heads of a chosen size: full means that the heads are in use',
  code: 'the code is the narrowest place of the network on purpose: full means that it is used up, and its width is the rate that was chosen',
  'few inputs': 'it fills what its inputs allow: more features would add no direction',
  'model output':
    'its values are added to, or weigh, what the model hands out, so its width is that of the output',
};

function ofWarnings(dead: number | null, kind: string, features: number): string[] {
  if (dead === null || dead === 0 || kind === 'dead' || dead === features) return [];
  return [`${counted(dead, 'feature')} of ${features} ${dead === 1 ? 'does' : 'do'} not vary over the data`];
}
