/**
 * Which samples of a source are wanted: of every `every` blocks of `block` samples the last one. Chosen by the
 * position in the source, so that readers need not decode what is left out.
 */
export interface Selection {
  readonly block: number;
  readonly every: number;
}

/** Whether the sample at `index` (from 0) is wanted. */
export function isWanted({ block, every }: Selection, index: number): boolean {
  return Math.floor(index / block) % every === every - 1;
}

/** The wanted ones of `size` samples as runs `[start, end)`, in order. */
export function* wantedRuns({ block, every }: Selection, size: number): Generator<[number, number]> {
  if (every === 1) {
    if (size > 0) yield [0, size];
    return;
  }
  for (let start = block * (every - 1); start < size; start += block * every) {
    yield [start, Math.min(start + block, size)];
  }
}
