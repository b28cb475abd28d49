import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { analyze } from '../../api/analyze.js';
import type { AnalyzeOptions } from '../../api/analyzeOptions.js';
import { type CheckResult, type CheckRules, check } from '../../check/check.js';
import type { Progress } from '../../engine/pass/progress.js';
import { InterruptedError, UserError } from '../../errors.js';
import { isSamePath } from '../../files/samePath.js';
import { requireMeasured } from '../../run/requireMeasured.js';
import type { Run } from '../../run/schema.js';
import { writeOutputs } from '../outputFiles.js';
import { writeReports } from '../writeReports.js';
import { type Checkpoint, checkpointsIn, Rest } from './checkpoints.js';
import { runHook } from './hook.js';
import { Series, type SeriesEntry, type Verdict } from './series.js';
import { reasonToStop, type StopRule } from './stopRules.js';

export interface WatchOptions
  extends Omit<
    AnalyzeOptions,
    | 'model'
    | 'out'
    | 'onTarget'
    | 'onProgress'
    | 'onNotice'
    | 'otherRun'
    | 'split'
    | 'embedding'
    | 'shard'
    | 'moments'
  > {
  /** The folder that the training writes `.onnx` checkpoints to. */
  readonly checkpoints: string;
  /** The folder of the series; `<checkpoints>.watch` where absent. */
  readonly out?: string;
  /** Data that the network is trained on, as a second split of each step. */
  readonly trainData?: readonly string[];
  /** Analyse what is there, and end. */
  readonly once?: boolean;
  /** Milliseconds for which a checkpoint's files must stay as they are (2,000). */
  readonly settle?: number;
  /** Milliseconds between two looks (500). */
  readonly interval?: number;
  /** What each checkpoint is held against. */
  readonly rules?: CheckRules;
  readonly stopWhen?: readonly StopRule[];
  /** Written when a rule of `stopWhen` holds; `stop` in the series where absent. */
  readonly stopFile?: string;
  /** A command for the shell, after each checkpoint. */
  readonly exec?: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly onNotice?: (text: string) => void;
  /** Called before each checkpoint. */
  readonly onCheckpoint?: (file: string, step: number) => void;
  /** Called when the series has changed, and once for what stands there already. */
  readonly onSeries?: (series: Series, newest?: SeriesEntry, result?: CheckResult) => Promise<void> | void;
}

/** How watching ended. */
export interface Watched {
  readonly series: Series;
  /** Why the training should stop; absent where everything was analysed. */
  readonly stop?: { readonly reason: string; readonly file: string };
}

/** Where the series of a folder of checkpoints goes by itself. */
export const seriesFolder = (checkpoints: string): string => `${resolve(checkpoints)}.watch`;

/**
 * Analyses every whole checkpoint of a folder in the order of the training, as they come, into one series: runs, the files
 * of TensorBoard and Python Delve's CSV. What a series holds already is not analysed again. A checkpoint that fails is
 * recorded, and tried again when its file changes.
 *
 * @throws UserError where the folder, the data or the series is at fault; InterruptedError when `signal` aborts: the
 *   series stands as it was after the last checkpoint.
 */
export async function watchCheckpoints(options: WatchOptions): Promise<Watched> {
  const { checkpoints, signal, once = false, settle = 2000, interval = 500, onNotice } = options;
  const out = resolve(options.out ?? seriesFolder(checkpoints));
  if (await isSamePath(out, checkpoints)) {
    throw new UserError('--out is the folder of the checkpoints: name another for the series');
  }
  const stopFile = options.stopFile ?? join(out, 'stop');
  await checkpointsIn(checkpoints);
  const series = await Series.open(out, makingOf(options));
  await series.begin();
  // Left from a training before.
  await rm(stopFile, { force: true });
  const rest = new Rest(settle);
  await options.onSeries?.(series);
  for (;;) {
    refuse(signal, series);
    const found = (await checkpointsIn(checkpoints)).filter((each) => !series.entryOf(each));
    const now = Date.now();
    const next = found.filter((each) => rest.isWhole(each, now))[0];
    if (next) {
      const entry = await analysed(next, series, options);
      const { result, ...verdict } = await judged(entry, series, options);
      const judgedEntry = { ...entry, ...verdict };
      await series.record(judgedEntry);
      await writeHistory(series, judgedEntry);
      await options.onSeries?.(series, judgedEntry, result);
      if (options.exec !== undefined) {
        const trouble = await runHook(
          options.exec,
          {
            step: String(entry.step),
            verdict: judgedEntry.verdict,
            run: entry.runs.length > 0 ? join(out, entry.runs[0]) : '',
            checkpoint: join(checkpoints, entry.file),
          },
          signal,
        );
        if (trouble !== undefined && !signal?.aborted) onNotice?.(trouble);
      }
      const reason = entry.runs.length === 0 ? undefined : await stopReason(series, options);
      if (reason !== undefined) {
        await writeOutputs([{ path: stopFile, content: `${reason}\n` }], { makeFolders: true });
        return { series, stop: { reason, file: stopFile } };
      }
      continue;
    }
    if (once && found.length === 0) return { series };
    await sleep(interval, undefined, signal ? { signal } : {}).catch(() => {});
  }
}

