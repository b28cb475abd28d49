import { basename, join } from 'node:path';
import type { CheckRules } from '../check/check.js';
import type { CheckConfig } from '../check/checkConfig.js';
import { NoRunError, UserError } from '../errors.js';
import { isRun } from '../run/files/newestRun.js';
import { readRun } from '../run/files/readRun.js';
import type { Run } from '../run/schema.js';

/** Whether anything is to be held against anything. */
export function hasRules({ minSaturation, maxSaturation, maxDrop, rules, baseline }: CheckConfig): boolean {
  return (
    [minSaturation, maxSaturation, maxDrop, rules].some(({ length }) => length > 0) || baseline !== undefined
  );
}

/**
 * Rules with their baseline read.
 *
 * @throws UserError where there is no baseline yet, or it cannot be read.
 */
export async function rulesOf({ baseline, ...rules }: CheckConfig): Promise<CheckRules> {
  if (baseline === undefined) return rules;
  const { minSaturation, maxSaturation, maxDrop, rules: list, allowDifferent, confidence } = rules;
  return {
    minSaturation,
    maxSaturation,
    maxDrop,
    rules: list,
    allowDifferent,
    ...(confidence === undefined ? {} : { confidence }),
    baseline: await readBaseline(baseline),
  };
}

/**
 * The baseline of one of several models.
 *
 * @param baseline one run for all of them, or a folder with a run of the same name for each.
 * @param run where the model's own run goes.
 */
export async function baselineFor(baseline: string | undefined, run: string): Promise<string | undefined> {
  return baseline === undefined || (await isRun(baseline)) ? baseline : join(baseline, basename(run));
}

async function readBaseline(path: string): Promise<Run> {
  try {
    return await readRun(path);
  } catch (error) {
    if (!(error instanceof NoRunError)) throw error;
    throw new UserError(`there is no baseline at ${path} yet: make one with --update-baseline`, {
      cause: error,
    });
  }
}
