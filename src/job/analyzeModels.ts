import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { AnalyzeOptions } from '../api/analyzeOptions.js';
import type { Progress } from '../engine/pass/progress.js';
import { InterruptedError, messageOf, UserError } from '../errors.js';
import { stepInPaths } from '../report/history/steps.js';
import { isRun } from '../run/files/newestRun.js';
import { requireMeasured } from '../run/requireMeasured.js';
import type { Run } from '../run/schema.js';

/** Which of several models is at work, from 1. */
export interface ModelPlace {
  readonly model: string;
  readonly number: number;
  readonly count: number;
}

export interface AnalyzeModelsOptions
  extends Omit<AnalyzeOptions, 'model' | 'out' | 'onTarget' | 'onProgress' | 'onNotice'> {
  /** `.onnx` files: analysed in the order of their steps, where all have one in their names. */
  readonly models: readonly string[];
  /** The folder that holds a run for each, `<model name>.delve`; the current directory where absent. */
  readonly out?: string;
  /** How far all of them are together. */
  readonly onProgress?: (progress: Progress, place: ModelPlace) => void;
  readonly onNotice?: (text: string, place: ModelPlace) => void;
  /** Called when the run of a model is written. */
  readonly onRun?: (out: string, place: ModelPlace) => void;
}

/** What analyses one model, and where its run goes by itself: handed in, since it brings the engine along. */
export interface OneModel {
  readonly analyze: (options: AnalyzeOptions) => Promise<Run>;
  readonly defaultTarget: (model: string, shard?: string) => string;
}

export interface AnalyzedModels {
  /** Models that there were. */
  readonly count: number;
  readonly runs: readonly { readonly model: string; readonly run: Run; readonly out: string }[];
  /** What kept models from having a run of use; the others have theirs all the same. */
  readonly failures: readonly { readonly model: string; readonly error: unknown }[];
}

/**
 * Analyses several models on the same data, one after the other, and writes a run for each. One that fails does not
 * keep the others from theirs.
 *
 * @throws UserError before the first, where two would have the same run or `out` is not a folder for runs;
 *   InterruptedError when `signal` aborts: the runs of the models before stand.
 */
export async function analyzeModels(
  { analyze, defaultTarget }: OneModel,
  options: AnalyzeModelsOptions,
): Promise<AnalyzedModels> {
  const { models, out, onProgress, onNotice, onRun, ...each } = options;
  const targets = runPlaces(models, out, (model) => defaultTarget(model, options.shard));
  if (out !== undefined) await makeFolder(out);
  const runs: { model: string; run: Run; out: string }[] = [];
  const failures: { model: string; error: unknown }[] = [];
  const started = performance.now();
  let samples = 0;
  for (const [index, { model, target }] of targets.entries()) {
    const place = { model, number: index + 1, count: targets.length };
    let dir = target;
    try {
      const run = await analyze({
        ...{ ...each, model, out: target },
        onTarget: (chosen) => {
          dir = chosen;
        },
        onNotice: (text) => onNotice?.(text, place),
        onProgress: (progress) => {
          const seconds = (performance.now() - started) / 1000;
          onProgress?.(ofAll(progress, samples, targets.length - index, seconds), place);
        },
      });
      samples += run.data.samples;
      runs.push({ model, run, out: dir });
      onRun?.(dir, place);
      requireMeasured(run, dir);
    } catch (error) {
      if (error instanceof InterruptedError) {
        const where = `at model ${place.number} of ${place.count}, ${model}: `;
        throw new InterruptedError(where + error.message, error.samples);
      }
      failures.push({ model, error });
      if (index + 1 < targets.length) onNotice?.(`failed: ${messageOf(error)}`, place);
    }
  }
  return { count: targets.length, runs, failures };
}

/** @throws what went wrong: a fault of delve as it is, else a UserError that names every model that failed. */
export function throwFailures({ count, failures }: AnalyzedModels): void {
  if (failures.length === 0) return;
  const fault = failures.find(({ error }) => !(error instanceof UserError));
  if (fault) throw fault.error;
  const said = failures.map(({ model, error }) => ({ model, text: messageOf(error) }));
  // Such as data that are not there, which are the fault of no model.
  const [{ text: first }] = said;
  if (failures.length === count && said.every(({ text }) => text === first)) throw new UserError(first);
  const each = said.map(({ model, text }) => (text.includes(model) ? text : `${model}: ${text}`));
  throw new UserError(`${failures.length} of ${count} models failed: ${each.join('; ')}`);
}

/** By the steps in their names where every one has its own, else as given. */
function inOrder(models: readonly string[]): readonly string[] {
  const steps = new Map(models.map((model) => [model, stepInPaths([model])]));
  const known = [...steps.values()].filter((step) => step !== undefined);
  if (new Set(known).size < models.length) return models;
  return models.toSorted((a, b) => (steps.get(a) ?? 0) - (steps.get(b) ?? 0));
}

/**
 * Where the runs of models go, in the order in which they are analysed.
 *
 * @param out the folder that holds them.
 * @throws UserError where two would have the same run.
 */
export function runPlaces(
  models: readonly string[],
  out: string | undefined,
  defaultTarget: OneModel['defaultTarget'],
): { model: string; target: string }[] {
  const byTarget = new Map<string, string>();
  return inOrder(models).map((model) => {
    const own = defaultTarget(model);
    const target = out === undefined ? own : join(out, basename(own));
    const other = byTarget.get(resolve(target));
    if (other !== undefined) {
      throw new UserError(
        other === model
          ? `${model} is named twice: name each model once`
          : `the runs of ${other} and ${model} would both be ${target}: analyze them apart, each with its own --out`,
      );
    }
    byTarget.set(resolve(target), model);
    return { model, target };
  });
}

async function makeFolder(out: string): Promise<void> {
  if (await isRun(out)) {
    throw new UserError(
      `--out ${out} is a run: with several models, name a folder that is to hold a run for each`,
    );
  }
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw new UserError(`--out ${out} cannot be a folder for runs (${messageOf(error)}): name another`, {
      cause: error,
    });
  });
}

/** @param left models that are not done, this one included: all read the same data. */
function ofAll(progress: Progress, before: number, left: number, seconds: number): Progress {
  const { samples, total } = progress;
  return {
    ...progress,
    seconds,
    samples: before + samples,
    ...(total === undefined ? {} : { total: before + total * left }),
  };
}
