import type { Judgement } from '../../check/judgement.js';
import { kindsOfBound } from '../../check/rule.js';

/** Failures before warnings, what could not be judged at all first, then by how far beyond the bound, relative to it. */
export function bySeverity(judgements: readonly Judgement[]): Judgement[] {
  return judgements.toSorted((a, b) => severity(b) - severity(a));
}

function severity({ outcome, reason, kind, bound, value, baseline }: Judgement): number {
  const base = outcome === 'failed' ? 1e6 : 0;
  if (reason !== 'bound' || value === null) return base + 1e5;
  const { bounded, beyond } = kindsOfBound[kind];
  return base + Math.min(9e4, beyond(bounded(value, baseline ?? 0), bound) / Math.max(Math.abs(bound), 1e-9));
}
