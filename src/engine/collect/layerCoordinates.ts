/** Where the samples of a layer lie in the plane of its first two eigenvectors. */
export interface EmbeddedLayer {
  readonly name: string;
  /** x and y of the first sample, of the second, …; absent where the layer was left out. */
  readonly coordinates?: Float64Array<ArrayBuffer>;
  /** Why it was left out, in words. */
  readonly leftOut?: string;
}

/** How far, of the largest coordinate, a sample may move when its batch is turned round: kernels round otherwise there. */
const TOLERANCE = 0.05;

/** Collects one layer's coordinates, batch by batch. */
export class LayerCoordinates {
  readonly #coordinates: Float64Array<ArrayBuffer>;
  #length = 0;
  #leftOut: string | undefined;

  /** @param samples of all batches together. */
  constructor(
    readonly name: string,
    samples: number,
  ) {
    this.#coordinates = new Float64Array(samples * 2);
  }

  /**
   * @param rows x and y of each row that the batch gave.
   * @param samples in the batch.
   * @param kept how many of them count, from the first on: the others are padding.
   */
  add(rows: Float64Array, samples: number, kept: number): void {
    if (this.#leftOut !== undefined) return;
    const coordinates = onePerSample(rows, samples);
    if (coordinates) {
      this.#coordinates.set(coordinates.subarray(0, kept * 2), this.#length);
      this.#length += kept * 2;
    } else {
      this.#leftOut = `its output has ${rows.length / 2} rows for ${samples} samples`;
    }
  }

  /**
   * Leaves the layer out if its rows are not in the order of the samples: steps may stand before samples on the
   * leading axis, and their number may well be a multiple of the batch size.
   *
   * @param rows of a batch.
   * @param turned of the same batch, its last sample first.
   */
  requireOrder(rows: Float64Array, turned: Float64Array, samples: number): void {
    const before = onePerSample(rows, samples);
    const after = onePerSample(turned, samples);
    if (!before || !after) return;
    // Sequences without steps have NaN, which compares as neither more nor less, here and below.
    const largest = before.reduce((most, value) => (Math.abs(value) > most ? Math.abs(value) : most), 0);
    for (let i = 0; i < before.length; i++) {
      const mirrored = after[(samples - 1 - (i >> 1)) * 2 + (i & 1)];
      if (Math.abs(before[i] - mirrored) > TOLERANCE * largest) {
        this.#leftOut = 'its output does not hold the samples in their order';
        return;
      }
    }
  }

  result(): EmbeddedLayer {
    return this.#leftOut === undefined
      ? { name: this.name, coordinates: this.#coordinates }
      : { name: this.name, leftOut: this.#leftOut };
  }
}

/** Rows, or means of as many consecutive rows as there are for each sample; `undefined` where they do not divide. */
function onePerSample(rows: Float64Array, samples: number): Float64Array | undefined {
  const each = rows.length / 2 / samples;
  if (each === 1) return rows;
  if (!Number.isInteger(each) || each === 0) return undefined;
  const means = new Float64Array(samples * 2);
  for (let row = 0; row < samples * each; row++) {
    const sample = Math.floor(row / each);
    means[sample * 2] += rows[row * 2] / each;
    means[sample * 2 + 1] += rows[row * 2 + 1] / each;
  }
  return means;
}
