/** Which part each sample goes to. */
export type Part = 'train' | 'heldOut' | 'unlabelled';

/** Samples with their classes, in a training and a held-out part. */
export interface Split {
  /** In ascending order, whole numbers as such. */
  readonly classes: readonly string[];
  /** The place among `classes` of each sample; −1 for one without a label. */
  readonly labels: Int32Array;
  readonly parts: readonly Part[];
}

/**
 * Draws the same share of every class for the held-out part, so that both parts have the classes in like numbers. A
 * class of one sample is trained on only.
 *
 * @param share of the held-out part, between 0 and 1.
 * @param uniform numbers in [0, 1).
 */
export function splitByClass(
  given: readonly (string | undefined)[],
  share: number,
  uniform: () => number,
): Split {
  const members = new Map<string, number[]>();
  for (const [i, label] of given.entries()) {
    if (label === undefined) continue;
    const list = members.get(label);
    if (list) list.push(i);
    else members.set(label, [i]);
  }
  const classes = [...members.keys()].sort(byNumberOrName);
  const labels = new Int32Array(given.length).fill(-1);
  const parts: Part[] = given.map((label) => (label === undefined ? 'unlabelled' : 'train'));
  for (const [k, name] of classes.entries()) {
    const list = members.get(name) ?? [];
    for (const i of list) labels[i] = k;
    const wanted =
      list.length < 2 ? 0 : Math.min(list.length - 1, Math.max(1, Math.round(share * list.length)));
    for (let drawn = 0; drawn < wanted; drawn++) {
      const other = drawn + Math.floor(uniform() * (list.length - drawn));
      [list[drawn], list[other]] = [list[other], list[drawn]];
      parts[list[drawn]] = 'heldOut';
    }
  }
  return { classes, labels, parts };
}

const isWhole = (text: string): boolean => /^\d+$/.test(text);

function byNumberOrName(a: string, b: string): number {
  if (isWhole(a) && isWhole(b)) return Number(a) - Number(b);
  return a < b ? -1 : 1;
}
