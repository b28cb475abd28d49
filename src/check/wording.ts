import type { Judgement } from './judgement.js';
import { kindsOfBound, type Rule } from './rule.js';

/** `saturation`, `mean saturation`, `share of layers with saturation below 0.1`. */
export function statisticInWords({ statistic, aggregate, below, above }: Rule): string {
  if (aggregate !== 'share') return aggregate === undefined ? statistic : `${aggregate} ${statistic}`;
  const limits = [
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
  ];
  return `share of layers with ${statistic} ${limits.join(' or ')}`;
}

/** `saturation of layer4.* ≥ 0.02`: a bound, without what was found. */
export function titleOf({ rule, statistic, kind, bound }: Judgement): string {
  const chosen = [...(rule.layers ?? []), ...(rule.op ?? []).map((op) => `${op} layers`)].join(', ');
  const of = chosen === '' ? statistic : `${statistic} of ${chosen}`;
  switch (kind) {
    case 'min':
      return `${of} ≥ ${bound}`;
    case 'max':
      return `${of} ≤ ${bound}`;
    case 'maxDrop':
      return `${of} drops by ≤ ${bound}`;
    case 'maxRise':
      return `${of} rises by ≤ ${bound}`;
  }
}

type Found = Omit<Judgement, 'message' | 'outcome' | 'rule' | 'warnings'>;

/** What was found where a number lies beyond its bound, but by no more than chance explains. */
export function foundByChance(judgement: Found, margin: number): string {
  return `${found({ ...judgement, reason: 'bound' })}, but by no more than chance explains (± ${short(margin)})`;
}

/** What was found, as a sentence without its subject, which is the layer or the run. */
export function found({ statistic, kind, bound, value, baseline, reason }: Found): string {
  if (reason === 'gone') return 'is gone: the baseline has it, this run has not';
  if (value === null) return `has no ${statistic} that could be checked`;
  const { isRelative, bounded } = kindsOfBound[kind];
  if (isRelative && (baseline === null || baseline === undefined)) {
    return `has no ${statistic} in the baseline to compare with`;
  }
  const before = baseline ?? 0;
  const change = bounded(value, before);
  if (reason === undefined) {
    return isRelative
      ? `${statistic} ${short(value)}, ${short(before)} in the baseline`
      : `${statistic} ${short(value)}`;
  }
  switch (kind) {
    case 'min':
      return `${statistic} ${distinct(value, bound)} is below ${bound}`;
    case 'max':
      return `${statistic} ${distinct(value, bound)} is above ${bound}`;
    case 'maxDrop':
      return `${statistic} ${short(value)} is ${distinct(change, bound)} below the baseline's ${short(before)}, more than ${bound}`;
    case 'maxRise':
      return `${statistic} ${short(value)} is ${distinct(change, bound)} above the baseline's ${short(before)}, more than ${bound}`;
  }
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** In four digits, unless that makes it look like the bound that it is beyond. */
function distinct(value: number, bound: number): string {
  return short(value) === short(bound) ? String(value) : short(value);
}
