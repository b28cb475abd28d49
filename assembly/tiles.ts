// The half of the matrix that is left: tiles of 4 × 4 elements, row-major, in the order in which they are read, that
// is one chunk of four rows after the other, each from the first column to the tile on the diagonal, which is whole.

import { PAIR, PANEL, PARTS, total } from './panel';

/** Bytes of a tile. */
export const TILE: usize = 128;

/** The first tile of a chunk of rows. */
export function tileRow(tiles: usize, chunk: i32): usize {
  return tiles + (((chunk as usize) * ((chunk as usize) + 1)) >> 1) * TILE;
}

/** product ← the part of A u that the tiles of the chunks part, part + PARTS, … ≤ last contribute. */
export function multiply(tiles: usize, u: usize, product: usize, part: i32, last: i32): void {
  memory.fill(product, 0, ((last as usize) + 1) << 5);
  for (let i = part; i <= last; i += PARTS) {
    let tile = tileRow(tiles, i);
    const ends = u + ((i as usize) << 5);
    const u0 = v128.load64_splat(ends);
    const u1 = v128.load64_splat(ends, 8);
    const u2 = v128.load64_splat(ends, 16);
    const u3 = v128.load64_splat(ends, 24);
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let p = product;
    for (let x = u; x < ends; x += 32) {
      let xj = v128.load(x);
      let a = v128.load(tile);
      let sum = f64x2.mul(a, u0);
      s0 = f64x2.add(s0, f64x2.mul(a, xj));
      a = v128.load(tile, 32);
      sum = f64x2.add(sum, f64x2.mul(a, u1));
      s1 = f64x2.add(s1, f64x2.mul(a, xj));
      a = v128.load(tile, 64);
      let more = f64x2.mul(a, u2);
      s2 = f64x2.add(s2, f64x2.mul(a, xj));
      a = v128.load(tile, 96);
      more = f64x2.add(more, f64x2.mul(a, u3));
      s3 = f64x2.add(s3, f64x2.mul(a, xj));
      v128.store(p, f64x2.add(v128.load(p), f64x2.add(sum, more)));
      xj = v128.load(x, 16);
      a = v128.load(tile, 16);
      sum = f64x2.mul(a, u0);
      s0 = f64x2.add(s0, f64x2.mul(a, xj));
      a = v128.load(tile, 48);
      sum = f64x2.add(sum, f64x2.mul(a, u1));
      s1 = f64x2.add(s1, f64x2.mul(a, xj));
      a = v128.load(tile, 80);
      more = f64x2.mul(a, u2);
      s2 = f64x2.add(s2, f64x2.mul(a, xj));
      a = v128.load(tile, 112);
      more = f64x2.add(more, f64x2.mul(a, u3));
      s3 = f64x2.add(s3, f64x2.mul(a, xj));
      v128.store(p, f64x2.add(v128.load(p, 16), f64x2.add(sum, more)), 16);
      tile += TILE;
      p += 32;
    }
    // The tile on the diagonal is whole.
    const low = v128.load(ends);
    const high = v128.load(ends, 16);
    s0 = f64x2.add(s0, f64x2.add(f64x2.mul(v128.load(tile), low), f64x2.mul(v128.load(tile, 16), high)));
    s1 = f64x2.add(s1, f64x2.add(f64x2.mul(v128.load(tile, 32), low), f64x2.mul(v128.load(tile, 48), high)));
    s2 = f64x2.add(s2, f64x2.add(f64x2.mul(v128.load(tile, 64), low), f64x2.mul(v128.load(tile, 80), high)));
    s3 = f64x2.add(s3, f64x2.add(f64x2.mul(v128.load(tile, 96), low), f64x2.mul(v128.load(tile, 112), high)));
    store<f64>(p, load<f64>(p) + total(s0));
    store<f64>(p, load<f64>(p, 8) + total(s1), 8);
    store<f64>(p, load<f64>(p, 16) + total(s2), 16);
    store<f64>(p, load<f64>(p, 24) + total(s3), 24);
  }
}

/** Tiles of one chunk of rows: A ← A − Σ (v wᵀ + w vᵀ). */
export function updateRow(tile: usize, panel: usize, i: i32, pairs: i32): void {
  const own = panel + (i as usize) * PANEL;
  const ownEnd = own + (pairs as usize) * PAIR;
  for (let column = panel; column <= own; column += PANEL) {
    let a0 = v128.load(tile);
    let b0 = v128.load(tile, 16);
    let a1 = v128.load(tile, 32);
    let b1 = v128.load(tile, 48);
    let a2 = v128.load(tile, 64);
    let b2 = v128.load(tile, 80);
    let a3 = v128.load(tile, 96);
    let b3 = v128.load(tile, 112);
    let pair = column;
    for (let mine = own; mine < ownEnd; mine += PAIR) {
      let low = v128.load(pair, 32);
      let high = v128.load(pair, 48);
      let s = v128.load64_splat(mine);
      a0 = f64x2.sub(a0, f64x2.mul(s, low));
      b0 = f64x2.sub(b0, f64x2.mul(s, high));
      s = v128.load64_splat(mine, 8);
      a1 = f64x2.sub(a1, f64x2.mul(s, low));
      b1 = f64x2.sub(b1, f64x2.mul(s, high));
      s = v128.load64_splat(mine, 16);
      a2 = f64x2.sub(a2, f64x2.mul(s, low));
      b2 = f64x2.sub(b2, f64x2.mul(s, high));
      s = v128.load64_splat(mine, 24);
      a3 = f64x2.sub(a3, f64x2.mul(s, low));
      b3 = f64x2.sub(b3, f64x2.mul(s, high));
      low = v128.load(pair);
      high = v128.load(pair, 16);
      s = v128.load64_splat(mine, 32);
      a0 = f64x2.sub(a0, f64x2.mul(s, low));
      b0 = f64x2.sub(b0, f64x2.mul(s, high));
      s = v128.load64_splat(mine, 40);
      a1 = f64x2.sub(a1, f64x2.mul(s, low));
      b1 = f64x2.sub(b1, f64x2.mul(s, high));
      s = v128.load64_splat(mine, 48);
      a2 = f64x2.sub(a2, f64x2.mul(s, low));
      b2 = f64x2.sub(b2, f64x2.mul(s, high));
      s = v128.load64_splat(mine, 56);
      a3 = f64x2.sub(a3, f64x2.mul(s, low));
      b3 = f64x2.sub(b3, f64x2.mul(s, high));
      pair += PAIR;
    }
    v128.store(tile, a0);
    v128.store(tile, b0, 16);
    v128.store(tile, a1, 32);
    v128.store(tile, b1, 48);
    v128.store(tile, a2, 64);
    v128.store(tile, b2, 80);
    v128.store(tile, a3, 96);
    v128.store(tile, b3, 112);
    tile += TILE;
  }
}

/** Overwrites the rows of the block, as rows instead of tiles, with the u that cleared them. */
export function keepReflections(tiles: usize, panel: usize, order: i32, start: i32, end: i32): void {
  let pair = panel;
  for (let k = min(order, end << 2) - 1; k >= max(1, start << 2); k--) {
    const chunk = k >> 2;
    let row = tileRow(tiles, chunk) + ((k & 3) as usize) * (((chunk as usize) + 1) << 5);
    let from = pair;
    for (let j = 0; j <= chunk; j++) {
      v128.store(row, v128.load(from));
      v128.store(row, v128.load(from, 16), 16);
      row += 32;
      from += PANEL;
    }
    pair += PAIR;
  }
}
