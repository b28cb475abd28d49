import { type ClassNames, givenClassNames, modelClassNames } from '../data/labels/classNames.js';
import type { ClassAnswers } from '../engine/collect/classCounts.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { type Accuracy, accuracyOf, isAtChance, isPermuted } from '../stats/accuracy.js';
import { counted, listed, percent } from '../text/numbers.js';
import { printable } from '../text/printable.js';

/** How well the model's own output goes with the labels of the data. */
export interface LabelAccuracy {
  readonly classes: number;
  readonly accuracy?: Accuracy;
  /** What there is to say of it, or why there is none, in words. */
  readonly warnings: readonly string[];
}

/** The names of a model's classes: what the caller says goes before what came with the model. */
export async function classNamesOf(
  given: string | readonly string[] | undefined,
  { path, proto }: ModelFile,
): Promise<ClassNames | undefined> {
  return given === undefined ? modelClassNames(path, proto.metadataProps) : givenClassNames(given);
}

/**
 * Holds what a model answered against the labels. A label that is a whole number stands for the class of that index,
 * unless it is among the names; labels that are words, without names, for the classes in their order, as torchvision's
 * `ImageFolder` has them.
 *
 * @param names of the classes, where they are known.
 */
export function labelAccuracy(
  { width, labels }: ClassAnswers,
  names: ClassNames | undefined,
  samples: number,
): LabelAccuracy {
  const classOf = classesFor([...labels.keys()], width, names, samples);
  if (typeof classOf === 'string') return { classes: width, warnings: [`no accuracy: ${classOf}`] };
  const accuracy = accuracyOf(labels, classOf);
  return { classes: width, accuracy, warnings: doubtsAbout(accuracy, labels.size) };
}

function classesFor(
  labels: readonly string[],
  width: number,
  names: ClassNames | undefined,
  samples: number,
): ((label: string) => number | undefined) | string {
  const numeric = labels.every((label) => /^\d+$/.test(label));
  if (names && names.names.length === width) {
    const exact = new Map(names.names.map((name, k) => [name, k]));
    const alike = new Map(names.names.map((name, k) => [plain(name), k]));
    const find = (label: string) => exact.get(label) ?? alike.get(plain(label));
    const strange = labels.filter((label) => find(label) === undefined);
    if (strange.length === 0) return find;
    if (!numeric) {
      return `the labels ${listed(strange.map(printable), 5)} are not among the classes of ${names.source}: pass --classes with the names as the data has them, in the order of the model's output`;
    }
  } else if (names?.source === '--classes') {
    return `--classes names ${names.names.length} classes, but the model's output has ${width}: name all, in their order`;
  }
  if (numeric) {
    const largest = Math.max(...labels.map(Number));
    if (largest >= width) {
      return `label ${largest} is outside the ${width} classes (0 to ${width - 1}) of the model's output: check the labels`;
    }
    // The features of a network without a head are no classes.
    if (samples > width && width > 2 * (largest + 1)) {
      return `the labels go up to ${largest}, and the model's output has ${width} numbers, which may be no classes: name them with --classes where they are`;
    }
    return Number;
  }
  if (labels.length !== width) {
    return `the data has ${counted(labels.length, 'label')}, and the model's output ${width} numbers: name the classes, in the order of the output, with --classes`;
  }
  const sorted = [...labels].sort((a, b) => (a < b ? -1 : 1));
  return (label) => sorted.indexOf(label);
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();

function doubtsAbout(accuracy: Accuracy, labels: number): string[] {
  const found = `the model is right about ${percent(accuracy.top1, 1)} of the labelled samples`;
  if (isPermuted(accuracy, labels)) {
    return [
      `${found}, and would be about ${percent(accuracy.reordered, 1)} if the labels stood for its classes in another order: pass --classes in the order of the model's output`,
    ];
  }
  if (isAtChance(accuracy)) {
    return [
      `${found}, no more than guessing (always the most frequent label: ${percent(accuracy.guessing, 1)}): if it was trained for these classes, look at the preprocessing (--mean, --std, --scale, --color, --layout) before the numbers`,
    ];
  }
  return [];
}
