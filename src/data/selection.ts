/**
 * Which samples of a source are wanted, by their position in it, so that readers need not decode what is left out: of
 * every `every` blocks of `block` samples the last one, or those that were chosen.
 */
export type Selection = Blocks | Chosen;

export interface Blocks {
  readonly block: number;
  readonly every: number;
}

export interface Chosen {
  /** Ascending. */
  readonly chosen: Uint32Array;
}

/** Whether the sample at `index` (from 0) is wanted. */
export function isWanted(selection: Selection, index: number): boolean {
  if ('chosen' in selection) return holds(selection.chosen, index);
  const { block, every } = selection;
  return Math.floor(index / block) % every === every - 1;
}

/** Whether any sample from `index` on may be wanted. */
export function goesOn(selection: Selection, index: number): boolean {
  return !('chosen' in selection) || index <= (selection.chosen.at(-1) ?? -1);
}

/** The wanted ones of `size` samples as runs `[start, end)`, in order. */
export function* wantedRuns(selection: Selection, size: number): Generator<[number, number]> {
  if ('chosen' in selection) {
    yield* chosenRuns(selection.chosen, size);
    return;
  }
  const { block, every } = selection;
  if (every === 1) {
    if (size > 0) yield [0, size];
    return;
  }
  for (let start = block * (every - 1); start < size; start += block * every) {
    yield [start, Math.min(start + block, size)];
  }
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
