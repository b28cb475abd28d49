import type { Run } from '../../run/schema.js';
import { padEnd, padStart } from '../../text/displayWidth.js';
import { compact, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import type { InspectedLayer, InspectedModel } from './inspectedLayer.js';

/** A column of the list of layers, in all formats for people. */
export interface Column {
  readonly title: string;
  readonly cell: (layer: InspectedLayer) => string;
  readonly align: (text: string, width: number) => string;
}

const always: readonly Column[] = [
  { title: 'operator', cell: ({ op }) => printable(op), align: padEnd },
  { title: 'features', cell: ({ features }) => features?.toString() ?? '?', align: padStart },
  { title: 'weight', cell: ({ weightShape }) => weightShape?.join('×') ?? '?', align: padStart },
  { title: 'parameters', cell: ({ parameters }) => parameters?.toLocaleString('en') ?? '?', align: padStart },
];

const ofCost: readonly Column[] = [
  { title: 'output', cell: ({ outputShape }) => outputShape?.slice(1).join('×') ?? '?', align: padStart },
  { title: 'MACs', cell: ({ macs }) => (macs === null ? '?' : compact(macs)), align: padStart },
  {
    title: 'share',
    cell: ({ macsShare }) => (macsShare === null ? '?' : percent(macsShare)),
    align: padStart,
  },
];

const ofField: readonly Column[] = [
  { title: 'sees', cell: ({ receptiveField }) => range(receptiveField), align: padStart },
  { title: 'stride', cell: ({ stride }) => (stride ? folded(stride.map(shortNumber)) : ''), align: padStart },
];

const ofRun: readonly Column[] = [
  {
    title: 'saturation',
    cell: ({ saturation }) => (typeof saturation === 'number' ? percent(saturation) : ''),
    align: padStart,
  },
  { title: 'reading', cell: ({ reading }) => reading ?? '', align: padEnd },
];

const widths: readonly Column[] = [
  { title: 'uses', cell: ({ width }) => (width ? String(width.directions) : ''), align: padStart },
  {
    title: 'spare',
    cell: ({ width }) => (typeof width?.parameters === 'number' ? compact(width.parameters) : ''),
    align: padStart,
  },
];

const predicted: Column = {
  title: '',
  cell: ({ predictedUnproductive }) => (predictedUnproductive ? 'sees all before' : ''),
  align: padEnd,
};

const shortNumber = (value: number): string => String(Number(value.toPrecision(3)));

/** `3×3` → `3`. */
const folded = (sizes: readonly string[]): string => (new Set(sizes).size === 1 ? sizes[0] : sizes.join('×'));

/** The receptive field: one where all paths see as much, else the smallest and the largest. */
function range(field: InspectedLayer['receptiveField']): string {
  if (!field) return '';
  const [min, max] = [field.min, field.max].map((sizes) => folded(sizes.map(shortNumber)));
  return min === max ? min : `${min}–${max}`;
}

/** Only columns that say something. */
export function columnsFor(
  layers: readonly InspectedLayer[],
  { cost }: InspectedModel,
  run: Run | undefined,
): readonly Column[] {
  return [
    ...always,
    ...(cost ? ofCost : []),
    ...(layers.some(({ receptiveField }) => receptiveField) ? ofField : []),
    ...(run ? [...ofRun, ...(layers.some(({ width }) => width) ? widths : [])] : []),
    ...(layers.some(({ predictedUnproductive }) => predictedUnproductive) ? [predicted] : []),
  ];
}
