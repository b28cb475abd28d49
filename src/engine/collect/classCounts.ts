import type { LabelAnswers } from '../../stats/accuracy.js';

/** Of the five classes that top-5 looks at. */
const BEST = 5;

/** Counts what a model answers for the samples of each label. Counts of several passes over parts of the data add up. */
export class ClassCounts {
  readonly #answers = new Map<
    string,
    { samples: number; first: Map<number, number>; among: Map<number, number> }
  >();
  #width = 0;

  /**
   * Takes in the scores of a batch.
   *
   * @param labels of its samples; those after the last label are not looked at.
   * @param scores `[samples, width]`: the larger, the likelier. Of equal ones the first counts.
   */
  add(labels: readonly (string | undefined)[], scores: ArrayLike<number>, width: number): void {
    this.#width = width;
    for (const [i, label] of labels.entries()) {
      if (label === undefined) continue;
      const answers = this.#of(label);
      answers.samples++;
      const best = bestOf(scores, i * width, width);
      if (best.length > 0) increment(answers.first, best[0]);
      for (const k of best) increment(answers.among, k);
    }
  }

  /** Labels that the data has, of which perhaps no sample is ever added. */
  mention(labels: readonly (string | undefined)[]): void {
    for (const label of labels) if (label !== undefined) this.#of(label);
  }

  #of(label: string) {
    const known = this.#answers.get(label);
    if (known) return known;
    const answers = { samples: 0, first: new Map<number, number>(), among: new Map<number, number>() };
    this.#answers.set(label, answers);
    return answers;
  }

  /** Goes on from what an earlier pass counted. */
  restore({ width, labels }: ClassAnswers): void {
    this.#width = width;
    for (const [label, { samples, first, among }] of labels) {
      this.#answers.set(label, { samples, first: new Map(first), among: new Map(among) });
    }
  }

  result(): ClassAnswers {
    return { width: this.#width, labels: this.#answers };
  }
}

/** What a model answered. */
export interface ClassAnswers {
  /** Scores a sample. */
  readonly width: number;
  readonly labels: ReadonlyMap<string, LabelAnswers>;
}

/** The answers of several workers, each to a part of the data. */
export function addedAnswers(parts: readonly ClassAnswers[]): ClassAnswers {
  const labels = new Map<string, LabelAnswers>();
  for (const part of parts) {
    for (const [label, answers] of part.labels) {
      const before = labels.get(label);
      labels.set(
        label,
        before
          ? {
              samples: before.samples + answers.samples,
              first: added(before.first, answers.first),
              among: added(before.among, answers.among),
            }
          : answers,
      );
    }
  }
  return { width: Math.max(0, ...parts.map(({ width }) => width)), labels };
}

function added(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): Map<number, number> {
  const sum = new Map(a);
  for (const [key, count] of b) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}

function increment(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The indices of the largest scores, the largest first; NaN is none. */
function bestOf(scores: ArrayLike<number>, start: number, width: number): number[] {
  const best: number[] = [];
  for (let k = 0; k < width; k++) {
    const score = scores[start + k];
    if (Number.isNaN(score)) continue;
    let place = best.length;
    while (place > 0 && score > scores[start + best[place - 1]]) place--;
    if (place >= BEST) continue;
    best.splice(place, 0, k);
    if (best.length > BEST) best.pop();
  }
  return best;
}
