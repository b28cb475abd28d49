import type { RunLayer } from './schema.js';

/** Runs that this version made are read for ever. */
export const FIRST_VERSION = '0.1.0';

/** What `run.json`, columns, comparisons and rules need to know of a number that each layer has. */
export interface LayerNumber {
  /** What it is called everywhere. */
  readonly key: string;
  /** A share goes from 0 to 1; a count is a whole number from 0 upward. */
  readonly kind: 'count' | 'share' | 'number';
  /** How `run.json` says that a layer has none. */
  readonly none: 'never' | 'null' | 'missing';
  /** The first version that wrote it: runs from before lack it, and are read all the same. */
  readonly since: string;
  /** Whether it stands in `run.json`, and so is a column of tables; else rules know it only. */
  readonly isStored: boolean;
  /** Whether a comparison of two runs shows it. */
  readonly inDiff: boolean;
  /** `null` where the layer has none. */
  of(layer: RunLayer): number | null;
}

/** Keys of a layer that hold a number. */
type NumberKey = {
  [Key in keyof RunLayer]-?: RunLayer[Key] extends number | null | undefined ? Key : never;
}[keyof RunLayer];

type Description = Omit<LayerNumber, 'key' | 'isStored' | 'of'>;

function stored<Key extends NumberKey, const Rest extends Description>(key: Key, rest: Rest) {
  return {
    key,
    isStored: true as const,
    ...rest,
    of: (layer: RunLayer): number | null => layer[key] ?? null,
  };
}

const statistic = { none: 'null', since: FIRST_VERSION } as const;

/** In the order of columns. New ones go to the end, as columns are found by their place too. */
export const layerNumbers = [
  stored('observations', { kind: 'count', none: 'never', since: FIRST_VERSION, inDiff: true }),
  stored('features', { kind: 'count', none: 'never', since: FIRST_VERSION, inDiff: true }),
  stored('intrinsicDimensionality', { ...statistic, kind: 'count', inDiff: true }),
  stored('saturation', { ...statistic, kind: 'share', inDiff: true }),
  stored('trace', { ...statistic, kind: 'number', inDiff: true }),
  stored('diagonalTrace', { ...statistic, kind: 'number', inDiff: false }),
  stored('logDeterminant', { ...statistic, kind: 'number', inDiff: true }),
  stored('determinant', { ...statistic, kind: 'number', inDiff: false }),
  stored('effectiveRank', { ...statistic, kind: 'number', inDiff: true }),
  stored('participationRatio', { ...statistic, kind: 'number', inDiff: true }),
  stored('deadFeatures', { ...statistic, kind: 'count', inDiff: false }),
  {
    key: 'deadShare',
    kind: 'share',
    none: 'missing',
    since: FIRST_VERSION,
    isStored: false,
    inDiff: false,
    of: ({ deadFeatures, features }: RunLayer) =>
      deadFeatures === null || features === 0 ? null : deadFeatures / features,
  },
  stored('parameters', { kind: 'count', none: 'missing', since: FIRST_VERSION, inDiff: false }),
] as const satisfies readonly LayerNumber[];

type Row = (typeof layerNumbers)[number];
export type StoredKey = Extract<Row, { isStored: true }>['key'];
export type DiffKey = Extract<Row, { inDiff: true }>['key'];

/** What stands in `run.json`, a column each. */
export const storedNumbers: readonly LayerNumber[] = layerNumbers.filter(({ isStored }) => isStored);

/** What is asked about first. */
const foremost: readonly string[] = ['saturation', 'intrinsicDimensionality', 'features', 'observations'];

/** All, in the order in which rules and comparisons name them. */
export const rankedNumbers: readonly LayerNumber[] = [
  ...foremost.flatMap((wanted) => layerNumbers.filter(({ key }) => key === wanted)),
  ...layerNumbers.filter(({ key }) => !foremost.includes(key)),
];

/** What a comparison of two runs shows of each layer, likewise. */
export const diffNumbers: readonly LayerNumber[] = rankedNumbers.filter(({ inDiff }) => inDiff);
