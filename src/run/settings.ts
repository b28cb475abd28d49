import {
  convMethods,
  interpolations,
  measuringSides,
  precisions,
  sequenceMethods,
} from '../instrument/options.js';
import {
  arrayOf,
  finite,
  oneOf,
  optional,
  recordOf,
  type Shape,
  string,
  where,
  wholeFrom,
} from '../shape/jsonShape.js';
import type { RunSettings } from './schema.js';
import { providers, sampleOrders, tf32States } from './settingValues.js';
import { ruleInWords, storedRules } from './storedRule.js';

/** What settings are about, by the names that `--allow-different` takes. */
export const differenceGroups = ['observation', 'preprocessing', 'data', 'samples', 'precision'] as const;
export type DifferenceGroup = (typeof differenceGroups)[number];

/** What reading, comparing and merging runs need to know of one of their settings. */
export interface RunSetting {
  /** Of its value in `run.json`; what came after 0.1.0 is optional. */
  readonly shape: Shape;
  /** The option of `analyze` that sets it, where one does. */
  readonly flag?: string;
  /**
   * How two runs with different values compare: as answers to different questions (`isDecisive`), or to the same one a
   * little differently. Absent: not compared, since it changes the last digits at most, or follows from what is.
   */
  readonly compared?: { readonly group: DifferenceGroup; readonly isDecisive: boolean };
  /**
   * What it decides: the `numbers` of given samples, so that shards with other values do not add up; which `samples`
   * are taken, so that a run with another value is not the same run made again; or how it is computed only.
   */
  readonly decides: 'numbers' | 'samples' | 'computing';
  /** The value to compare, where it is not what is stored: what held where nothing was said, or words for people. */
  readonly of?: (settings: RunSettings) => unknown;
}

const yes = where((value) => value === true, 'true');

/** A share of variance to explain. */
export const threshold = where(
  (value) => typeof value === 'number' && value > 0 && value <= 1,
  'a number above 0 and up to 1',
);

const decisive = { group: 'observation', isDecisive: true } as const;
const onData = { group: 'data', isDecisive: false } as const;
const onSamples = { group: 'samples', isDecisive: false } as const;
const onPrecision = { group: 'precision', isDecisive: false } as const;

/**
 * The settings of a run, in the order in which differences are told. The provider, the batch size and how
 * many batches a run took are not compared: they differ from one machine to the next, and change the last digits at
 * most.
 */
export const runSettings = {
  threshold: { shape: threshold, flag: '--threshold', compared: decisive, decides: 'numbers' },
  thresholds: { shape: optional(arrayOf(threshold)), flag: '--threshold', decides: 'numbers' },
  idimRule: {
    shape: oneOf(...storedRules),
    flag: '--idim-rule',
    compared: decisive,
    decides: 'numbers',
    of: ({ idimRule }) => ruleInWords(idimRule),
  },
  convMethod: { shape: oneOf(...convMethods), flag: '--conv-method', compared: decisive, decides: 'numbers' },
  sequenceMethod: {
    shape: oneOf(...sequenceMethods),
    flag: '--sequence-method',
    compared: decisive,
    decides: 'numbers',
  },
  linearMethod: {
    shape: optional(oneOf(...sequenceMethods)),
    flag: '--sequence-method',
    compared: decisive,
    decides: 'numbers',
    of: ({ linearMethod = 'timestepwise' }) => linearMethod,
  },
  mask: {
    shape: optional(string),
    flag: '--mask',
    compared: decisive,
    decides: 'numbers',
    of: ({ mask = 'none' }) => mask,
  },
  inputs: {
    shape: optional(recordOf(finite)),
    flag: '--input',
    compared: decisive,
    decides: 'numbers',
    of: ({ inputs = {} }) =>
      Object.entries(inputs)
        .map(([name, value]) => `${name}=${value}`)
        .sort()
        .join(' ') || 'none',
  },
  state: {
    shape: optional(recordOf(string)),
    flag: '--state',
    compared: decisive,
    decides: 'numbers',
    of: ({ state = {} }) =>
      Object.entries(state)
        .map(([input, output]) => `${input}=${output}`)
        .sort()
        .join(' ') || 'none',
  },
  interpolate: {
    shape: optional(wholeFrom(1)),
    flag: '--interpolate',
    compared: decisive,
    decides: 'numbers',
  },
  interpolation: {
    shape: optional(oneOf(...interpolations)),
    flag: '--interpolation',
    compared: decisive,
    decides: 'numbers',
  },
  split: { shape: string, flag: '--split', compared: onData, decides: 'numbers' },
  maxSamples: { shape: optional(wholeFrom(1)), flag: '--max-samples', decides: 'samples' },
  order: {
    shape: optional(oneOf(...sampleOrders)),
    flag: '--in-order',
    compared: onSamples,
    decides: 'samples',
    // Runs made before 0.2 took the first.
    of: ({ maxSamples, order = 'first' }) => (maxSamples === undefined ? 'all' : order),
  },
  orderSeed: { shape: optional(wholeFrom(0)), flag: '--seed', compared: onSamples, decides: 'samples' },
  shuffleSeed: { shape: optional(wholeFrom(0)), flag: '--in-order', decides: 'computing' },
  every: {
    shape: optional(wholeFrom(1)),
    flag: '--every',
    compared: onSamples,
    decides: 'samples',
    of: ({ every = 1 }) => every,
  },
  precision: { shape: oneOf(...precisions), flag: '--precision', compared: onPrecision, decides: 'numbers' },
  measureAt: {
    shape: optional(oneOf(...measuringSides)),
    flag: '--measure-at',
    compared: onPrecision,
    decides: 'computing',
    of: ({ measureAt = 'output' }) => measureAt,
  },
  tf32: {
    shape: optional(oneOf(...tf32States)),
    flag: '--tf32',
    compared: onPrecision,
    decides: 'computing',
    of: ({ tf32 = 'off' }) => tf32,
  },
  // More is told of each layer; what is told besides stays the same.
  magnitudes: { shape: optional(yes), flag: '--magnitudes', decides: 'computing' },
  provider: { shape: oneOf(...providers), flag: '--provider', decides: 'computing' },
  devices: { shape: optional(arrayOf(wholeFrom(0))), flag: '--device', decides: 'computing' },
  batchSize: { shape: wholeFrom(1), flag: '--batch', decides: 'computing' },
  accumulate: { shape: optional(wholeFrom(1)), flag: '--accumulate', decides: 'computing' },
} satisfies Record<keyof RunSettings, RunSetting>;

export type SettingRow = RunSetting & { readonly key: keyof RunSettings };

/** The rows of `runSettings`, each with its key. */
export const settingRows: readonly SettingRow[] = (Object.keys(runSettings) as (keyof RunSettings)[]).map(
  (key) => ({ ...runSettings[key], key }),
);

/** The value by which two runs are compared. */
export function comparedValue({ key, of }: SettingRow, settings: RunSettings): unknown {
  return of ? of(settings) : settings[key];
}
