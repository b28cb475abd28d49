import type { ClassifiedRows } from '../../engine/softmaxSums.js';
import type { MatrixStore } from '../../files/matrixStore.js';
import type { Split } from '../../probe/split.js';

/** Numbers that stand in memory at a time: 128 MiB. */
const CHUNK_NUMBERS = 2 ** 24;

/** The features of one layer on the disk, with the classes of their samples, in pieces that fit into memory. */
export class StoredRows {
  readonly #store: MatrixStore;
  readonly #name: string;
  readonly #split: Split;
  readonly #chunkRows: number;
  /** The only piece, where it is one: read once. */
  #whole: ClassifiedRows | undefined;

  private constructor(
    store: MatrixStore,
    name: string,
    split: Split,
    readonly features: number,
    numbers: number,
  ) {
    this.#store = store;
    this.#name = name;
    this.#split = split;
    this.#chunkRows = Math.max(1, Math.floor(numbers / Math.max(1, features)));
  }

  /** @param numbers that stand in memory at a time. */
  static open(store: MatrixStore, name: string, split: Split, numbers = CHUNK_NUMBERS): StoredRows {
    return new StoredRows(store, name, split, store.length(name) / split.parts.length, numbers);
  }

  /** All samples in their order; training samples count, others do not. */
  async *chunks(): AsyncGenerator<ClassifiedRows> {
    const samples = this.#split.parts.length;
    if (samples <= this.#chunkRows) {
      this.#whole ??= await this.#piece(0, samples);
      yield this.#whole;
      return;
    }
    for (let from = 0; from < samples; from += this.#chunkRows) {
      yield await this.#piece(from, Math.min(samples, from + this.#chunkRows));
    }
  }

  async #piece(from: number, to: number): Promise<ClassifiedRows> {
    const { features } = this;
    const values = await this.#store.read(this.#name, from * features, to * features);
    const parts = this.#split.parts.slice(from, to);
    return {
      rows: { rows: to - from, columns: features, values },
      labels: this.#split.labels.slice(from, to),
      counted: Float64Array.from(parts, (part) => (part === 'train' ? 1 : 0)),
    };
  }
}
