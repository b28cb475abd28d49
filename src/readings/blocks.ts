import { isConcat, isSum, type Network } from './network.js';

/** Layers between a fork and the sum or concatenation where its paths meet again, with one way out. */
export interface Block {
  /** Nodes of its layers and of meetings inside, in graph order. */
  readonly nodes: readonly number[];
  /** Those whose values go straight into the meeting, single layers that only take the shortcut along aside. */
  readonly writers: readonly number[];
  readonly join: number;
  /** Whether values can go around it: an arm of the meeting has none of its layers. */
  readonly isResidual: boolean;
}

/** The blocks of a network, inner ones before those that hold them. */
export function findBlocks(network: Network): Block[] {
  const { nodes } = network;
  const found = nodes.flatMap((node, join) => {
    if (!isSum(node) && !isConcat(node)) return [];
    const region = regionOf(network, join);
    return region ? [{ ...region, join }] : [];
  });
  return found.toSorted((a, b) => a.nodes.length - b.nodes.length);
}

function regionOf(network: Network, join: number): Omit<Block, 'join'> | undefined {
  const { nodes } = network;
  const arms = nodes[join].before;
  const isOn = (index: number) => arms.some((arm) => arm === index || network.isBefore(index, arm));
  let fork = -1;
  for (let index = join - 1; index >= 0 && fork < 0; index--) {
    if (arms.every((arm) => arm === index || network.isBefore(index, arm))) fork = index;
  }
  if (fork < 0) return undefined;
  const inside = new Set<number>();
  for (let index = fork + 1; index < join; index++) {
    if (isOn(index) && network.isBefore(fork, index)) inside.add(index);
  }
  // Keys and values of another stream are made for the block alone.
  for (const index of [...inside]) {
    for (const before of nodes[index].before) {
      if (before !== fork && !nodes[before].isJoin && isOnlyFor(nodes[before].after, inside))
        inside.add(before);
    }
  }
  const hasOneExit = [...inside].every(
    (index) =>
      !nodes[index].isOutput && nodes[index].after.every((next) => next === join || inside.has(next)),
  );
  const layers = [...inside].filter((index) => !nodes[index].isJoin);
  if (!hasOneExit || layers.length === 0) return undefined;
  const writers = layers.filter((index) => leadsStraightTo(network, index, join));
  // A single layer beside a path of several takes the shortcut along: a change of width or of size.
  const depth = (writer: number) => layers.filter((other) => network.isBefore(other, writer)).length;
  const deep = isSum(nodes[join]) ? writers.filter((writer) => depth(writer) > 0) : writers;
  return {
    nodes: [...inside].sort((a, b) => a - b),
    writers: deep.length > 0 ? deep : writers,
    isResidual: isSum(nodes[join]) && (arms.includes(fork) || deep.length < writers.length),
  };
}

const isOnlyFor = (after: readonly number[], inside: ReadonlySet<number>): boolean =>
  after.length > 0 && after.every((next) => inside.has(next));

function leadsStraightTo(network: Network, from: number, join: number): boolean {
  let leads = false;
  network.walk([from], (next) => {
    if (next === join) leads = true;
    return next < join && network.nodes[next].isJoin === true;
  });
  return leads;
}

/**
 * What a block is called in sentences: the part of their names that its layers begin with, and no others. `layer4.0` of
 * `layer4.0.conv1` and `layer4.0.conv2`; `undefined` where there is none.
 */
export function blockName({ nodes }: Network, { nodes: inside }: Block): string | undefined {
  const names = inside.filter((index) => !nodes[index].isJoin).map((index) => nodes[index].id.split('.'));
  const [first] = names;
  let length = 0;
  while (length < first.length - 1 && names.every((name) => name[length] === first[length])) length++;
  if (length === 0) return undefined;
  const name = first.slice(0, length).join('.');
  const own = new Set(inside);
  const isShared = nodes.some(
    ({ id, isJoin }, index) => !isJoin && !own.has(index) && (id === name || id.startsWith(`${name}.`)),
  );
  return isShared ? undefined : name;
}
