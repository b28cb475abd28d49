import { analyze } from '../api/analyze.js';
import type { AnalyzeOptions } from '../api/analyzeOptions.js';
import { inspect } from '../api/inspect.js';
import { defaultTarget } from '../api/runTarget.js';
import { type CheckResult, check, requireFittingRules } from '../check/check.js';
import { UserError } from '../errors.js';
import { isSamePath } from '../files/samePath.js';
import { checkTarget } from '../run/files/writeRun.js';
import { requireMeasured } from '../run/requireMeasured.js';
import type { Run } from '../run/schema.js';
import { hasRules, rulesOf } from './gate.js';
import type { JobConfig } from './jobConfig.js';
import { prepareReports } from './prepareReports.js';
import { updateBaseline } from './updateBaseline.js';
import { writeReports } from './writeReports.js';

export interface RunJobOptions extends Pick<AnalyzeOptions, 'signal' | 'onProgress' | 'onNotice'> {
  /** Make the run the baseline that the job names, instead of holding it against that. */
  readonly updateBaseline?: boolean;
}

/** What came of a job. */
export interface JobResult {
  readonly run: Run;
  /** Where the run was written. */
  readonly out: string;
  /** The reports that were written. */
  readonly files: readonly string[];
  /** What the gate says; `undefined` where the job has no rules, or the baseline was made again. */
  readonly check?: CheckResult;
}

/**
 * @param isUpdate whether the baseline is to be made again.
 * @throws UserError where a job says too little to be done.
 */
export function requireJob(
  { file, model, data, baseline }: JobConfig,
  isUpdate: boolean,
): { model: string | readonly string[]; data: readonly string[] } {
  if (model === undefined)
    throw new UserError(`${file} names no model: add "model", the path of a .onnx file`);
  if (data === undefined) {
    throw new UserError(`${file} names no data: add "data", such as "images/" or "random:64"`);
  }
  if (isUpdate && baseline === undefined) {
    throw new UserError(`${file} names no baseline to update: add "baseline", the directory to keep it in`);
  }
  return { model, data };
}

/**
 * Does a whole job: analyses the model, writes run and reports, and holds the run against the rules.
 *
 * @throws UserError where the job lacks something, and what `analyze`, `writeReports` and `check` throw.
 */
export async function runJob(job: JobConfig, options: RunJobOptions = {}): Promise<JobResult> {
  const { updateBaseline: isUpdate = false, ...hooks } = options;
  const { file, baseline, reports } = job;
  const { model, data } = requireJob(job, isUpdate);
  if (typeof model !== 'string') {
    throw new UserError(`${file} names several models: take runModels(job, await severalModels(job))`);
  }
  // Before hours of work: what the run will be held against, and where it goes.
  const rules = hasRules(job) && !isUpdate ? await rulesOf(job) : undefined;
  let out = job.out ?? defaultTarget(model, job.analyze.shard);
  if (baseline !== undefined && (await isSamePath(out, baseline))) {
    throw new UserError(
      `${file} writes the run to its own baseline, ${baseline}: give "out" and "baseline" different directories`,
    );
  }
  if (isUpdate && baseline !== undefined) await checkTarget(baseline);
  await checkTarget(out);
  await prepareReports(job, [out], [model]);
  if (hasRules(job)) {
    const { baseline: _, ...toCome } = job;
    requireFittingRules(await inspect(model, job.analyze), rules ?? toCome, isUpdate);
  }
  const run = await analyze({
    ...{ ...job.analyze, ...hooks, model, data, out },
    // A job that says where its run goes means that run to be replaced.
    otherRun: job.out === undefined ? 'number' : 'replace',
    onTarget: (dir) => {
      out = dir;
    },
  });
  const files: string[] = [];
  for (const { format, output, plot, width, dpi } of reports) {
    const about = { names: [out], folders: [out], picture: { plot, width, dpi } };
    files.push(...(await writeReports([run], [format], output, about)));
  }
  if (isUpdate && baseline !== undefined) {
    requireMeasured(run, out);
    await updateBaseline(baseline, run);
  }
  return { run, out, files, ...(rules ? { check: check(run, rules) } : {}) };
}
