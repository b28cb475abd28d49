import { type Summary, summary } from '../../bench/paired.js';

/** A way of running a model over so many batches. Gives the seconds it took. */
export type Run = (batches: number) => Promise<number>;

/** What a run costs, split into what it costs whatever its length and what each batch adds. */
export interface Cost {
  /** Seconds. */
  readonly batch: Summary;
  readonly startUp: Summary;
  /** Seconds of the short and of the long run, round by round. */
  readonly rounds: readonly { readonly short: number; readonly long: number }[];
}

/**
 * Runs several ways side by side, each over few and over many batches: every round does each way once, in turning
 * order.
 */
export async function twoLengths(
  ways: Readonly<Record<string, Run>>,
  [short, long]: readonly [number, number],
  rounds: number,
): Promise<Record<string, Cost>> {
  const names = Object.keys(ways);
  const seen = new Map(names.map((name) => [name, [] as { short: number; long: number }[]]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round) % names.length];
      seen.get(name)?.push({ short: await ways[name](short), long: await ways[name](long) });
    }
  }
  return Object.fromEntries(
    [...seen].map(([name, of]) => {
      const batch = of.map((one) => (one.long - one.short) / (long - short));
      const startUp = of.map((one, i) => one.short - short * batch[i]);
      return [name, { batch: summary(batch), startUp: summary(startUp), rounds: of }];
    }),
  );
}
