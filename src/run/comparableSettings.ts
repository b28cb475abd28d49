import type { RunSettings } from './schema.js';

/** A setting in which two runs differ, by the name it has in `run.json`. */
export interface SettingDifference {
  readonly setting: keyof RunSettings;
  readonly before: string;
  readonly after: string;
}

/**
 * Settings that decide what a layer's numbers mean: runs that differ in one of these do not compare. Provider,
 * batch size and precision change nothing but the last digits; `split` and the samples used say which data it was.
 */
const MEANING = [
  'threshold',
  'idimRule',
  'convMethod',
  'sequenceMethod',
  'linearMethod',
  'interpolate',
  'interpolation',
] as const;

/** In which of the settings that decide what the numbers mean two runs differ. */
export function differingSettings(
  before: RunSettings,
  after: RunSettings,
  settings: readonly (keyof RunSettings)[] = MEANING,
): SettingDifference[] {
  return settings.flatMap((setting) => {
    const [first, second] = [inWords(before, setting), inWords(after, setting)];
    return first === second ? [] : [{ setting, before: first, after: second }];
  });
}

function inWords(settings: RunSettings, setting: keyof RunSettings): string {
  const value = settings[setting];
  if (value !== undefined) return Array.isArray(value) ? value.join(', ') : String(value);
  return setting === 'linearMethod' ? 'timestepwise' : 'none';
}
