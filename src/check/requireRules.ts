import { UserError } from '../errors.js';
import { estimatedNumbers, isEstimated } from '../run/compare/margin.js';
import { nearest } from '../text/nearest.js';
import { boundKinds, kindsOfBound, type Rule } from './rule.js';
import { layerStatistics, runStatistics, shareStatistics, statisticNames } from './statistics.js';

/**
 * Makes sure that a rule means something.
 *
 * @throws UserError that names the rule, and the nearest right name where one is wrong.
 */
export function requireRule(rule: Rule): void {
  const { origin, statistic, aggregate, below, above, min, max } = rule;
  if (!layerStatistics.has(statistic) && !runStatistics.has(statistic)) {
    throw new UserError(
      `${origin}: there is no statistic ${statistic}; did you mean ${nearest(statistic, statisticNames)}?`,
    );
  }
  if (boundKinds.every((kind) => rule[kind] === undefined) && rule.level !== 'off') {
    throw new UserError(`${origin} bounds nothing: give it ${boundKinds.join(', ')}`);
  }
  for (const kind of boundKinds) {
    const bound = rule[kind];
    if (bound !== undefined && !Number.isFinite(bound)) {
      throw new UserError(`${origin}: ${kind} should be a finite number, but is ${bound}`);
    }
    if (bound !== undefined && kindsOfBound[kind].isRelative && bound < 0) {
      throw new UserError(
        `${origin}: ${kind} ${bound} is negative: say how far a number may move, such as 0.05`,
      );
    }
  }
  if (isShare(rule)) {
    for (const kind of boundKinds) {
      const bound = rule[kind];
      if (bound === undefined || (bound >= 0 && bound <= 1)) continue;
      throw new UserError(
        `${origin}: ${kind} ${bound} is out of range: ${aggregate === 'share' ? 'a share' : statistic} goes from 0 to 1 (5 % is 0.05)`,
      );
    }
  }
  if (min !== undefined && max !== undefined && min > max) {
    throw new UserError(`${origin}: min ${min} is above max ${max}, so that no number can hold to both`);
  }
  if (rule.confidence !== undefined) {
    requireConfidence(rule.confidence, `${origin}: confidence`);
    if (!isEstimated(statistic) || aggregate !== undefined) {
      throw new UserError(
        `${origin}: a run tells no error of ${aggregate === undefined ? '' : `${aggregate} `}${statistic}: confidence goes with ${estimatedNumbers.join(', ')} of each layer`,
      );
    }
  }
  if (runStatistics.has(statistic) && aggregate !== undefined && aggregate !== 'share') {
    throw new UserError(
      `${origin}: ${statistic} is one number for all layers already: leave aggregate out, or take share`,
    );
  }
  const limited = below !== undefined || above !== undefined;
  const counts = aggregate === 'share' && !runStatistics.has(statistic);
  if (counts && !limited) {
    throw new UserError(`${origin}: share of which layers? Add below or above, such as "below": 0.1`);
  }
  if (limited && !counts) {
    throw new UserError(`${origin}: below and above go with "aggregate": "share" of a layer's number only`);
  }
}

/**
 * @param origin what was given, for messages: `--confidence`.
 * @throws UserError where it is not a share above 0 and below 1.
 */
export function requireConfidence(confidence: number, origin: string): number {
  if (confidence > 0 && confidence < 1) return confidence;
  throw new UserError(`${origin} ${confidence} is not a share above 0 and below 1, such as 0.95`);
}

/** Whether what is bounded goes from 0 to 1: a bound beyond that would never be broken, or always. */
function isShare({ statistic, aggregate }: Rule): boolean {
  if (aggregate === 'share') return true;
  return aggregate !== 'sum' && shareStatistics.includes(statistic);
}
