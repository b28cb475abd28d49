// The Householder reduction of src/stats/reduction/tridiagonal.ts, blocked, in AssemblyScript; src/stats/reduction/tridiagonalKernel.ts
// lays out its memory and is the only caller. `npm run generate:kernel` compiles it. Addresses are in bytes.
//
// The update of a block of reflections waits until the block is complete (LAPACK's dlatrd and dsytrd): every
// reflection reads the matrix once, and only every 16th writes it.

import { meet } from './barrier';
import { appendPair, BLOCK, PARTS } from './panel';
import { currentRow, firstElement, reflection } from './row';
import { keepReflections, multiply, tileRow, updateRow } from './tiles';

/** One thread's share of the reduction; every thread repeats the work on vectors and keeps its own panel and u. */
export function reduce(
  order: i32,
  thread: i32,
  threads: i32,
  tiles: usize,
  panel: usize,
  u: usize,
  weights: usize,
  partials: usize,
  output: usize,
  barrier: usize,
): void {
  const chunks = (order + 3) >> 2;
  const vector = (chunks as usize) << 5;
  const diagonal = output;
  const offDiagonal = output + vector;
  const halfNorms = output + 2 * vector;
  let parity: usize = 0;
  let end = chunks;
  while (end > 0) {
    const start = max(0, end - (BLOCK >> 2));
    let pairs = 0;
    for (let k = min(order, end << 2) - 1; k >= max(1, start << 2); k--) {
      const last = k >> 2;
      currentRow(tiles, panel, u, k, pairs);
      if (thread === 0) store<f64>(diagonal + ((k as usize) << 3), load<f64>(u + ((k as usize) << 3)));
      const half = reflection(u, k, offDiagonal);
      if (thread === 0) store<f64>(halfNorms + ((k as usize) << 3), half);
      const buffers = partials + parity * (PARTS as usize) * vector;
      if (half > 0) {
        // Whoever is ahead writes the other buffers while this product is still read.
        parity ^= 1;
        for (let part = thread; part < PARTS; part += threads) {
          multiply(tiles, u, buffers + (part as usize) * vector, part, last);
        }
        if (threads > 1) meet(barrier, threads);
      }
      appendPair(panel, u, weights, buffers, vector, k, pairs, half);
      pairs++;
    }
    if (start === 0) store<f64>(diagonal, firstElement(tiles, panel, pairs));
    for (let part = thread; part < PARTS; part += threads) {
      for (let i = part; i < start; i += PARTS) updateRow(tileRow(tiles, i), panel, i, pairs);
    }
    // Every thread has read the last row of the block before it is overwritten with reflections.
    if (threads > 1) meet(barrier, threads);
    if (thread === 0) keepReflections(tiles, panel, order, start, end);
    end = start;
  }
}
