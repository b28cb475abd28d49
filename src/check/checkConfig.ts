import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { excerpt, isRecord } from '../run/jsonShape.js';
import { type Bound, boundOf } from './bound.js';
import type { RuleName } from './check.js';
import { nearest } from './nearest.js';

/** Rules as a file holds them: `baseline` is still a path. */
export interface CheckConfig {
  readonly minSaturation: readonly Bound[];
  readonly maxSaturation: readonly Bound[];
  readonly maxDrop: readonly Bound[];
  readonly baseline?: string;
}

const RULES = ['minSaturation', 'maxSaturation', 'maxDrop'] as const satisfies readonly RuleName[];
const KEYS = [...RULES, 'baseline'];

/**
 * Reads a file of rules. A relative `baseline` is one relative to the file.
 *
 * @throws UserError that names the file and the key at fault.
 */
export async function readCheckConfig(file: string): Promise<CheckConfig> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read the rules in ${file}: ${messageOf(error)}`, { cause: error });
  }
  const config = parseCheckConfig(text, file);
  if (config.baseline === undefined) return config;
  return { ...config, baseline: resolve(dirname(file), config.baseline) };
}

/**
 * Rules as JSON: `{ "minSaturation": 0.05, "maxDrop": { "*": 0.1, "layer4.*": 0.02 }, "baseline": "main.delve" }`.
 * A number is a bound on all layers; an object holds one for each glob, later ones before earlier.
 *
 * @param source the file's name, for messages.
 * @throws UserError that names the file and the key at fault.
 */
export function parseCheckConfig(text: string, source: string): CheckConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${source} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  if (!isRecord(value)) {
    throw new UserError(
      `${source} should hold an object with ${KEYS.join(', ')}, but holds ${excerpt(value)}`,
    );
  }
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new UserError(
      `${source}: there is no rule ${excerpt(unknown)}; did you mean ${nearest(unknown, KEYS)}?`,
    );
  }
  const { baseline } = value;
  if (baseline !== undefined && (typeof baseline !== 'string' || baseline === '')) {
    throw new UserError(`${source}: baseline should be the path of a run, but is ${excerpt(baseline)}`);
  }
  const [minSaturation, maxSaturation, maxDrop] = RULES.map((rule) =>
    boundsOf(value[rule], `${source}: ${rule}`),
  );
  return { minSaturation, maxSaturation, maxDrop, ...(baseline === undefined ? {} : { baseline }) };
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
