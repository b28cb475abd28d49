import { UserError } from '../errors.js';
import { differencesOf, type SettingDifference } from '../run/compare/comparableSettings.js';
import type { Run } from '../run/schema.js';

/**
 * Makes sure that a drop against the baseline means something.
 *
 * @param allowed groups of settings (`differenceGroups`) in which the two may differ.
 * @returns in what they were made differently all the same.
 * @throws UserError that names the settings, or the layers, in which the two do not compare.
 */
export function requireComparable(
  run: Run,
  baseline: Run,
  allowed: readonly string[] = [],
): SettingDifference[] {
  const differences = differencesOf(baseline, run);
  const refused = differences.filter(({ isDecisive, group }) => isDecisive && !allowed.includes(group));
  if (refused.length > 0) {
    const groups = [...new Set(refused.map(({ group }) => group))].join(',');
    const [first, ...others] = refused.map(
      ({ setting, flag, before, after }) =>
        `with ${setting} ${before}, this run with ${after}${flag === undefined ? '' : ` (${flag})`}`,
    );
    throw new UserError(
      `the baseline was made ${[first, ...others.map((other) => `and ${other}`)].join(', ')}: analyze one of ` +
        `them again with the settings of the other, or compare them all the same with --allow-different ${groups}`,
    );
  }
  const old = new Map(baseline.layers.map((layer) => [layer.name, layer]));
  const common = run.layers.filter(({ name }) => old.has(name));
  if (common.length === 0) {
    throw new UserError(
      `the baseline (${baseline.model.path}) and this run (${run.model.path}) have no layer in common: ` +
        'give a baseline of the same architecture',
    );
  }
  for (const { name, features, observations } of common) {
    const before = old.get(name);
    // Without observations the number of features is not known.
    if (!before || observations === 0 || before.observations === 0 || before.features === features) continue;
    throw new UserError(
      `layer ${name} has ${before.features} features in the baseline and ${features} in this run: ` +
        'give a baseline of the same architecture',
    );
  }
  // A small difference that was allowed is known, and need not be said each time.
  return differences.filter(({ isDecisive, group }) => isDecisive || !allowed.includes(group));
}
