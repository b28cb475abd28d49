/**
 * Which samples of a source are wanted, by their position in it, so that readers need not decode what is left out: of
 * every `every` blocks of `block` samples the last one, or those that were chosen.
 */
export type Selection = Blocks | Chosen;

export interface Blocks {
  readonly block: number;
  readonly every: number;
  /** No more than the first so many of these samples. */
  readonly limit?: number;
  /** Of the blocks that are left then, only those of one shard. */
  readonly share?: Share;
  /** Of the samples that are left then, all but the first so many. */
  readonly skip?: number;
}

export interface Chosen {
  /** Ascending, unless the stream takes `anyOrder`; then they are read in this order. */
  readonly chosen: Uint32Array;
}

/**
 * One of `count` disjoint shares of a data set, which together are all of it. Samples are dealt out by whole blocks of
 * a batch each, in turn: block b, counted from 0 over the samples that one pass would take, goes to share b mod count.
 */
export interface Share {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

const ALL: Share = { index: 0, count: 1 };

/** Whether the sample at `index` (from 0) is wanted. */
export function isWanted(selection: Selection, index: number): boolean {
  if ('chosen' in selection) return holds(selection.chosen, index);
  const { block, every, limit = Number.POSITIVE_INFINITY, share = ALL } = selection;
  const place = Math.floor(index / block);
  if (place % every !== every - 1) return false;
  const number = Math.floor(place / every);
  if (number % share.count !== share.index || number * block + (index % block) >= limit) return false;
  return index >= firstIndex(selection);
}

/** Whether any sample from `index` on may be wanted. */
export function goesOn(selection: Selection, index: number): boolean {
  if ('chosen' in selection) return index <= (selection.chosen.at(-1) ?? -1);
  const { block, every, limit } = selection;
  if (limit === undefined) return true;
  const last = limit - 1;
  return index <= indexOf({ block, every }, Math.floor(last / block), last % block);
}

/** The wanted ones of `size` samples as runs `[start, end)`, in order. */
export function* wantedRuns(selection: Selection, size: number): Generator<[number, number]> {
  if ('chosen' in selection) {
    yield* chosenRuns(selection.chosen, size);
    return;
  }
  const { block, every, limit = Number.POSITIVE_INFINITY, share = ALL } = selection;
  const first = firstIndex(selection);
  if (every === 1 && share.count === 1) {
    const end = Math.min(size, limit);
    if (first < end) yield [first, end];
    return;
  }
  for (let number = share.index; number * block < limit; number += share.count) {
    const start = indexOf(selection, number, 0);
    if (start >= size) return;
    const end = Math.min(start + Math.min(block, limit - number * block), size);
    if (end > first) yield [Math.max(start, first), end];
  }
}

/** The position in the source of a sample of the block of that number among the wanted ones, all shares together. */
function indexOf({ block, every }: Blocks, number: number, within: number): number {
  return (number * every + every - 1) * block + within;
}

/** The position of the first sample that was not skipped. */
function firstIndex(selection: Blocks): number {
  const { block, skip = 0, share = ALL } = selection;
  if (skip === 0) return 0;
  return indexOf(selection, Math.floor(skip / block) * share.count + share.index, skip % block);
}

/**
 * Of chosen samples those of one share, as blocks of them are dealt out, without the first `skip`.
 *
 * @param chosen in the order in which they are read.
 */
export function shareOf(chosen: Uint32Array, block: number, { index, count }: Share, skip = 0): Uint32Array {
  if (count === 1) return chosen.subarray(skip);
  const kept = new Uint32Array(chosen.length);
  let length = 0;
  for (let start = index * block; start < chosen.length; start += count * block) {
    const part = chosen.subarray(start, start + block);
    kept.set(part, length);
    length += part.length;
  }
  return kept.slice(skip, length);
}

function* chosenRuns(chosen: Uint32Array, size: number): Generator<[number, number]> {
  for (let i = 0; i < chosen.length; ) {
    const start = i;
    do i++;
    while (i < chosen.length && chosen[i] === chosen[i - 1] + 1);
    const end = Math.min(chosen[i - 1] + 1, size);
    if (chosen[start] < end) yield [chosen[start], end];
  }
}

function holds(ascending: Uint32Array, wanted: number): boolean {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return ascending[low] === wanted;
}
