import { UserError } from '../../errors.js';
import type { Run } from '../../run/schema.js';
import type { RenderOptions } from '../options.js';

/** A number after a word that means a training step, not inside another word: `epoch_12`, `checkpoint-500`. */
const COUNTED = /(?<![a-z])(?:epoch|ep|step|iteration|iter|checkpoint|ckpt)[-_=. ]*(\d+)/i;
/** A number at the end that is set apart: `model-000500`, and not `resnet18`. */
const AT_THE_END = /[-_=. ](\d+)$/;

/**
 * The training step or epoch of each run, for formats that keep a history: counted up from `options.step`; without
 * it, `options.steps`; without both, the number of the checkpoint in the name of each run, its model or the folders that hold them; without any
 * such number, counted up from `next`. Runs of different splits may share a step, and are counted apart.
 *
 * @throws UserError where only some of the runs have a number in their names, or two runs of one split have the same.
 */
export function stepsOf(runs: readonly Run[], options: RenderOptions, next = 0): number[] {
  if (options.step !== undefined) return countedUp(runs, options.step);
  const told = options.steps?.length === runs.length ? options.steps : undefined;
  const found = told ?? runs.map((run, index) => stepInNames(run, options.names?.[index]));
  if (found.every((step) => step === undefined)) return countedUp(runs, next);
  const calledBy = (index: number) => options.names?.[index] ?? runs[index].model.path;
  return found.map((step, index) => {
    if (step === undefined) {
      throw new UserError(
        `${calledBy(index)} has no number of a step in its name, although other runs have: give the first one's by --step`,
      );
    }
    const before = found.indexOf(step);
    const twin = runs.findIndex(
      ({ settings }, other) =>
        other >= before &&
        other < index &&
        found[other] === step &&
        settings.split === runs[index].settings.split,
    );
    if (twin < 0) return step;
    throw new UserError(
      `${calledBy(twin)} and ${calledBy(index)} are both of step ${step}${told ? '' : ' by their names'}: give the first one's by --step`,
    );
  });
}

/**
 * Where each run belongs by its step: indices, the earliest first. A shell gives `epoch_10` before `epoch_2`. The order
 * stays as given where the names of some have no number, two of one split have the same, or `options.step` tells.
 */
export function orderBySteps(runs: readonly Run[], options: RenderOptions): number[] {
  const given = runs.map((_, index) => index);
  const { step, steps: told, names, folders } = options;
  if (step !== undefined || [names, folders].some((each) => each && each.length < runs.length)) return given;
  if (told?.length === runs.length) return given.toSorted((a, b) => told[a] - told[b]);
  const found = runs.map((run, index) => stepInNames(run, names?.[index]));
  const steps = found.filter((step) => step !== undefined);
  const distinct = new Set(found.map((step, index) => `${step} ${runs[index].settings.split}`));
  if (steps.length < runs.length || distinct.size < runs.length) return given;
  return given.toSorted((a, b) => steps[a] - steps[b]);
}

/** Each split is counted for itself: `train` and `eval` of one epoch belong together. */
function countedUp(runs: readonly Run[], first: number): number[] {
  const next = new Map<string, number>();
  return runs.map(({ settings: { split } }) => {
    const step = next.get(split) ?? first;
    next.set(split, step + 1);
    return step;
  });
}

const stepInNames = ({ model }: Run, name: string | undefined): number | undefined =>
  stepInPaths([name ?? '', model.path]);

/** The number of the training step that the first of these paths tells, by its own name or its folder's. */
export function stepInPaths(given: readonly string[]): number | undefined {
  const paths = given.map((path) => path.replace(/[/\\]run\.json$/, '').split(/[/\\]+/));
  const own = paths.map((parts) => stem(parts.filter((part) => part !== '').at(-1) ?? ''));
  const parents = paths.map((parts) => parts.filter((part) => part !== '').at(-2) ?? '');
  const digits =
    firstMatch([...own, ...parents], COUNTED) ??
    // A folder that ends in a number is a date or a version more often than a step.
    firstMatch(own, AT_THE_END);
  const step = Number(digits ?? Number.NaN);
  return Number.isSafeInteger(step) ? step : undefined;
}

const stem = (fileName: string) =>
  fileName.replace(/\.(?:delve|onnx)$/i, '').replace(/\.(?:delve|onnx)$/i, '');

function firstMatch(texts: readonly string[], pattern: RegExp): string | undefined {
  for (const text of texts) {
    const match = pattern.exec(text);
    if (match) return match[1];
  }
  return undefined;
}
