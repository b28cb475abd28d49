import { formatRun } from '../../run/files/formatRun.js';
import type { Run } from '../../run/schema.js';

/** The run as `run.json` has it; of several runs, a list of them. */
export function json(runs: readonly Run[]): string {
  const [first, ...others] = runs;
  return formatRun(others.length === 0 ? first : runs);
}
