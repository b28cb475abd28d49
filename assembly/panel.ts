// The panel: for each chunk of four rows, the block's pairs of v and w (four elements each) whose rank-2 updates
// v wᵀ + w vᵀ the tiles still lack.

/** Bytes of four elements of v and the same four of w. */
export const PAIR: usize = 64;
/** Reflections in a block, a multiple of 4. */
export const BLOCK: i32 = 16;
/** Bytes of a chunk's pairs. */
export const PANEL: usize = PAIR * (BLOCK as usize);
/** Partial products, the same for any number of threads, so that this number changes no digit of the result. */
export const PARTS: i32 = 4;

export function total(a: v128): f64 {
  return f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
}

/** Appends v = u and w = (p − (uᵀp / 2h) u) / h to the panel, p = A u with the block's updates, h = uᵀu/2. */
export function appendPair(
  panel: usize,
  u: usize,
  weights: usize,
  buffers: usize,
  vector: usize,
  k: i32,
  pairs: i32,
  half: f64,
): void {
  const chunks = (k >> 2) + 1;
  const target = panel + (pairs as usize) * PAIR;
  if (half === 0) {
    for (let j = 0; j < chunks; j++) memory.fill(target + (j as usize) * PANEL, 0, PAIR);
    return;
  }
  for (let l = 0; l < pairs; l++) {
    let pair = panel + (l as usize) * PAIR;
    let v = f64x2.splat(0);
    let w = v;
    let v1 = v;
    let w1 = v;
    for (let j = 0; j < chunks; j++) {
      const low = v128.load(u + ((j as usize) << 5));
      const high = v128.load(u + ((j as usize) << 5), 16);
      v = f64x2.add(v, f64x2.mul(low, v128.load(pair)));
      v1 = f64x2.add(v1, f64x2.mul(high, v128.load(pair, 16)));
      w = f64x2.add(w, f64x2.mul(low, v128.load(pair, 32)));
      w1 = f64x2.add(w1, f64x2.mul(high, v128.load(pair, 48)));
      pair += PANEL;
    }
    v128.store(weights + ((l as usize) << 5), f64x2.splat(total(f64x2.add(v, v1))));
    v128.store(weights + ((l as usize) << 5), f64x2.splat(total(f64x2.add(w, w1))), 16);
  }
  let inner = f64x2.splat(0);
  for (let j = 0; j < chunks; j++) {
    const at = (j as usize) << 5;
    let low = f64x2.splat(0);
    let high = low;
    for (let part = 0; part < PARTS; part++) {
      const product = buffers + (part as usize) * vector + at;
      low = f64x2.add(low, v128.load(product));
      high = f64x2.add(high, v128.load(product, 16));
    }
    let pair = panel + (j as usize) * PANEL;
    let weight = weights;
    for (let l = 0; l < pairs; l++) {
      const v = v128.load(weight);
      const w = v128.load(weight, 16);
      low = f64x2.sub(low, f64x2.add(f64x2.mul(w, v128.load(pair)), f64x2.mul(v, v128.load(pair, 32))));
      high = f64x2.sub(high, f64x2.add(f64x2.mul(w, v128.load(pair, 16)), f64x2.mul(v, v128.load(pair, 48))));
      pair += PAIR;
      weight += 32;
    }
    const x = v128.load(u + at);
    const y = v128.load(u + at, 16);
    v128.store(pair, x);
    v128.store(pair, y, 16);
    v128.store(pair, low, 32);
    v128.store(pair, high, 48);
    inner = f64x2.add(inner, f64x2.add(f64x2.mul(x, low), f64x2.mul(y, high)));
  }
  const along = f64x2.splat(total(inner) / half / (2 * half));
  const divisor = f64x2.splat(half);
  let pair = target;
  for (let j = 0; j < chunks; j++) {
    v128.store(
      pair,
      f64x2.sub(f64x2.div(v128.load(pair, 32), divisor), f64x2.mul(along, v128.load(pair))),
      32,
    );
    v128.store(
      pair,
      f64x2.sub(f64x2.div(v128.load(pair, 48), divisor), f64x2.mul(along, v128.load(pair, 16))),
      48,
    );
    pair += PANEL;
  }
  // Rows from k on are done.
  for (let i = k; i < chunks << 2; i++) {
    store<f64>(target + ((i >> 2) as usize) * PANEL + ((i & 3) << 3), 0, 32);
  }
}
