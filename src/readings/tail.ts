import { median } from '../stats/median.js';
import { type Block, findBlocks } from './blocks.js';
import type { Network } from './network.js';

/** What is judged as one: a block of layers, or a layer that stands by itself. */
export interface Unit {
  /** Places in the run of its layers that are judged, in the run's order. */
  readonly places: readonly number[];
  readonly block: Block | undefined;
  /** The share of its directions that it uses: of a block, that of the middle one of its layers. */
  readonly share: number;
}

export interface Tail {
  /** Places in the run of its layers, in the run's order. */
  readonly places: readonly number[];
  readonly units: readonly Unit[];
  /** How many units come before it on some path, and the middle one of their shares. */
  readonly before: number;
  readonly median: number;
  /** The share that all of its units lie below. */
  readonly below: number;
  /** Nodes of the output layers that it leads to. */
  readonly outputs: readonly number[];
}

/** A unit of the tail uses less than this share of what the middle one of the units before it does … */
const TAIL_SHARE = 0.5;
/** … where more units are in the tail than before it, which is little to compare with, less than this … */
const LONG_TAIL_SHARE = 0.25;
/** … and less than this in itself: a layer that uses a third of its features is at work, whatever the others do. */
const TAIL_LIMIT = 0.3;
/** A median says little about fewer units. */
const UNITS_BEFORE_TAIL = 2;

/** What is known of each layer of the run, by its place. */
export interface Judged {
  /** The share of the directions that a layer can have which it uses; `undefined` where it is not judged. */
  readonly shares: readonly (number | undefined)[];
  /** Nodes. */
  readonly outputs: ReadonlySet<number>;
  /** Layers whose low saturation means nothing, as what comes before them explains it: in no tail. */
  readonly isSpread: readonly boolean[];
}

/** The units of a network: blocks that hold no other block with judged layers, and single layers. */
export function unitsOf(network: Network, { shares }: Pick<Judged, 'shares'>): Unit[] {
  const blockOf = new Map<number, Block>();
  for (const block of findBlocks(network)) {
    const places = placesOf(network, block).filter((place) => shares[place] !== undefined);
    if (places.some((place) => blockOf.has(place))) continue;
    for (const place of places) blockOf.set(place, block);
  }
  const units: Unit[] = [];
  const seen = new Set<Block>();
  shares.forEach((share, place) => {
    if (share === undefined) return;
    const block = blockOf.get(place);
    if (!block) units.push({ places: [place], block, share });
    if (!block || seen.has(block)) return;
    seen.add(block);
    const places = placesOf(network, block).filter((each) => shares[each] !== undefined);
    units.push({ places, block, share: median(places.map((each) => shares[each] ?? 0)) });
  });
  return units;
}

const placesOf = ({ nodes }: Network, block: Block): number[] =>
  block.nodes.flatMap((index) => nodes[index].place ?? []).sort((a, b) => a - b);

/**
 * The tails of a network, the longest ones that there are; where it parts before its outputs, there may be several.
 * Closed downstream: a unit belongs to one only if all units that follow it on any path up to the outputs do.
 */
export function findTails(network: Network, judged: Judged): Tail[] {
  const units = unitsOf(network, judged);
  const places = new Places(network, units);
  const found: Tail[] = [];
  const taken = new Set<Unit>();
  // Those that begin first come first, and hold those that begin later.
  for (const unit of units) {
    if (taken.has(unit) || unit.share >= TAIL_LIMIT) continue;
    const tail = tailFrom(unit, network, judged, places);
    if (!tail) continue;
    found.push(tail);
    for (const each of tail.units) taken.add(each);
  }
  return found;
}

/** Where units and layers of one weight stand. */
class Places {
  readonly unitAt: ReadonlyMap<number, Unit>;
  readonly #network: Network;
  readonly #twins = new Map<string, number[]>();

