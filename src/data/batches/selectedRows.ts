import { Draws } from '../draws.js';
import type { Position } from '../feed.js';
import { type Blocks, type Share, shareOf } from '../selection.js';
import { type InputStream, lockstep, type Rows } from './lockstep.js';

/** Which samples a pass takes. */
export interface Choice extends Pick<Blocks, 'block' | 'every'> {
  /** Infinity: all. */
  readonly maxSamples: number;
  readonly share?: Share;
  /** Where `maxSamples` are fewer than there are, draw them at random, from this seed; absent: take the first. */
  readonly seed?: number;
  /** Read them in the order in which they are drawn, from this seed, all or few: streams take `anyOrder`. */
  readonly shuffled?: boolean;
  /** Leave out what lies before. */
  readonly from?: Pick<Position, 'draws' | 'rows'>;
}

export interface PlacedRows extends Rows, Pick<Position, 'draws'> {
  /** Rows of the last drawing, or of all, before these. */
  readonly before: number;
}

/**
 * The samples of a choice; of those that are drawn at random as many more as were left out.
 *
 * @param wanted how many more samples are to be had. Those of a share are chosen once and for all.
 */
export async function* selectedRows(
  streams: readonly InputStream[],
  { block, every, maxSamples, share, seed, shuffled = false, from }: Choice,
  wanted: () => number,
): AsyncGenerator<PlacedRows> {
  const size = streams[0]?.stream.size;
  const draws =
    seed === undefined || size === undefined ? undefined : new Draws(size, { block, every }, seed);
  const skip = from?.rows ?? 0;
  if (!draws || (maxSamples >= draws.left && !shuffled)) {
    const limit = share && Number.isFinite(maxSamples) ? maxSamples : undefined;
    yield* placed(lockstep(streams, { block, every, limit, share, skip }), [], skip);
    return;
  }
  const drawn: number[] = [];
  const draw = (count: number): Uint32Array => {
    drawn.push(count);
    return shuffled ? draws.nextAsDrawn(count) : draws.next(count);
  };
  const read = (chosen: Uint32Array, before: number) => {
    const kept = shareOf(chosen, block, share ?? { index: 0, count: 1 }, before);
    return placed(lockstep(streams, { chosen: kept }), [...drawn], before);
  };
  const [last = maxSamples, ...earlier] = [...(from?.draws ?? [])].reverse();
  for (const count of earlier.reverse()) draw(count);
  yield* read(draw(last), skip);
  while (!share && wanted() > 0 && draws.left > 0) yield* read(draw(wanted()), 0);
}

async function* placed(
  rows: AsyncIterable<Rows>,
  draws: readonly number[],
  before: number,
): AsyncGenerator<PlacedRows> {
  let done = before;
  for await (const each of rows) {
    yield { ...each, draws, before: done };
    done += each.count;
  }
}
