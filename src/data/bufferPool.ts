/** So many requests later a size that nobody asked for again is given up. */
const PATIENCE = 64;

/**
 * Memory of batches that are done with, for those to come. A large buffer that is new costs more time than what is written
 * into it: the system hands it out page by page, at the first touch of each.
 */
export class BufferPool {
  readonly #free = new Map<number, { readonly buffers: ArrayBuffer[]; asked: number }>();
  #requests = 0;

  /** A buffer of exactly so many bytes, which hold whatever stood there before. */
  take(bytes: number): ArrayBuffer {
    this.#requests++;
    for (const [size, { asked }] of this.#free) {
      if (this.#requests - asked > PATIENCE) this.#free.delete(size);
    }
    const free = this.#free.get(bytes);
    if (free) free.asked = this.#requests;
    else this.#free.set(bytes, { buffers: [], asked: this.#requests });
    return free?.buffers.pop() ?? new ArrayBuffer(bytes);
  }

  /** Takes a buffer back that nobody looks at any more. One of a size that was not asked for is let go. */
  give(buffer: ArrayBuffer): void {
    const free = this.#free.get(buffer.byteLength);
    // Two tensors may lie in one buffer.
    if (free && buffer.byteLength > 0 && !free.buffers.includes(buffer)) free.buffers.push(buffer);
  }
}
