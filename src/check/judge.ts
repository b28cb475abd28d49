import { isEstimated, margin } from '../run/compare/margin.js';
import { isUnreached } from '../run/isUnreached.js';
import type { Run, RunLayer } from '../run/schema.js';
import { aggregated } from './aggregate.js';
import { type Chooser, chooser } from './chooser.js';
import type { Judgement } from './judgement.js';
import { type BoundKind, boundKinds, kindsOfBound, type Rule } from './rule.js';
import { layerStatistics } from './statistics.js';
import { found, foundByChance, statisticInWords } from './wording.js';

/** What a run holds to, and what not. */
export interface Judged {
  /** In the run's order, then what is about the run as a whole, then layers that are gone. */
  readonly judgements: readonly Judgement[];
  /** Layers that no baseline layer stands for, though a rule compares them with one: not judged by it. */
  readonly added: readonly string[];
}

/** 0.8 − 0.75 is a little more than 0.05 in floating point. */
const ROUNDING = 1e-9;

/**
 * Holds a run against rules, later ones before earlier ones. A layer without a number breaks every rule that is about
 * it: what was not measured has not passed.
 *
 * @throws UserError where a rule means nothing, or chooses no layer.
 */
export function judge(run: Run, rules: readonly Rule[], baseline: Run | undefined): Judged {
  const chosen = rules.map((rule) => chooser(rule, run, baseline));
  const old = new Map((baseline?.layers ?? []).map((layer) => [layer.name, layer]));
  const judgements: Judgement[] = [];
  const added = new Set<string>();
  for (const layer of run.layers) {
    const before = old.get(layer.name);
    if (isUnreached(layer) && (!before || isUnreached(before))) continue;
    for (const { rule, kind, bound } of boundsOn(layer, rules, chosen)) {
      const { isRelative } = kindsOfBound[kind];
      if (isRelative && !before) {
        added.add(layer.name);
        continue;
      }
      const of = layerStatistics.get(rule.statistic);
      judgements.push(
        judged({ rule, kind, bound, layer: layer.name, warnings: layer.warnings }, of?.(layer) ?? null, {
          ...(isRelative && before ? { baseline: of?.(before) ?? null } : {}),
          margin: chanceOf(rule, isRelative && before ? [layer, before] : [layer]),
        }),
      );
    }
  }
  judgements.push(...onTheWhole(run, rules, chosen, baseline));
  const present = new Set(run.layers.map(({ name }) => name));
  for (const layer of old.values()) {
    if (present.has(layer.name)) continue;
    for (const { rule, kind, bound } of boundsOn(layer, rules, chosen)) {
      if (!kindsOfBound[kind].isRelative) continue;
      const about = { rule, kind, bound, layer: layer.name, warnings: [] };
      const value = layerStatistics.get(rule.statistic)?.(layer) ?? null;
      judgements.push(judged(about, null, { baseline: value, isGone: true }));
    }
  }
  return { judgements, added: [...added] };
}

interface BoundOfRule {
  readonly rule: Rule;
  readonly kind: BoundKind;
  readonly bound: number;
}

/** The bounds that count for a layer, in the order in which its numbers are first named. */
function boundsOn(layer: RunLayer, rules: readonly Rule[], chosen: readonly Chooser[]): BoundOfRule[] {
  return lastOfEach(
    rules.filter((rule, i) => isPerLayer(rule) && chosen[i](layer)),
    ({ statistic }) => statistic,
  );
}

const isPerLayer = ({ statistic, aggregate }: Rule): boolean =>
  aggregate === undefined && layerStatistics.has(statistic);

function lastOfEach(rules: readonly Rule[], about: (rule: Rule) => string): BoundOfRule[] {
  const bounds = new Map<string, BoundOfRule | undefined>();
  for (const rule of rules) {
    const isOff = rule.level === 'off';
    const named = boundKinds.filter((kind) => rule[kind] !== undefined);
    // `off` without a bound takes all kinds back.
    for (const kind of isOff && named.length === 0 ? boundKinds : named) {
      const bound = rule[kind];
      bounds.set(`${kind} ${about(rule)}`, isOff || bound === undefined ? undefined : { rule, kind, bound });
    }
  }
  return [...bounds.values()].filter((bound) => bound !== undefined);
}

function onTheWhole(
  run: Run,
  rules: readonly Rule[],
  chosen: readonly Chooser[],
  baseline: Run | undefined,
): Judgement[] {
  const index = new Map(rules.map((rule, i) => [rule, i]));
  const bounds = lastOfEach(
    rules.filter((rule) => !isPerLayer(rule)),
    ({ statistic, aggregate, layers, op, below, above }) =>
      JSON.stringify([statistic, aggregate, layers, op, below, above]),
  );
  return bounds.map(({ rule, kind, bound }) => {
    const isChosen = chosen[index.get(rule) ?? -1];
    const { isRelative } = kindsOfBound[kind];
    return judged({ rule, kind, bound, warnings: [] }, aggregated(run, rule, isChosen), {
      ...(isRelative && baseline ? { baseline: aggregated(baseline, rule, isChosen) } : {}),
    });
  });
}

/** How far chance may carry the number of these layers; `undefined` where the rule does not ask, or a run tells none. */
function chanceOf({ statistic, confidence }: Rule, layers: readonly RunLayer[]): number | undefined {
  if (confidence === undefined || !isEstimated(statistic)) return undefined;
  return margin(statistic, layers, confidence);
}

function judged(
  about: BoundOfRule & Pick<Judgement, 'layer' | 'warnings'>,
  value: number | null,
  {
    baseline,
    isGone = false,
    margin,
  }: { readonly baseline?: number | null; readonly isGone?: boolean; readonly margin?: number },
): Judgement {
  const { rule, kind, bound } = about;
  const broken = isGone ? 'gone' : reasonOf(kind, bound, value, baseline, 0);
  // What could not be measured, or is gone, is no matter of chance.
  const isChance =
    broken === 'bound' &&
    margin !== undefined &&
    reasonOf(kind, bound, value, baseline, margin) === undefined;
  const reason = isChance ? undefined : broken;
  const of = {
    ...about,
    statistic: statisticInWords(rule),
    value,
    ...(baseline === undefined ? {} : { baseline }),
    ...(margin === undefined ? {} : { margin }),
    ...(reason === undefined ? {} : { reason }),
  };
  const outcome = rule.level === 'warn' ? 'warned' : 'failed';
  return {
    ...of,
    outcome: reason === undefined ? 'passed' : outcome,
    message: isChance ? foundByChance(of, margin) : found(of),
  };
}

function reasonOf(
  kind: BoundKind,
  bound: number,
  value: number | null,
  baseline: number | null | undefined,
  /** By how much more it may lie beyond the bound. */
  leeway: number,
): Judgement['reason'] {
  if (value === null) return 'invalid';
  const { isRelative, bounded, beyond } = kindsOfBound[kind];
  if (!isRelative) return beyond(bounded(value, 0), bound) <= leeway ? undefined : 'bound';
  if (baseline === null || baseline === undefined) return 'invalid';
  const rounding = ROUNDING * Math.max(1, Math.abs(baseline));
  return beyond(bounded(value, baseline), bound) <= leeway + rounding ? undefined : 'bound';
}
