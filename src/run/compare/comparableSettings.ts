import { excerpt, isRecord } from '../../shape/jsonShape.js';
import type { Run, RunSettings } from '../schema.js';
import { ruleInWords } from '../storedRule.js';

/** What settings are about, by the names that `--allow-different` takes. */
export const differenceGroups = ['observation', 'preprocessing', 'data', 'samples', 'precision'] as const;
export type DifferenceGroup = (typeof differenceGroups)[number];

/** Something in which two runs were made differently. */
export interface SettingDifference {
  /** By the name it has in `run.json`. */
  readonly setting: string;
  /** The option that sets it, where there is one. */
  readonly flag?: string;
  readonly group: DifferenceGroup;
  readonly before: string;
  readonly after: string;
  /** Whether numbers on either side mean different things; otherwise they only differ a little by it. */
  readonly isDecisive: boolean;
}

interface Comparable {
  readonly setting: string;
  readonly flag?: string;
  readonly group: DifferenceGroup;
  readonly isDecisive: boolean;
  readonly of: (run: Run) => unknown;
}

/**
 * Everything that changes the numbers of an unchanged model. Decisive is what makes them answer another question;
 * more samples of the same kind, or another precision, answer the same one a little differently. Paths, the provider,
 * the batch size and how many batches a run took are left out: they differ from one machine to the next, and change the last digits at most.
 */
const COMPARABLE: readonly Comparable[] = [
  decisive('threshold', '--threshold'),
  decisive('idimRule', '--idim-rule'),
  decisive('convMethod', '--conv-method'),
  decisive('sequenceMethod', '--sequence-method'),
  decisive('linearMethod', '--sequence-method'),
  decisive('interpolate', '--interpolate'),
  decisive('interpolation', '--interpolation'),
  { setting: 'reader', flag: '--reader', group: 'data', isDecisive: true, of: ({ data }) => data.reader },
  { setting: 'seed', flag: '--seed', group: 'data', isDecisive: true, of: seedOf },
  minor('split', '--split', 'data', ({ settings }) => settings.split),
  minor('samples', '--max-samples', 'samples', ({ data }) => data.samples),
  minor('order', '--in-order', 'samples', orderOf),
  minor('orderSeed', '--seed', 'samples', ({ settings }) => settings.orderSeed),
  minor('every', '--every', 'samples', ({ settings }) => settings.every ?? 1),
  minor('precision', '--precision', 'precision', ({ settings }) => settings.precision),
  minor('measureAt', '--measure-at', 'precision', ({ settings }) => settings.measureAt ?? 'output'),
  minor('tf32', '--tf32', 'precision', ({ settings }) => settings.tf32 ?? 'off'),
];

function decisive(setting: keyof RunSettings, flag: string): Comparable {
  const of = ({ settings }: Run) => settingOf(settings, setting);
  return { setting, flag, group: 'observation', isDecisive: true, of };
}

function minor(
  setting: string,
  flag: string | undefined,
  group: DifferenceGroup,
  of: Comparable['of'],
): Comparable {
  return { setting, ...(flag === undefined ? {} : { flag }), group, isDecisive: false, of };
}

/** In what two runs were made differently, what is decisive first. */
export function differencesOf(before: Run, after: Run): SettingDifference[] {
  const found = COMPARABLE.flatMap(({ of, ...about }) => differing(about, of(before), of(after)));
  const all = [...found, ...preprocessingDifferences(before, after)];
  return [...all.filter(({ isDecisive }) => isDecisive), ...all.filter(({ isDecisive }) => !isDecisive)];
}

/** In which of these settings two runs differ. */
export function differingSettings(
  before: RunSettings,
  after: RunSettings,
  settings: readonly (keyof RunSettings)[],
): Pick<SettingDifference, 'setting' | 'before' | 'after'>[] {
  return settings.flatMap((setting) =>
    differing({ setting }, settingOf(before, setting), settingOf(after, setting)),
  );
}

/** `threshold was 0.99 and is 0.9: the numbers do not mean the same`. */
export function differenceInWords(
  { setting, before, after, isDecisive }: SettingDifference,
  word: (value: string) => string = String,
): string {
  const change = `${word(setting)} was ${word(before)} and is ${word(after)}`;
  return isDecisive ? `${change}: the numbers do not mean the same` : change;
}

function differing<About extends object>(about: About, before: unknown, after: unknown) {
  const [first, second] = [inWords(before), inWords(after)];
  return first === second ? [] : [{ ...about, before: first, after: second }];
}

/** `seed` is compared by itself; how many files were no images says nothing about those that were. */
const NO_PREPROCESSING = ['seed', 'ignoredFiles'];

/** Its options are called what its keys are, but for these, which no option sets. */
const WITHOUT_FLAG = ['resizedToInput', 'interpolation', 'header'];

function preprocessingDifferences(before: Run, after: Run): SettingDifference[] {
  // Another reader prepares other things, and is named already.
  if (before.data.reader !== after.data.reader) return [];
  const [first, second] = [preprocessingOf(before), preprocessingOf(after)];
  if (first.size === 0 || second.size === 0) {
    const all = (entries: ReadonlyMap<string, unknown>) =>
      entries.size === 0
        ? 'unknown'
        : [...entries].map(([key, value]) => `${key} ${inWords(value)}`).join(', ');
    const about = { setting: 'preprocessing', group: 'preprocessing', isDecisive: false } as const;
    return differing(about, all(first), all(second));
  }
  return [...new Set([...first.keys(), ...second.keys()])].flatMap((key) => {
    const name = key.replace(/^.*\./, '');
    const flag = WITHOUT_FLAG.includes(name)
      ? {}
      : { flag: `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}` };
    const about = { setting: key, ...flag, group: 'preprocessing', isDecisive: true } as const;
    return differing(about, first.get(key), second.get(key));
  });
}

/**
 * What a reader did to the data. Where a model takes several sources, `run.json` keeps this by their paths, which
 * differ between machines: their order tells them apart here.
 */
function preprocessingOf({ data }: Run): Map<string, unknown> {
  const entries = Object.entries(data.preprocessing ?? {});
  const bySource = entries.length > 0 && entries.every(([, value]) => isRecord(value));
  const all = bySource
    ? entries.flatMap(([, value], i) =>
        Object.entries(isRecord(value) ? value : {}).map(
          ([key, part]) => [`source${i + 1}.${key}`, part] as const,
        ),
      )
    : entries;
  return new Map(all.filter(([key]) => !NO_PREPROCESSING.includes(key.replace(/^.*\./, ''))));
}

/** Runs made before 0.2 took the first. */
function orderOf({ settings }: Run): string {
  return settings.maxSamples === undefined ? 'all' : (settings.order ?? 'first');
}

function seedOf({ data }: Run): unknown {
  const values = Object.values(data.preprocessing ?? {});
  const seeds = [data.preprocessing, ...values].flatMap((value) =>
    isRecord(value) ? (value.seed ?? []) : [],
  );
  return seeds.length === 0 ? undefined : seeds;
}

function settingOf(settings: RunSettings, setting: keyof RunSettings): unknown {
  if (setting === 'idimRule') return ruleInWords(settings.idimRule);
  return settings[setting] ?? (setting === 'linearMethod' ? 'timestepwise' : undefined);
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  return typeof value === 'object' ? excerpt(JSON.stringify(value)) : String(value);
}
