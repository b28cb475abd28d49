/** A way of doing the same work. Does it once and gives its cost, in whatever unit all ways share. */
export type Way = () => Promise<number>;

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Compared {
  readonly cost: Summary;
  /** Cost divided by that of the first way in the same round. */
  readonly ratio: Summary;
  /** The cost in every round. */
  readonly rounds: readonly number[];
}

/**
 * Measures several ways side by side: every round does each of them once, one after the other, so that what else
 * the machine does falls on all alike. The order turns from round to round. One round before the first is not
 * counted, unless `warmUp` is off: for work so long that its start does not matter.
 *
 * @returns each way's cost, and its ratio to the first way taken round by round.
 */
export async function compare<Name extends string>(
  ways: Readonly<Record<Name, Way>>,
  rounds: number,
  { warmUp = true } = {},
): Promise<Record<Name, Compared>> {
  const names = Object.keys(ways) as Name[];
  const costs = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + Math.max(round, 0)) % names.length];
      const cost = await ways[name]();
      if (round >= 0) costs.get(name)?.push(cost);
    }
  }
  const first = costs.get(names[0]) ?? [];
  const compared = {} as Record<Name, Compared>;
  for (const [name, all] of costs) {
    const ratios = all.map((cost, round) => cost / first[round]);
    compared[name] = { cost: summary(all), ratio: summary(ratios), rounds: all };
  }
  return compared;
}

/** One way's cost divided by another's of the same round. */
export function ratioOf(one: Compared, other: Compared): Summary {
  return summary(one.rounds.map((cost, round) => cost / other.rounds[round]));
}

export function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}
