import { analyze } from '../api/analyze.js';
import { inspect } from '../api/inspect.js';
import { defaultTarget } from '../api/runTarget.js';
import { type CheckResult, check, requireFittingRules } from '../check/check.js';
import { UserError } from '../errors.js';
import { isSamePath } from '../files/samePath.js';
import { checkTarget } from '../run/files/writeRun.js';
import type { Run } from '../run/schema.js';
import { type AnalyzedModels, type AnalyzeModelsOptions, analyzeModels, runPlaces } from './analyzeModels.js';
import { baselineFor, hasRules, rulesOf } from './gate.js';
import type { JobConfig } from './jobConfig.js';
import { prepareReports } from './prepareReports.js';
import { type RunJobOptions, requireJob } from './runJob.js';
import { updateBaseline } from './updateBaseline.js';
import { writeReports } from './writeReports.js';

export interface RunModelsOptions
  extends Pick<AnalyzeModelsOptions, 'onProgress' | 'onNotice' | 'onRun'>,
    Pick<RunJobOptions, 'signal' | 'updateBaseline'> {}

/** What came of a job with several models. */
export interface ModelsResult {
  readonly runs: readonly {
    readonly run: Run;
    /** Where the run was written. */
    readonly out: string;
    /** What the gate says of it; `undefined` where the job has no rules, or the baselines were made again. */
    readonly check?: CheckResult;
  }[];
  /** The reports that were written: of all runs, side by side. */
  readonly files: readonly string[];
  /** For `throwFailures`: models without a run of use. */
  readonly analyzed: AnalyzedModels;
}

/**
 * Does a whole job on several models: a run each, reports on all of them, and each held against the rules. `out` is the
 * folder of the runs, and `baseline` a folder with a run of the same name for each, or one run for all.
 *
 * @param models `.onnx` files, as `severalModels` gives them.
 * @throws UserError where the job lacks something, and what `analyzeModels`, `writeReports` and `check` throw. A model
 *   that fails does not keep the others from theirs: see `analyzed`.
 */
export async function runModels(
  job: JobConfig,
  models: readonly string[],
  options: RunModelsOptions = {},
): Promise<ModelsResult> {
  const { updateBaseline: isUpdate = false, ...hooks } = options;
  const { file, baseline, out, reports } = job;
  const { data } = requireJob(job, isUpdate);
  if (out !== undefined && baseline !== undefined && (await isSamePath(out, baseline))) {
    throw new UserError(
      `${file} writes the runs into the folder of its own baselines, ${baseline}: give "out" and "baseline" different directories`,
    );
  }
  // Before hours of work: what each run will be held against, and where it goes.
  const places = runPlaces(models, out, (model) => defaultTarget(model, job.analyze.shard));
  const gates = new Map<string, Awaited<ReturnType<typeof rulesOf>>>();
  for (const { model, target } of places) {
    const held = { ...job, baseline: await baselineFor(baseline, target) };
    if (isUpdate && held.baseline !== undefined) {
      if (held.baseline === baseline) {
        throw new UserError(
          `${baseline} is one run, which cannot be the baseline of ${models.length} models: name a folder as "baseline"`,
        );
      }
      await checkTarget(held.baseline);
    }
    await checkTarget(target);
    if (!hasRules(job)) continue;
    const { baseline: _, ...toCome } = held;
    const rules = isUpdate ? toCome : await rulesOf(held);
    const layers = await unlessBroken(inspect(model, job.analyze));
    if (layers) requireFittingRules(layers, rules, isUpdate);
    if (!isUpdate) gates.set(model, rules);
  }
  const targets = places.map(({ target }) => target);
  await prepareReports(job, targets, models);
  const analyzed = await analyzeModels(
    { analyze, defaultTarget },
    // A job that says where its runs go means those runs to be replaced.
    { ...job.analyze, ...hooks, models, data, out, otherRun: out === undefined ? 'number' : 'replace' },
  );
  const { runs } = analyzed;
  const files: string[] = [];
  if (runs.length > 0) {
    const folders = runs.map((each) => each.out);
    for (const { format, output, plot, width, dpi } of reports) {
      const about = { names: folders, folders, picture: { plot, width, dpi } };
      files.push(
        ...(await writeReports(
          runs.map(({ run }) => run),
          [format],
          output,
          about,
        )),
      );
    }
  }
  // Half of the baselines made again would be of two ages.
  if (isUpdate && baseline !== undefined && analyzed.failures.length === 0) {
    for (const each of runs) {
      const place = await baselineFor(baseline, each.out);
      if (place !== undefined) await updateBaseline(place, each.run);
    }
  }
  const held = runs.map(({ model, run, out: dir }) => {
    const rules = gates.get(model);
    return { run, out: dir, check: rules && check(run, rules) };
  });
  return { runs: held, files, analyzed };
}

/** A model that cannot be read is for its analysis to name, beside those that can. */
async function unlessBroken<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
