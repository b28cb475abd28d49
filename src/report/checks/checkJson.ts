import type { CheckResult } from '../../check/check.js';
import { titleOf } from '../../check/wording.js';
import type { Run } from '../../run/schema.js';
import type { CheckOptions } from './checkFormat.js';

/** Everything that was compared, for programs. */
export function checkJson(
  { judgements, violations: _, ...result }: CheckResult,
  run: Run,
  { name }: CheckOptions = {},
): string {
  const value = {
    ...(name === undefined ? {} : { run: name }),
    ...{ model: run.model.path, sha256: run.model.sha256 },
    ...result,
    judgements: judgements.map(({ rule, ...judgement }) => ({
      origin: rule.origin,
      title: titleOf({ rule, ...judgement }),
      ...judgement,
    })),
  };
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
