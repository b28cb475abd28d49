/** How often each class was answered to the samples of one label. */
export interface LabelAnswers {
  readonly samples: number;
  /** By class: how often it had the highest score. */
  readonly first: ReadonlyMap<number, number>;
  /** By class: how often it was among the five highest. */
  readonly among: ReadonlyMap<number, number>;
}

export interface Accuracy {
  /** Samples with a label. */
  readonly samples: number;
  /** The share of samples whose class had the highest score. */
  readonly top1: number;
  /** The share of samples whose class was among the five highest. */
  readonly top5: number;
  /** The share of the most frequent label: what always naming it would reach. */
  readonly guessing: number;
  /** The highest top-1 that another order of the classes would give (found greedily, so perhaps not the highest). */
  readonly reordered: number;
}

/**
 * Top-1 and top-5 accuracy.
 *
 * @param labels by label.
 * @param classOf the class that a label stands for.
 */
export function accuracyOf(
  labels: ReadonlyMap<string, LabelAnswers>,
  classOf: (label: string) => number | undefined,
): Accuracy {
  let [samples, first, among, most] = [0, 0, 0, 0];
  for (const [label, answers] of labels) {
    const wanted = classOf(label) ?? -1;
    samples += answers.samples;
    first += answers.first.get(wanted) ?? 0;
    among += answers.among.get(wanted) ?? 0;
    most = Math.max(most, answers.samples);
  }
  const share = (count: number) => (samples === 0 ? 0 : count / samples);
  return {
    samples,
    top1: share(first),
    top5: share(among),
    guessing: share(most),
    reordered: share(greedyMatches(labels)),
  };
}

/** Gives each label a class of its own, the pair with the most samples first. */
function greedyMatches(labels: ReadonlyMap<string, LabelAnswers>): number {
  const pairs = [...labels].flatMap(([label, { first }]) =>
    [...first].map(([answer, count]) => ({ label, answer, count })),
  );
  pairs.sort((a, b) => b.count - a.count);
  const [usedLabels, usedAnswers] = [new Set<string>(), new Set<number>()];
  let matches = 0;
  for (const { label, answer, count } of pairs) {
    if (usedLabels.has(label) || usedAnswers.has(answer)) continue;
    usedLabels.add(label);
    usedAnswers.add(answer);
    matches += count;
  }
  return matches;
}

/**
 * Whether top-1 is no better than guessing: within three standard errors of what always naming the most frequent label
 * reaches, or within a quarter of it (11.8 % where ten classes are alike frequent).
 */
export function isAtChance({ samples, top1, guessing }: Accuracy): boolean {
  if (samples < 20 || guessing === 1) return false;
  const error = Math.sqrt((guessing * (1 - guessing)) / samples);
  return top1 <= guessing + Math.max(3 * error, 0.25 * Math.min(guessing, 1 - guessing));
}

/** Whether the model knows the classes, but by another order: that would at least halve the errors. */
export function isPermuted({ samples, top1, reordered }: Accuracy, labels: number): boolean {
  return (
    samples >= 3 * labels && reordered >= 0.5 && 1 - reordered <= (1 - top1) / 2 && reordered - top1 >= 0.2
  );
}
