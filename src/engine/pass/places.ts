import type { Feed } from '../../data/feed.js';
import type { Place } from './pause.js';

/** Where a pass began: at the beginning, or where an earlier one was left. */
export type Beginning = Pick<Place, 'labels' | 'samples' | 'batches' | 'number' | 'turn'>;

export const START: Beginning = { labels: new Map(), samples: 0, batches: 0, number: 1, turn: 0 };

/** Keeps account of what was sent and what has run, so that a pass can be left and resumed. */
export class Places {
  readonly #sent: { readonly number: number; readonly place: Place | undefined; hasRun: boolean }[] = [];
  #last: Beginning;

  constructor(beginning: Beginning) {
    this.#last = beginning;
  }

  /** What was sent was this, as batches of that number on. */
  sent({ samples, labels = [], end }: Feed, number: number, batches: number): void {
    const counts = new Map(this.#last.labels);
    for (const label of labels) if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
    this.#last = {
      labels: counts,
      samples: this.#last.samples + samples,
      batches: this.#last.batches + batches,
      number: number + batches,
      turn: this.#last.turn + 1,
    };
    this.#sent.push({ number, place: end && { position: end, ...this.#last }, hasRun: false });
  }

  ran(number: number): void {
    const found = this.#sent.find((each) => each.number === number);
    if (found) found.hasRun = true;
    // All before the last of those that have run without a gap are of no more use.
    while (this.#sent.length > 1 && this.#sent[0].hasRun && this.#sent[1].hasRun) this.#sent.shift();
  }

  /** The place behind all that has run; `undefined` where something before it has not, or the source cannot tell. */
  get behindAll(): Place | undefined {
    const gap = this.#sent.findIndex(({ hasRun }) => !hasRun);
    const run = gap < 0 ? this.#sent : this.#sent.slice(0, gap);
    const isWhole = gap < 0 || this.#sent.slice(gap).every(({ hasRun }) => !hasRun);
    return isWhole ? run.at(-1)?.place : undefined;
  }
}
