import { UserError } from '../errors.js';
import { arrayOf, excerpt, isRecord, string } from '../shape/jsonShape.js';
import { requireGroups } from './allowDifferent.js';
import { type Bound, boundOf } from './bound.js';
import { requireShape, ruleOf, ruleShape } from './parseRule.js';
import { requireConfidence } from './requireRules.js';
import type { Rule } from './rule.js';

/** What a run is held to, as a file has it: `baseline` is still a path. */
export interface CheckConfig {
  readonly minSaturation: readonly Bound[];
  readonly maxSaturation: readonly Bound[];
  readonly maxDrop: readonly Bound[];
  readonly rules: readonly Rule[];
  readonly baseline?: string;
  /** Groups of settings in which run and baseline may differ. */
  readonly allowDifferent?: readonly string[];
  /** Of all rules on a layer's saturation, directions or effective rank that name none of their own. */
  readonly confidence?: number;
}

const BOUNDS = ['minSaturation', 'maxSaturation', 'maxDrop'] as const;

/** The keys of a file that say what a run is held to. */
export const checkKeys = [...BOUNDS, 'rules', 'baseline', 'allowDifferent', 'confidence'] as const;

/**
 * What a file says a run must hold to: `{ "minSaturation": 0.05, "maxDrop": { "*": 0.1, "layer4.*": 0.02 },
 * "rules": [{ "statistic": "tail", "max": 0 }], "baseline": "main.delve" }`. A number is a bound on all layers; an
 * object holds one for each glob, later ones before earlier.
 *
 * @param source the file's name, for messages.
 * @throws UserError that names the file and the key at fault.
 */
export function checkConfigOf(value: Readonly<Record<string, unknown>>, source: string): CheckConfig {
  const { baseline, rules, allowDifferent, confidence } = value;
  if (baseline !== undefined && (typeof baseline !== 'string' || baseline === '')) {
    throw new UserError(`${source}: baseline should be the path of a run, but is ${excerpt(baseline)}`);
  }
  if (confidence !== undefined && typeof confidence !== 'number') {
    throw new UserError(
      `${source}: confidence should be a share above 0 and below 1, but is ${excerpt(confidence)}`,
    );
  }
  if (rules !== undefined) requireShape((list) => arrayOf(ruleShape)(list, 'rules'), rules, source);
  const [minSaturation, maxSaturation, maxDrop] = BOUNDS.map((bound) =>
    boundsOf(value[bound], `${source}: ${bound}`),
  );
  return {
    ...{ minSaturation, maxSaturation, maxDrop },
    rules: Array.isArray(rules) ? rules.map((rule, i) => ruleOf(rule, `${source}: rules[${i}]`)) : [],
    ...(baseline === undefined ? {} : { baseline }),
    ...(allowDifferent === undefined ? {} : { allowDifferent: groupsOf(allowDifferent, source) }),
    ...(confidence === undefined
      ? {}
      : { confidence: requireConfidence(confidence, `${source}: confidence`) }),
  };
}

function groupsOf(value: unknown, source: string): readonly string[] {
  const names = typeof value === 'string' ? [value] : value;
  requireShape((list) => arrayOf(string)(list, 'allowDifferent'), names, source);
  return requireGroups(names as string[], `${source}: allowDifferent`);
}

function boundsOf(value: unknown, place: string): Bound[] {
  if (value === undefined) return [];
  if (typeof value === 'number') return [{ bound: boundOf(value, `${place} ${value}`) }];
  if (!isRecord(value)) {
    throw new UserError(
      `${place} should be a number or an object of globs and numbers, but is ${excerpt(value)}`,
    );
  }
  return Object.entries(value).map(([glob, bound]) => {
    if (glob === '')
      throw new UserError(`${place} has an empty glob: name layers, or write * for all of them`);
    if (typeof bound !== 'number') {
      throw new UserError(`${place} of ${glob} should be a number, but is ${excerpt(bound)}`);
    }
    return { glob, bound: boundOf(bound, `${place} of ${glob}, ${bound},`) };
  });
}
