import type { CheckResult } from '../../check/check.js';
import { titleOf } from '../../check/wording.js';
import type { Run } from '../../run/schema.js';
import type { CheckOptions, Verdict } from './checkFormat.js';

/** Everything that was compared, for programs. */
export function checkJson(result: CheckResult, run: Run, { name }: CheckOptions = {}): string {
  return `${JSON.stringify(recordOf(result, run, name), undefined, 2)}\n`;
}

/** As `checkJson`, a list with an entry for each run. */
export function checkJsonAll(verdicts: readonly Verdict[]): string {
  const all = verdicts.map(({ result, run, name }) => recordOf(result, run, name));
  return `${JSON.stringify(all, undefined, 2)}\n`;
}

function recordOf({ judgements, violations: _, ...result }: CheckResult, run: Run, name?: string) {
  return {
    ...(name === undefined ? {} : { run: name }),
    ...{ model: run.model.path, sha256: run.model.sha256 },
    ...result,
    judgements: judgements.map(({ rule, ...judgement }) => ({
      origin: rule.origin,
      title: titleOf({ rule, ...judgement }),
      ...judgement,
    })),
  };
}
