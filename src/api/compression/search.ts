import { UserError } from '../../errors.js';
import { macsAt, type Thresholds, uniform } from './levels.js';
import type { Prepared } from './prepare.js';

/** The thresholds that are tried, from all but everything to little. */
const GRID = [0.9999, 0.999, 0.995, 0.99, 0.98, 0.96, 0.93, 0.9, 0.85, 0.8, 0.7, 0.6] as const;
/** Rounds in which each layer is tried one step further; more gain little. */
const MOST_ROUNDS = 4;

/** How a compressed model did on held-out samples, smaller being better. */
export interface Loss {
  /** Share of accuracy that was lost; where no class is known, share of samples whose largest output moved. */
  readonly drop: number;
  /** Relative error of the outputs: finer than the drop, for telling layers apart. */
  readonly error: number;
}

/** What a search may do: judge thresholds, which takes a pass over the held-out samples. */
export type Judge = (thresholds: Thresholds) => Promise<Loss>;

/** Steps along the grid, by layer. */
type Levels = ReadonlyMap<string, number>;

const thresholdsOf = (levels: Levels): Thresholds =>
  new Map([...levels].map(([name, level]) => [name, GRID[level]]));

/**
 * The thresholds of fewest operations whose drop stays within bounds: first one for all layers, then layer by layer, by
 * operations saved per error.
 *
 * @param mostDrop a share: 0.005 is half a percentage point.
 * @throws UserError where not even the highest threshold stays within bounds.
 */
export async function withinDrop(prepared: Prepared, mostDrop: number, judge: Judge): Promise<Thresholds> {
  const holds = async (levels: Levels) => (await judge(thresholdsOf(levels))).drop <= mostDrop;
  const at = (level: number): Levels => new Map([...prepared.directions.keys()].map((name) => [name, level]));
  const last = await lastThat(GRID.length, (level) => holds(at(level)));
  if (last < 0) {
    throw new UserError(
      `not even threshold ${GRID[0]} keeps the loss within --max-drop: allow more, or leave layers out with --exclude`,
    );
  }
  let levels = at(last);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const order = await bySaving(prepared, levels, judge);
    const steps = await lastThat(order.length, (count) => holds(advanced(levels, order.slice(0, count + 1))));
    if (steps < 0) break;
    levels = advanced(levels, order.slice(0, steps + 1));
  }
  return thresholdsOf(levels);
}

/**
 * The thresholds of least error that bring the operations down to a share of the model's.
 *
 * @param share 0.6 is 60 %.
 * @param before operations of the model as it is.
 * @throws UserError where the lowest threshold does not get there.
 */
export async function toMacs(
  prepared: Prepared,
  share: number,
  before: number,
  judge: Judge,
): Promise<Thresholds> {
  const target = share * before;
  const lowest = macsAt(prepared, uniform(prepared, GRID[GRID.length - 1]));
  if (lowest > target) {
    throw new UserError(
      `--target-macs ${percentOf(share)} cannot be reached: the lowest threshold that is tried (${GRID[GRID.length - 1]}) leaves ${percentOf(lowest / before)}`,
    );
  }
  const level = GRID.findIndex((threshold) => macsAt(prepared, uniform(prepared, threshold)) <= target);
  const together = uniform(prepared, GRID[level]);
  // One step less for all, then single layers further, the cheapest in error first.
  let levels: Levels = new Map([...prepared.directions.keys()].map((name) => [name, Math.max(0, level - 1)]));
  for (let round = 0; round < MOST_ROUNDS && macsAt(prepared, thresholdsOf(levels)) > target; round++) {
    for (const name of await bySaving(prepared, levels, judge)) {
      levels = advanced(levels, [name]);
      if (macsAt(prepared, thresholdsOf(levels)) <= target) break;
    }
  }
  const alone = thresholdsOf(levels);
  if (macsAt(prepared, alone) > target) return together;
  const [one, other] = [await judge(together), await judge(alone)];
  return other.error < one.error ? alone : together;
}

/** The layers that a step further would make cheaper, by operations saved per error. */
async function bySaving(prepared: Prepared, levels: Levels, judge: Judge): Promise<string[]> {
  const now = { macs: macsAt(prepared, thresholdsOf(levels)), ...(await judge(thresholdsOf(levels))) };
  const scored: { name: string; score: number }[] = [];
  for (const name of levels.keys()) {
    const next = advanced(levels, [name]);
    const saved = now.macs - macsAt(prepared, thresholdsOf(next));
    if (saved <= 0) continue;
    const { error } = await judge(thresholdsOf(next));
    scored.push({ name, score: saved / Math.max(1e-9, error - now.error) });
  }
  return scored.sort((a, b) => b.score - a.score).map(({ name }) => name);
}

function advanced(levels: Levels, names: readonly string[]): Levels {
  const next = new Map(levels);
  for (const name of names) next.set(name, Math.min(GRID.length - 1, (levels.get(name) ?? 0) + 1));
  return next;
}

/** The last index for which something holds, by halving, where it holds for all before it; −1 where for none. */
async function lastThat(count: number, holds: (index: number) => Promise<boolean>): Promise<number> {
  let [low, high] = [-1, count - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (await holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

const percentOf = (share: number): string => `${Number((100 * share).toFixed(1))} %`;
