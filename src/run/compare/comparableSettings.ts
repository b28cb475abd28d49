import { excerpt, isRecord } from '../../shape/jsonShape.js';
import type { Run, RunSettings } from '../schema.js';
import {
  comparedValue,
  type DifferenceGroup,
  differenceGroups,
  type SettingRow,
  settingRows,
} from '../settings.js';

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
 * more samples of the same kind, or another precision, answer the same one a little differently. Paths are left out.
 */
const COMPARABLE: readonly Comparable[] = [
  {
    setting: 'reader',
    flag: '--reader',
    group: 'data' as const,
    isDecisive: true,
    of: ({ data }: Run) => data.reader,
  },
  { setting: 'seed', flag: '--seed', group: 'data' as const, isDecisive: true, of: seedOf },
  {
    setting: 'samples',
    flag: '--max-samples',
    group: 'samples',
    isDecisive: false,
    of: ({ data }: Run) => data.samples,
  } as const,
  ...settingRows.flatMap((row) => (row.compared ? [comparable(row, row.compared)] : [])),
].toSorted((a, b) => differenceGroups.indexOf(a.group) - differenceGroups.indexOf(b.group));

function comparable(row: SettingRow, compared: Pick<Comparable, 'group' | 'isDecisive'>): Comparable {
  const of = ({ settings }: Run) => comparedValue(row, settings);
  return { setting: row.key, flag: row.flag, ...compared, of };
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
  settings: readonly SettingRow[],
): Pick<SettingDifference, 'setting' | 'before' | 'after'>[] {
  return settings.flatMap((row) =>
    differing({ setting: row.key }, comparedValue(row, before), comparedValue(row, after)),
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

function seedOf({ data }: Run): unknown {
  const values = Object.values(data.preprocessing ?? {});
  const seeds = [data.preprocessing, ...values].flatMap((value) =>
    isRecord(value) ? (value.seed ?? []) : [],
  );
  return seeds.length === 0 ? undefined : seeds;
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  return typeof value === 'object' ? excerpt(JSON.stringify(value)) : String(value);
}
