import { UserError } from '../errors.js';
import { finite, oneOf, optional, type Shape, string, where } from '../shape/jsonShape.js';
import { strictObject } from '../shape/strictObject.js';
import { requireRule } from './requireRules.js';
import { aggregates, type Rule } from './rule.js';

/** A name, or a list of them. */
const names = where(
  (value) =>
    (typeof value === 'string' && value !== '') ||
    (Array.isArray(value) &&
      value.length > 0 &&
      value.every((entry) => typeof entry === 'string' && entry !== '')),
  'a name or a list of names',
);

/** What a rule in a file looks like. */
export const ruleShape: Shape = strictObject({
  layers: optional(names),
  op: optional(names),
  statistic: string,
  aggregate: optional(oneOf(...aggregates)),
  below: optional(finite),
  above: optional(finite),
  min: optional(finite),
  max: optional(finite),
  maxDrop: optional(finite),
  maxRise: optional(finite),
  confidence: optional(finite),
  level: optional(oneOf('error', 'warn', 'off')),
});

/** A rule as a file has it, `layers` and `op` being one name or several. */
interface WrittenRule extends Omit<Rule, 'layers' | 'op' | 'origin'> {
  readonly layers?: string | readonly string[];
  readonly op?: string | readonly string[];
}

/**
 * @param value what `ruleShape` has let pass.
 * @param origin where it stands, for messages.
 * @throws UserError where the rule means nothing.
 */
export function ruleOf(value: unknown, origin: string): Rule {
  const { layers, op, ...rest } = value as WrittenRule;
  const list = (given: string | readonly string[]) => (typeof given === 'string' ? [given] : given);
  const rule: Rule = {
    ...rest,
    ...(layers === undefined ? {} : { layers: list(layers) }),
    ...(op === undefined ? {} : { op: list(op) }),
    origin,
  };
  requireRule(rule);
  return rule;
}

/** @throws UserError in place of a complaint about a shape, with the file that it is about. */
export function requireShape(shape: Shape, value: unknown, source: string): void {
  try {
    shape(value, '');
  } catch (error) {
    throw new UserError(`${source}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
