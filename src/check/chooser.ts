import { UserError } from '../errors.js';
import { layerGlob } from '../layers/layerGlob.js';
import type { RunLayer } from '../run/schema.js';
import { namesListed } from '../text/numbers.js';
import { requireRule } from './requireRules.js';
import { isCompared, type Rule } from './rule.js';

/** What is known of layers before anything was measured, too. */
export interface Named {
  readonly layers: readonly Pick<RunLayer, 'name' | 'op'>[];
}

/** Whether a rule is about a layer. */
export type Chooser = (layer: Pick<RunLayer, 'name' | 'op'>) => boolean;

/**
 * Which layers a rule is about.
 *
 * @throws UserError where the rule means nothing, a name in it matches no layer, or it compares with a baseline that
 *   is not there or has none of its layers.
 */
export function chooser(rule: Rule, run: Named, baseline: Named | undefined): Chooser {
  requireRule(rule);
  const { layers, op, level, origin } = rule;
  const compares = isCompared(rule);
  if (!baseline && compares && level !== 'off') {
    throw new UserError(`${origin} needs a run to compare with: name one with --baseline, or as baseline`);
  }
  const globs = layers?.map(layerGlob);
  const all = [...run.layers, ...(compares ? (baseline?.layers ?? []) : [])];
  const idle = layers?.find((_, i) => !all.some(({ name }) => globs?.[i](name)));
  if (idle !== undefined) {
    const glob = rule.option !== undefined ? '' : ` ${idle}`;
    throw new UserError(
      `${origin}${glob} matches no layer: the run has ${namesListed(run.layers.map(({ name }) => name))}`,
    );
  }
  const idleOp = op?.find((operator) => !all.some((layer) => layer.op === operator));
  if (idleOp !== undefined) {
    const operators = [...new Set(run.layers.map((layer) => layer.op))];
    throw new UserError(`${origin}: no layer is a ${idleOp}; the run has ${namesListed(operators)}`);
  }
  const isChosen: Chooser = (layer) =>
    (globs?.some((matches) => matches(layer.name)) ?? true) && (op?.includes(layer.op) ?? true);
  if (!all.some(isChosen)) {
    throw new UserError(`${origin} chooses no layer: none fits both its layers and its op`);
  }
  if (baseline && compares && level !== 'off' && !baseline.layers.some(isChosen)) {
    throw new UserError(
      `${origin} compares nothing: the baseline has none of its layers; make it again with --update-baseline`,
    );
  }
  return isChosen;
}
