import type { Sound } from './sound.js';

/** Frames that are decoded together where parts follow each other. */
const AHEAD = 2 ** 16;

/** Cuts parts of a file that follow each other out of longer ones, since each opening of a file takes its time. */
export class ReadAhead {
  #path: string | undefined;
  /** The part that was asked for last. */
  #last = { from: 0, to: 0 };
  #block: { from: number; channels: Float32Array[] } = { from: 0, channels: [] };

  /** As `sound.decode`. */
  async decode(path: string, sound: Sound, from: number, to: number): Promise<Float32Array[]> {
    const isSame = path === this.#path;
    const follows = isSame && from >= this.#last.from && from < this.#last.to + AHEAD;
    const length = this.#block.channels[0]?.length ?? 0;
    const isThere = isSame && from >= this.#block.from && to <= this.#block.from + length;
    this.#path = path;
    this.#last = { from, to };
    if (!isThere) {
      const end = follows ? Math.min(sound.frames, Math.max(to, from + AHEAD)) : to;
      this.#block = { from, channels: await sound.decode(from, end) };
    }
    const start = from - this.#block.from;
    return this.#block.channels.map((channel) => channel.subarray(start, start + to - from));
  }
}
