import { UserError } from '../errors.js';
import { differingSettings } from '../run/comparableSettings.js';
import type { Run } from '../run/schema.js';

/**
 * Makes sure that a drop against the baseline means something.
 *
 * @throws UserError that names the setting, or the layers, in which the two do not compare.
 */
export function requireComparable(run: Run, baseline: Run): void {
  const [setting] = differingSettings(baseline.settings, run.settings);
  if (setting) {
    throw new UserError(
      `the baseline was made with ${setting.setting} ${setting.before}, this run with ${setting.after}: ` +
        'analyze one of them again with the settings of the other',
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
}