  constructor(network: Network, units: readonly Unit[]) {
    this.#network = network;
    this.unitAt = new Map(units.flatMap((unit) => this.nodesOf(unit).map((index) => [index, unit] as const)));
    network.nodes.forEach(({ id, sharesWeightOf: first, isJoin }, index) => {
      if (!isJoin) this.#twins.set(first ?? id, [...(this.#twins.get(first ?? id) ?? []), index]);
    });
  }

  nodesOf({ places, block }: Unit): readonly number[] {
    return block?.nodes ?? places.map((place) => this.#network.nodeOf[place]);
  }

  /** Layers of the same weight, itself among them: they are removed together. */
  twinsOf(index: number): readonly number[] {
    const { id, sharesWeightOf } = this.#network.nodes[index];
    return this.#twins.get(sharesWeightOf ?? id) ?? [];
  }
}

function tailFrom(start: Unit, network: Network, judged: Judged, places: Places): Tail | undefined {
  const inside = closureOf(start, network, judged, places);
  if (!inside) return undefined;
  const before = new Set<Unit>();
  network.walkBack(inside.nodes, (index) => {
    const unit = places.unitAt.get(index);
    if (unit && !inside.units.has(unit)) before.add(unit);
  });
  if (before.size < UNITS_BEFORE_TAIL) return undefined;
  const middle = median([...before].map(({ share }) => share));
  const share = inside.units.size > before.size ? LONG_TAIL_SHARE : TAIL_SHARE;
  const below = Math.min(TAIL_LIMIT, share * middle);
  const areLow = (some: Iterable<Unit>) => [...some].every((unit) => isLow(unit, below, network, judged));
  if (!areLow(inside.units)) return undefined;
  // It begins where saturation drops: what comes right before it is not as low, or works for something else too.
  for (const unit of before) {
    const isRightBefore = places
      .nodesOf(unit)
      .some((index) => network.nodes[index].after.some((next) => leadsInto(next, inside.nodes, network)));
    const longer =
      isRightBefore && isLow(unit, below, network, judged) && closureOf(unit, network, judged, places);
    if (longer && areLow(longer.units)) return undefined;
  }
  const units = [...inside.units].sort((a, b) => a.places[0] - b.places[0]);
  return {
    units,
    places: units.flatMap((unit) => unit.places).sort((a, b) => a - b),
    before: before.size,
    median: middle,
    below,
    outputs: [...inside.outputs].sort((a, b) => a - b),
  };
}

/** Whether a node is one of those, or a meeting before one. */
function leadsInto(index: number, nodes: ReadonlySet<number>, network: Network): boolean {
  if (nodes.has(index)) return true;
  let leads = false;
  if (!network.nodes[index].isJoin) return false;
  network.walk([index], (next) => {
    if (nodes.has(next)) leads = true;
    return network.nodes[next].isJoin === true;
  });
  return leads;
}

/** A block must also write little: what its last layers hand to the shortcut. */
function isLow({ share, block }: Unit, below: number, { nodes }: Network, { shares }: Judged): boolean {
  if (share >= below) return false;
  return (block?.writers ?? []).every((index) => {
    const { place } = nodes[index];
    return place === undefined || (shares[place] ?? 0) < below;
  });
}

/** A unit and all that follow it, with those of the same weight; `undefined` where one of them is in no tail. */
function closureOf(start: Unit, network: Network, { outputs: ends, isSpread }: Judged, places: Places) {
  const units = new Set([start]);
  const outputs = new Set<number>();
  const nodes = new Set<number>();
  const waiting = [...places.nodesOf(start)];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (nodes.has(index)) continue;
    nodes.add(index);
    const { place, isJoin } = network.nodes[index];
    if (ends.has(index)) outputs.add(index);
    else if (place !== undefined && isSpread[place]) return undefined;
    const unit = places.unitAt.get(index);
    if (unit && !units.has(unit)) {
      if (unit.share >= TAIL_LIMIT) return undefined;
      units.add(unit);
      waiting.push(...places.nodesOf(unit));
    }
    waiting.push(...network.nodes[index].after, ...(isJoin || !unit ? [] : places.twinsOf(index)));
  }
  return { units, outputs, nodes };
}
