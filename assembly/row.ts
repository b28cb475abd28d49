import { PAIR, PANEL, total } from './panel';
import { TILE, tileRow } from './tiles';

/** As in src/stats/reduction/tridiagonal.ts. */
const NEGLIGIBLE_SQUARE: f64 = 1e-280;

/** u ← row k up to the end of its chunk, as the block's reflections leave it. */
export function currentRow(tiles: usize, panel: usize, u: usize, k: i32, pairs: i32): void {
  const chunk = k >> 2;
  let tile = tileRow(tiles, chunk) + ((k & 3) << 5);
  const own = panel + (chunk as usize) * PANEL + ((k & 3) << 3);
  let column = panel;
  for (let j = 0; j <= chunk; j++) {
    let low = v128.load(tile);
    let high = v128.load(tile, 16);
    let mine = own;
    let pair = column;
    for (let l = 0; l < pairs; l++) {
      const v = v128.load64_splat(mine);
      const w = v128.load64_splat(mine, 32);
      low = f64x2.sub(low, f64x2.add(f64x2.mul(v, v128.load(pair, 32)), f64x2.mul(w, v128.load(pair))));
      high = f64x2.sub(high, f64x2.add(f64x2.mul(v, v128.load(pair, 48)), f64x2.mul(w, v128.load(pair, 16))));
      mine += PAIR;
      pair += PAIR;
    }
    v128.store(u, low);
    v128.store(u, high, 16);
    u += 32;
    tile += TILE;
    column += PANEL;
  }
}

export function firstElement(tiles: usize, panel: usize, pairs: i32): f64 {
  let first = load<f64>(tiles);
  for (let l = 0; l < pairs; l++) {
    const pair = panel + (l as usize) * PAIR;
    first -= 2 * load<f64>(pair) * load<f64>(pair, 32);
  }
  return first;
}

/** As `reflectionOf` in src/stats/reduction/tridiagonal.ts; clears u from element k to the end of the chunk. */
export function reflection(u: usize, k: i32, offDiagonal: usize): f64 {
  const vectors = ((k >> 2) + 1) << 1;
  for (let j = k; j < vectors << 1; j++) store<f64>(u + ((j as usize) << 3), 0);
  const corner = u + ((k as usize) << 3) - 8;
  const last = load<f64>(corner);
  store<f64>(corner, 0);
  let sums = f64x2.splat(0);
  for (let j = 0; j < vectors; j++) {
    const x = v128.load(u + ((j as usize) << 4));
    sums = f64x2.add(sums, f64x2.mul(x, x));
  }
  const rest = total(sums);
  const target = offDiagonal + ((k as usize) << 3) - 8;
  if (rest < NEGLIGIBLE_SQUARE) {
    store<f64>(target, last);
    memory.fill(u, 0, (vectors as usize) << 4);
    return 0;
  }
  const norm = sqrt<f64>(rest + last * last);
  const signed = last < 0 ? -norm : norm;
  store<f64>(target, -signed);
  store<f64>(corner, last + signed);
  return norm * (norm + abs<f64>(last));
}
