/** Where the kernel finds what in its memory, in bytes. */
export interface KernelLayout {
  readonly chunks: number;
  readonly barrier: number;
  readonly tiles: number;
  readonly partials: number;
  readonly output: number;
  /** One of each for every thread. */
  readonly own: readonly { readonly panel: number; readonly vector: number; readonly weights: number }[];
  readonly bytes: number;
}

/** As assembly/ declares them: bytes of a chunk in the panel, pairs in a block, partial products. */
const [PANEL, BLOCK, PARTS] = [1024, 16, 4];

/** Lays out what so many threads need for a matrix; each part starts on lines of its own. */
export function layoutOf(order: number, threads: number): KernelLayout {
  const chunks = Math.ceil(order / 4);
  let bytes = 0;
  const take = (size: number): number => {
    const start = bytes;
    bytes += Math.ceil(size / 128) * 128;
    return start;
  };
  const barrier = take(16);
  const tiles = take(64 * chunks * (chunks + 1));
  const partials = take(2 * PARTS * 32 * chunks);
  const output = take(3 * 32 * chunks);
  const own = Array.from({ length: threads }, () => ({
    panel: take(PANEL * chunks),
    vector: take(32 * chunks),
    weights: take(32 * BLOCK),
  }));
  return { chunks, barrier, tiles, partials, output, own, bytes };
}

/** Copies the lower triangle into 4 × 4 tiles; those on the diagonal whole, and zeros beyond the last row. */
export function fillTiles(elements: Float64Array, tiles: number, matrix: Float64Array, order: number): void {
  const rows = Math.ceil(order / 4) * 4;
  for (let i = 0; i < rows; i++) {
    const chunk = i >> 2;
    const target = tiles + 8 * chunk * (chunk + 1) + (i & 3) * 4;
    const columns = 4 * chunk;
    for (let j = 0; j < columns; j++) {
      elements[target + (j >> 2) * 16 + (j & 3)] = i < order ? matrix[i * order + j] : 0;
    }
    for (let j = columns; j < columns + 4; j++) {
      const inside = i < order && j < order;
      const value = inside ? matrix[j <= i ? i * order + j : j * order + i] : 0;
      elements[target + chunk * 16 + (j & 3)] = value;
    }
  }
}

/** Copies the reflections, which the kernel leaves as rows in the place of a chunk's tiles, into the lower triangle. */
export function readReflections(
  elements: Float64Array,
  tiles: number,
  matrix: Float64Array,
  order: number,
): void {
  for (let k = 1; k < order; k++) {
    const chunk = k >> 2;
    const start = tiles + 8 * chunk * (chunk + 1) + (k & 3) * 4 * (chunk + 1);
    matrix.set(elements.subarray(start, start + k), k * order);
  }
}