function refuse(signal: AbortSignal | undefined, series: Series): void {
  if (!signal?.aborted) return;
  const done = series.entries.length;
  throw new InterruptedError(
    `interrupted after ${done} ${done === 1 ? 'checkpoint' : 'checkpoints'}: the same call goes on from there`,
    0,
  );
}

/** What changes the numbers of a run, or what they are of. */
function makingOf(options: WatchOptions): Record<string, unknown> {
  const { data, trainData, reader, onError, seed, shapes, image, csv, labels, classes, inOrder } = options;
  const { layers, exclude, operators, maxSamples, every, thresholds, idimRule } = options;
  const { convMethod, sequenceMethod, interpolate, interpolation, precision, measureAt } = options;
  const { batchSize, inputs, state, text, audio, mask, dtype, until, onNonfinite } = options;
  return {
    ...{
      data,
      'train-data': trainData,
      reader,
      'on-error': onError,
      seed,
      shape: shapes,
      input: inputs,
      state,
      image,
      tables: csv,
      texts: text,
      sound: audio,
      mask,
    },
    ...{ labels, classes, 'in-order': inOrder, layers, exclude, ops: operators, 'max-samples': maxSamples },
    ...{ every, threshold: thresholds, 'idim-rule': idimRule, 'conv-method': convMethod },
    ...{ 'sequence-method': sequenceMethod, interpolate, interpolation, precision, 'measure-at': measureAt },
    ...{ batch: batchSize, dtype, until, 'on-nonfinite': onNonfinite },
  };
}

/** Analyses one checkpoint on each split. What fails is said in the entry. */
async function analysed(
  { file, step, size, modified }: Checkpoint,
  series: Series,
  options: WatchOptions,
): Promise<Omit<SeriesEntry, 'verdict'>> {
  const { checkpoints, trainData, signal, onNotice, onProgress, onCheckpoint, ...rest } = options;
  const at = series.stepFor(file, step);
  onCheckpoint?.(file, at);
  const about = { file, step: at, size, modified };
  const name = file.replace(/\.onnx$/i, '').replaceAll('/', '-');
  const runs: string[] = [];
  try {
    for (const { split, data } of [
      { split: 'eval', data: rest.data },
      ...(trainData === undefined ? [] : [{ split: 'train', data: trainData }]),
    ]) {
      const run = `${name}${split === 'eval' ? '' : `.${split}`}.delve`;
      const made = await analyze({
        ...rest,
        ...{ model: join(checkpoints, file), data, split, out: join(series.folder, run), signal },
        // The folder is the series' own: what stands there is of the same checkpoint before it changed.
        otherRun: 'replace',
        onProgress,
        // The same is true of every checkpoint.
        onNotice: series.entries.length === 0 ? onNotice : undefined,
      });
      requireMeasured(made, run);
      runs.push(run);
    }
    return { ...about, runs };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...about, runs, error: error.message };
  }
}

async function judged(
  { runs, error }: Omit<SeriesEntry, 'verdict'>,
  series: Series,
  { rules }: WatchOptions,
): Promise<{ result?: CheckResult; verdict: Verdict; error?: string }> {
  if (error !== undefined) return { verdict: 'error', error };
  if (!rules) return { verdict: 'none' };
  const { readRun } = await import('../../run/files/readRun.js');
  try {
    const result = check(await readRun(join(series.folder, runs[0])), rules);
    return { result, verdict: result.passed ? 'pass' : 'fail' };
  } catch (problem) {
    if (!(problem instanceof UserError)) throw problem;
    return { verdict: 'error', error: `the rules cannot be checked: ${problem.message}` };
  }
}

async function stopReason(series: Series, { stopWhen = [] }: WatchOptions): Promise<string | undefined> {
  if (stopWhen.length === 0) return undefined;
  const runs: Run[] = (await series.runs('eval')).map(({ run }) => run);
  for (const rule of stopWhen) {
    const reason = reasonToStop(rule, runs);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** The files that other programs follow a training by: what came of a checkpoint is added. */
async function writeHistory(series: Series, { file }: Pick<SeriesEntry, 'file'>): Promise<void> {
  for (const { run, step, name, folder } of await series.runsOf(file)) {
    const about = { names: [name], folders: [folder], step };
    await writeReports([run], ['tensorboard'], join(series.folder, 'tensorboard'), about);
    const { split } = run.settings;
    await writeReports([run], ['delve-csv'], join(series.folder, `delve-${split}.csv`), about);
  }
}
