import type { RunLayer } from '../run/schema.js';
import type { Network } from './network.js';

/** Why a layer has the width that it has, where the design of the network says so. */
export type Design =
  | 'depthwise'
  | 'grouped'
  | 'projection'
  | 'squeeze'
  | 'excitation'
  | 'attention'
  /** The narrowest place of an autoencoder. */
  | 'code'
  /** What it reads has fewer directions than it has features. */
  | 'few inputs'
  /** It reads no more features than it has, so that it can hardly fill more. */
  | 'model output';

const KNOWN: ReadonlySet<string> = new Set([
  'depthwise',
  'grouped',
  'projection',
  'squeeze',
  'excitation',
  'attention',
] satisfies Design[]);

/** A code has at most half the features of what it is made of, and of what is made of it. */
const CODE_SHARE = 0.5;

/** What the structure of a network says of its layers. */
export interface Designs {
  /** By place in the run: why the layer has the width that it has; absent where that is open. */
  readonly of: readonly (Design | undefined)[];
  /** By place: why low saturation behind it means nothing, in words; absent where it does mean something. */
  readonly spread: readonly (string | undefined)[];
}

export function designsOf(
  layers: readonly RunLayer[],
  network: Network,
  isOutput: readonly boolean[],
): Designs {
  const codes = codesOf(layers, network, isOutput);
  const tied = network.tiedWidths();
  const isWidening = onlyWidens(network);
  const of = layers.map((layer, place): Design | undefined => {
    const index = network.nodeOf[place];
    const { role } = network.nodes[index];
    if (role !== undefined && isDesign(role)) return role;
    if (codes.includes(index)) return 'code';
    if (layer.rankLimit !== undefined && layer.rankLimit < layer.features) return 'few inputs';
    return tied[index].length > 1 && tied[index].some((each) => network.nodes[each].isOutput)
      ? 'model output'
      : undefined;
  });
  const spread = layers.map((_, place) => {
    const index = network.nodeOf[place];
    const code = codes.find((each) => network.isBefore(each, index));
    if (code !== undefined) return `it spreads out what the code ${network.nodes[code].id} holds`;
    if (network.nodes[index].isEnlarged)
      return 'feature maps were enlarged before it, which adds positions and no directions';
    return isWidening
      ? 'every layer of this network is wider than what it reads, as in a generator'
      : undefined;
  });
  return { of, spread };
}

const isDesign = (role: string): role is Design => KNOWN.has(role);

/** Layers that all paths pass, with clearly more features before, after and at the model's outputs. */
function codesOf(layers: readonly RunLayer[], network: Network, isOutput: readonly boolean[]): number[] {
  const { nodes } = network;
  const places = layers.map((_, place) => network.nodeOf[place]);
  const outputs = places.filter((_, place) => isOutput[place]);
  return places.filter((index, place) => {
    const { features, inputFeatures, kernel, role } = nodes[index];
    if (features === undefined || isOutput[place] || role !== undefined) return false;
    const isWider = (other: number) => features <= CODE_SHARE * (nodes[other].features ?? 0);
    const after = nodes.flatMap((_node, other) => (network.isBefore(index, other) ? [other] : []));
    // Of feature maps a code has many positions: only enlarging them again makes it one.
    const isUndone =
      kernel === undefined
        ? outputs.every(isWider)
        : !nodes[index].isEnlarged && after.some((other) => nodes[other].isEnlarged);
    const isPassedByAll = after.every(
      (other) =>
        nodes[other].inputs.every((id) => id !== 'input') &&
        nodes[other].before.every((each) => each === index || network.isBefore(index, each)),
    );
    return (
      features <= CODE_SHARE * (inputFeatures ?? 0) &&
      after.some(isWider) &&
      outputs.length > 0 &&
      isUndone &&
      isPassedByAll
    );
  });
}

/** Of dense layers alone. */
function onlyWidens({ nodes }: Network): boolean {
  const layers = nodes.filter(({ isJoin }) => !isJoin);
  return (
    layers.length > 1 &&
    layers.every(
      ({ kernel, features, inputFeatures }) =>
        kernel === undefined &&
        features !== undefined &&
        inputFeatures !== undefined &&
        features > inputFeatures,
    )
  );
}
