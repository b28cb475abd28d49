import { type Bound, boundOf } from './bound.js';
import type { BoundKind, Rule } from './rule.js';

/**
 * Bounds on saturation as rules: those without a glob first, so that the others go before them.
 *
 * @param name of the bound, for messages.
 * @throws UserError where a bound is not from 0 to 1.
 */
export function boundRules(bounds: readonly Bound[] = [], kind: BoundKind, name: string): Rule[] {
  const rules = bounds.map(({ glob, bound }): Rule => {
    const origin = `${name} ${glob === undefined ? '' : `${glob}=`}${bound}`;
    boundOf(bound, origin);
    return {
      statistic: 'saturation',
      [kind]: bound,
      ...(glob === undefined ? {} : { layers: [glob] }),
      option: name,
      origin,
    };
  });
  return [...rules.filter(({ layers }) => !layers), ...rules.filter(({ layers }) => layers)];
}
