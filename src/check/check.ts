import { UserError } from '../errors.js';
import type { Run, RunLayer } from '../run/schema.js';
import { requireComparable } from './baseline.js';
import { type Bound, resolveBounds } from './bound.js';

/** What a run must hold to. Of the bounds in a list, globs go before those without one, and later before earlier. */
export interface CheckRules {
  /** No layer's saturation may be below. */
  readonly minSaturation?: readonly Bound[];
  /** No layer's saturation may be above. */
  readonly maxSaturation?: readonly Bound[];
  /** An earlier run that this one is held against; together with `maxDrop`. */
  readonly baseline?: Run;
  /** No layer's saturation may be further below the baseline's than this (a difference, not a share of it). */
  readonly maxDrop?: readonly Bound[];
}

export type RuleName = 'minSaturation' | 'maxSaturation' | 'maxDrop';

export interface Violation {
  readonly layer: string;
  readonly rule: RuleName;
  readonly bound: Bound;
  /** `bound`: the number lies beyond it. `invalid`: there is no number to judge. `gone`: the baseline has the layer, the run has not. */
  readonly kind: 'bound' | 'invalid' | 'gone';
  /** The layer's saturation; `null` where it has none. */
  readonly saturation: number | null;
  /** The baseline's, for `maxDrop`. */
  readonly baseline?: number | null;
  /** Doubts about the layer's numbers, in words. */
  readonly warnings: readonly string[];
}

export interface CheckResult {
  readonly passed: boolean;
  /** In the run's order, layers that are gone last. */
  readonly violations: readonly Violation[];
  /** Layers that at least one rule is about. */
  readonly layers: number;
  /** Pairs of a layer and a rule that were judged. */
  readonly comparisons: number;
  /** Layers that no baseline layer stands for, under `maxDrop`: not judged. */
  readonly added: readonly string[];
  /** Layers that hold to every rule, but by numbers in doubt (see their warnings). */
  readonly doubtful: readonly string[];
}

/** 0.8 − 0.75 is a little more than 0.05 in floating point. */
const ROUNDING = 1e-9;

/**
 * Holds a run against rules. A layer without a number (NaN or Inf came up, or nothing was observed) violates every
 * rule that is about it: what was not measured has not passed.
 *
 * @throws UserError where there is no rule, a rule matches no layer, a bound is not from 0 to 1, or the baseline
 *   does not compare with the run.
 */
export function check(run: Run, rules: CheckRules): CheckResult {
  requireRules(run, rules);
  const { baseline } = rules;
  if (baseline) requireComparable(run, baseline);
  const old = new Map((baseline?.layers ?? []).map((layer) => [layer.name, layer]));
  const names = run.layers.map(({ name }) => name);
  const minimum = resolveBounds(rules.minSaturation ?? [], names, 'minSaturation');
  const maximum = resolveBounds(rules.maxSaturation ?? [], names, 'maxSaturation');
  const drop = resolveBounds(rules.maxDrop ?? [], [...new Set([...names, ...old.keys()])], 'maxDrop');

  const violations: Violation[] = [];
  const added: string[] = [];
  const doubtful: string[] = [];
  let layers = 0;
  let comparisons = 0;
  for (const layer of run.layers) {
    const before = old.get(layer.name);
    const dropBound = drop(layer.name);
    if (dropBound && !before) added.push(layer.name);
    const rulesOfLayer: [RuleName, Bound | undefined][] = [
      ['minSaturation', minimum(layer.name)],
      ['maxSaturation', maximum(layer.name)],
      ['maxDrop', before && dropBound],
    ];
    const judged = rulesOfLayer.flatMap(([rule, bound]) =>
      bound ? [judge(layer, rule, bound, before)] : [],
    );
    if (judged.length === 0) continue;
    layers++;
    comparisons += judged.length;
    const broken = judged.filter((each) => each !== undefined);
    violations.push(...broken);
    if (broken.length === 0 && layer.observations <= layer.features) doubtful.push(layer.name);
  }
  const present = new Set(names);
  for (const { name, saturation } of old.values()) {
    const bound = drop(name);
    if (!bound || present.has(name)) continue;
    layers++;
    comparisons++;
    const gone = {
      rule: 'maxDrop',
      kind: 'gone',
      saturation: null,
      baseline: saturation,
      warnings: [],
    } as const;
    violations.push({ layer: name, bound, ...gone });
  }
  return { passed: violations.length === 0, violations, layers, comparisons, added, doubtful };
}

function requireRules(run: Run, { minSaturation, maxSaturation, baseline, maxDrop }: CheckRules): void {
  const bounds = [minSaturation, maxSaturation, maxDrop].reduce((sum, list) => sum + (list?.length ?? 0), 0);
  if (bounds === 0 && !baseline) {
    throw new UserError(
      'there is no rule to check: give --min-saturation, --max-saturation or --baseline with --max-drop',
    );
  }
  if (baseline && !maxDrop?.length) {
    throw new UserError(
      'a baseline alone is no rule: say with --max-drop how far a saturation may fall, such as 0.05',
    );
  }
  if (!baseline && maxDrop?.length) {
    throw new UserError('--max-drop needs a run to compare with: name one with --baseline');
  }
  if (run.layers.length === 0) throw new UserError('the run has no layers, so there is nothing to check');
}

/** `undefined` where the layer holds to the rule. */
function judge(
  { name, saturation, warnings }: RunLayer,
  rule: RuleName,
  bound: Bound,
  before: RunLayer | undefined,
): Violation | undefined {
  const found = {
    layer: name,
    rule,
    bound,
    saturation,
    ...(rule === 'maxDrop' && before ? { baseline: before.saturation } : {}),
    warnings,
  };
  if (saturation === null) return { ...found, kind: 'invalid' };
  switch (rule) {
    case 'minSaturation':
      return saturation < bound.bound ? { ...found, kind: 'bound' } : undefined;
    case 'maxSaturation':
      return saturation > bound.bound ? { ...found, kind: 'bound' } : undefined;
    case 'maxDrop': {
      const from = before?.saturation ?? null;
      if (from === null) return { ...found, kind: 'invalid' };
      return from - saturation > bound.bound + ROUNDING ? { ...found, kind: 'bound' } : undefined;
    }
  }
}
