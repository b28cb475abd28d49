import {
  addPacked,
  addToPacked,
  type BatchMoments,
  emptyPacked,
  type KeptMoments,
  type PackedMoments,
  unpacked,
} from './packedMoments.js';

/** Groups of batches that each layer's moments are kept in, where memory allows for it. */
export const GROUPS = 16;

/** With fewer an error would be known too badly to say anything. */
export const FEWEST_GROUPS = 4;

/** What the groups of all layers may take together, in bytes; see `groupCounts`. */
export const GROUP_MEMORY = 512 * 2 ** 20;

/**
 * The group that a batch goes to, whole: the top bits of its number times 2³² / golden ratio (Fibonacci hashing; Knuth, The
 * Art of Computer Programming 3, 6.4). Batches in a row, and every k-th batch for any k, are spread evenly, and two
 * neighbouring groups of 2ⁱ are one of 2ⁱ⁻¹. It depends on nothing but the batch's place in the whole data, so that the
 * groups of shards add up to those of one pass.
 *
 * @param batch its number in the whole data, from 1.
 * @param groups a power of two.
 */
export function groupOf(batch: number, groups: number): number {
  return groups === 1 ? 0 : Math.imul(batch, 0x9e3779b1) >>> (32 - Math.log2(groups));
}

/**
 * How many groups each layer gets: 16, or 8 where memory does not allow for more; where it does not allow for 8 either, the
 * widest layers get one, which says nothing about errors. It follows from the widths alone, so that all shards of a data
 * set have the same groups.
 *
 * @param widths features of each layer.
 */
export function groupCounts(widths: readonly number[], memory: number = GROUP_MEMORY): number[] {
  for (const groups of [GROUPS, GROUPS / 2]) {
    if (bytesOf(widths) * (groups - 1) <= memory) return widths.map(() => groups);
  }
  const narrowFirst = [...new Set(widths)].sort((a, b) => a - b);
  let limit = 0;
  for (const width of narrowFirst) {
    const kept = widths.filter((each) => each <= width);
    if (bytesOf(kept) * (GROUPS / 2 - 1) > memory) break;
    limit = width;
  }
  return widths.map((width) => (width <= limit ? GROUPS / 2 : 1));
}

const bytesOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + (8 * width * (width + 1)) / 2, 0);

/** Eigenvalues of features³ that may be computed for errors in any case: about a third of a second on one core. */
const FREE = 2e9;

/** What they may cost beside the moments, which take observations · features² products, each some 2 of these. */
const SHARE_OF_MOMENTS = 0.08;

/** A layer whose groups cost less than this part of what all may cost keeps them. */
const NEGLIGIBLE = 100;

/**
 * From how many groups each layer's errors are told, so that this takes about a tenth of the time of the pass at most: 16,
 * or 8 or 4 where that costs most, in layers whose groups are joined then. It follows from what was observed alone, so that merged
 * shards get the same as one pass.
 *
 * @param speed of what computed the moments, as a multiple of that of the processor, which computes the eigenvalues.
 */
export function affordableGroups(
  layers: readonly { readonly observations: number; readonly features: number }[],
  speed = 1,
): number[] {
  const groups = layers.map(() => GROUPS);
  const moments = layers.reduce((sum, layer) => sum + layer.observations * layer.features ** 2, 0);
  const budget = Math.max(FREE, (SHARE_OF_MOMENTS * moments) / speed);
  const costs = layers.map(({ features }) => GROUPS * features ** 3);
  let cost = costs.reduce((sum, each) => sum + each, 0);
  while (cost > budget) {
    const dearest = costs.reduce(
      (best, each, i) => (groups[i] > FEWEST_GROUPS && (best < 0 || each > costs[best]) ? i : best),
      -1,
    );
    if (dearest < 0 || costs[dearest] < budget / NEGLIGIBLE) break;
    groups[dearest] /= 2;
    costs[dearest] /= 2;
    cost -= costs[dearest];
  }
  return groups;
}

/** The moments of one layer, kept apart by groups of batches: each is additive, and so is the whole. */
export class GroupedMoments {
  readonly #groups: readonly PackedMoments[];

  constructor(
    readonly features: number,
    groups: number | readonly PackedMoments[],
  ) {
    this.#groups =
      typeof groups === 'number' ? Array.from({ length: groups }, () => emptyPacked(features)) : groups;
  }

  /** By group; of one group, the whole. */
  get groups(): readonly PackedMoments[] {
    return this.#groups;
  }

  get count(): number {
    return this.#groups.reduce((sum, { count }) => sum + count, 0);
  }

  /**
   * Adds the moments of a batch to its group.
   *
   * @param number of the batch in the whole data, from 1.
   * @throws RangeError where it has other features.
   */
  add(batch: BatchMoments, number: number): void {
    addToPacked(this.#groups[groupOf(number, this.#groups.length)], batch);
  }

  /**
   * Adds another part of the data, group by group.
   *
   * @throws RangeError where it has other features or other groups.
   */
  addAll(other: readonly PackedMoments[]): void {
    if (other.length !== this.#groups.length) {
      throw new RangeError(`${other.length} groups do not add to ${this.#groups.length}`);
    }
    for (const [g, group] of this.#groups.entries()) addPacked(group, other[g]);
  }

  /** Of all groups together, always added in the same order; with the groups, where there are several. */
  total(): KeptMoments {
    const sum = emptyPacked(this.features);
    for (const group of this.#groups) addPacked(sum, group);
    const total = unpacked(sum);
    return this.#groups.length > 1 ? { ...total, groups: this.#groups } : total;
  }
}
