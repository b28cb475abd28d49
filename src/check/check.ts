import { UserError } from '../errors.js';
import type { SettingDifference } from '../run/compare/comparableSettings.js';
import { isEstimated } from '../run/compare/margin.js';
import type { Renamed } from '../run/compare/matchLayers.js';
import type { Run } from '../run/schema.js';
import { alignBaseline } from './alignBaseline.js';
import { requireGroups } from './allowDifferent.js';
import { requireComparable } from './baseline.js';
import type { Bound } from './bound.js';
import { boundRules } from './boundRules.js';
import { chooser, type Named } from './chooser.js';
import { judge } from './judge.js';
import type { Judgement } from './judgement.js';
import { requireConfidence } from './requireRules.js';
import { isCompared, type Rule } from './rule.js';

/** What a run must hold to. Of the bounds in a list, globs go before those without one, and later before earlier. */
export interface CheckRules {
  /** No layer's saturation may be below. */
  readonly minSaturation?: readonly Bound[];
  /** No layer's saturation may be above. */
  readonly maxSaturation?: readonly Bound[];
  /** An earlier run that this one is held against. */
  readonly baseline?: Run;
  /** Groups of settings in which run and baseline may differ: `preprocessing`, `data`, … */
  readonly allowDifferent?: readonly string[];
  /** No layer's saturation may be further below the baseline's than this (a difference, not a share of it). */
  readonly maxDrop?: readonly Bound[];
  /**
   * Above 0 and below 1: what lies beyond a bound by no more than chance explains, with that confidence, breaks no rule. For
   * rules on a layer's saturation, directions or effective rank that name none of their own.
   */
  readonly confidence?: number;
  /** Rules on any statistic. Where they are about the same as the bounds above, they go before these. */
  readonly rules?: readonly Rule[];
}

export interface CheckResult {
  /** Whether no rule of level `error` is broken. */
  readonly passed: boolean;
  /** Everything that was compared: in the run's order, then what is about the run as a whole, then layers that are gone. */
  readonly judgements: readonly Judgement[];
  /** Those that failed. */
  readonly violations: readonly Judgement[];
  /** Layers that at least one rule is about. */
  readonly layers: number;
  /** How many comparisons there were. */
  readonly comparisons: number;
  /** Layers that no baseline layer stands for, where a rule compares with it: not judged by that rule. */
  readonly added: readonly string[];
  /** Layers that the baseline calls otherwise: known by their weights, or by their shape and place in the graph. */
  readonly renamed: readonly Renamed[];
  /** In what baseline and run were made differently, without that being refused. */
  readonly differences: readonly SettingDifference[];
  /** Layers that hold to every rule, but by numbers in doubt (see their warnings). */
  readonly doubtful: readonly string[];
}

/**
 * Holds a run against rules. A layer without a number (NaN or Inf came up, or nothing was observed) violates every
 * rule that is about it: what was not measured has not passed.
 *
 * @throws UserError where there is no rule, a rule matches no layer or names a statistic that there is not, a bound on
 *   saturation is not from 0 to 1, or the baseline does not compare with the run.
 */
export function check(run: Run, rules: CheckRules): CheckResult {
  const all = allRules(rules);
  requireRules(run, all, rules.baseline);
  const { baseline, renamed = [] } = rules.baseline ? alignBaseline(run, rules.baseline) : {};
  const allowed = requireGroups(rules.allowDifferent ?? [], 'allowDifferent');
  const differences = baseline && all.some(isCompared) ? requireComparable(run, baseline, allowed) : [];
  const { judgements, added } = judge(run, all, baseline);
  if (judgements.length === 0 && added.length === 0) {
    throw new UserError('no rule compares anything: all are off');
  }
  const violations = judgements.filter(({ outcome }) => outcome === 'failed');
  const layers = new Set(judgements.flatMap(({ layer }) => layer ?? []));
  const broken = new Set(
    judgements.flatMap(({ layer, outcome }) => (outcome === 'passed' ? [] : (layer ?? []))),
  );
  const doubtful = run.layers.filter(
    ({ name, observations, features }) => layers.has(name) && !broken.has(name) && observations <= features,
  );
  return {
    passed: violations.length === 0,
    judgements,
    violations,
    layers: layers.size,
    comparisons: judgements.length,
    added,
    renamed,
    differences,
    doubtful: doubtful.map(({ name }) => name),
  };
}

/**
 * Makes sure, before a pass over the data, that every rule is about some of the layers that the run will have.
 *
 * @param isBaseline whether the run is to become the baseline, for which it stands here then.
 * @throws UserError as `check` would.
 */
export function requireFittingRules(run: Named, rules: CheckRules, isBaseline = false): void {
  const all = allRules(rules);
  // Which layers another export renamed is known only by the run: until then each may stand for any.
  const baseline =
    isBaseline || (rules.baseline && hasOtherNames(run, rules.baseline))
      ? { layers: [...run.layers, ...(rules.baseline?.layers ?? [])] }
      : rules.baseline;
  if (!isBaseline) requireRules(run, all, rules.baseline);
  for (const rule of all) chooser(rule, run, baseline);
}

function hasOtherNames(run: Named, baseline: Named): boolean {
  const names = new Set(run.layers.map(({ name }) => name));
  const old = new Set(baseline.layers.map(({ name }) => name));
  return [...names].some((name) => !old.has(name)) && [...old].some((name) => !names.has(name));
}

function allRules(rules: CheckRules): Rule[] {
  const all = [
    ...boundRules(rules.minSaturation, 'min', 'minSaturation'),
    ...boundRules(rules.maxSaturation, 'max', 'maxSaturation'),
    ...boundRules(rules.maxDrop, 'maxDrop', 'maxDrop'),
    ...(rules.rules ?? []),
  ];
  const { confidence } = rules;
  if (confidence === undefined) return all;
  requireConfidence(confidence, 'confidence');
  return all.map((rule) => (takesConfidence(rule) ? { ...rule, confidence } : rule));
}

const takesConfidence = ({ statistic, aggregate, confidence }: Rule): boolean =>
  confidence === undefined && aggregate === undefined && isEstimated(statistic);

function requireRules(run: Named, rules: readonly Rule[], baseline: Run | undefined): void {
  if (rules.length === 0 && !baseline) {
    throw new UserError(
      'there is no rule to check: give --min-saturation, --max-saturation or --baseline with --max-drop, or rules in a delve.config.json',
    );
  }
  if (baseline && !rules.some(isCompared)) {
    throw new UserError(
      'a baseline alone is no rule: say with --max-drop how far a saturation may fall, such as 0.05',
    );
  }
  if (!baseline && rules.some(({ option }) => option === 'maxDrop')) {
    throw new UserError('--max-drop needs a run to compare with: name one with --baseline');
  }
  if (run.layers.length === 0) throw new UserError('the run has no layers, so there is nothing to check');
}
