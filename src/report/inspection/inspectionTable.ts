import type { NotObservable } from '../../layers/layer.js';
import type { Dimension } from '../../onnx/graph.js';
import type { Run } from '../../run/schema.js';
import { displayWidth, padEnd, padStart, wrap } from '../../text/displayWidth.js';
import { compact, counted, percent } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { shortNames } from '../../text/shortNames.js';
import { type RenderOptions, type Style, styleOf } from '../options.js';
import { type InspectedLayer, type InspectedModel, inspectedLayers } from './inspectedLayer.js';

interface Column {
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

/** Lists a model's layers, then what cannot be observed of it and why. Ends with a line break. */
export function inspectionTable(inspected: InspectedModel, options: RenderOptions = {}, run?: Run): string {
  const style = styleOf(options);
  const { model, inputs, notObservable, cost, costUnknown } = inspected;
  const layers = inspectedLayers(inspected, run);
  const total = layers.reduce((sum, { parameters }) => sum + (parameters ?? 0), 0);
  return [
    style.chalk.bold(printable(model.path)),
    `${printable(model.producer)} · opset ${model.opset} · sha256 ${model.sha256.slice(0, 12)}`,
    ...inputs.map(({ name, type, shape }) => `input ${printable(name)}: ${type} ${describeShape(shape)}`),
    '',
    `${counted(layers.length, 'layer')} to observe, ${total.toLocaleString('en')} parameters${macsIn(cost?.totals)}${inBodies(layers)}`,
    ...(layers.length > 0 ? table(layers, columnsFor(layers, inspected, run), style) : []),
    ...legend(layers, style),
    ...spare(layers, style),
    ...(costUnknown === undefined ? [] : ['', ...wrap(printable(costUnknown), style.width)]),
    ...(notObservable.length > 0 ? ['', ...unobservable(notObservable, style)] : []),
    '',
  ].join('\n');
}

const describeShape = (shape: readonly Dimension[] | undefined): string =>
  shape ? `[${shape.map((size) => printable(`${size ?? '?'}`)).join(', ')}]` : 'of any shape';

function macsIn(totals: { readonly macs: number; readonly otherMacs: number } | undefined): string {
  if (!totals) return '';
  const other = totals.otherMacs > 0 ? `, and ${compact(totals.otherMacs)} in products of activations` : '';
  return `, ${compact(totals.macs)} MACs a sample${other}`;
}

function inBodies(layers: readonly InspectedLayer[]): string {
  const inside = layers.filter((layer) => layer.inside !== null).length;
  return inside === 0 ? '' : `, ${inside === layers.length ? 'all' : inside} in bodies of If, Loop or Scan`;
}

/** Only columns that say something. */
function columnsFor(
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

/** Numbers are never cut; names share what is left, and different ones stay different. */
function table(layers: readonly InspectedLayer[], columns: readonly Column[], style: Style): string[] {
  const { chalk, symbols, width } = style;
  const cells = layers.map((layer) => columns.map(({ cell }) => cell(layer)));
  const widths = columns.map(({ title }, column) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[column]))),
  );
  const taken = widths.reduce((sum, each) => sum + each + 2, 0);
  const printed = layers.map(({ name }) => printable(name));
  const longest = Math.max('layer'.length, ...printed.map(displayWidth));
  const room = Math.max(14, Math.min(longest, width - taken));
  const names = shortNames(printed, room, symbols.ellipsis);
  const line = (name: string, row: readonly string[]) =>
    [padEnd(name, room), ...row.map((text, column) => columns[column].align(text, widths[column]))]
      .join('  ')
      .trimEnd();
  const header = line(
    'layer',
    columns.map(({ title }) => title),
  );
  return [chalk.dim(header), ...cells.map((row, i) => line(names.get(printed[i]) ?? printed[i], row))];
}

function legend(layers: readonly InspectedLayer[], { width }: Style): string[] {
  const unproductive = layers.filter(({ predictedUnproductive }) => predictedUnproductive).length;
  return [
    ...(layers.some(({ receptiveField }) => receptiveField)
      ? [
          '',
          ...wrap(
            'sees: positions of the input in the receptive field of one output, smallest and largest over all paths',
            width,
          ),
        ]
      : []),
    ...(unproductive > 0
      ? wrap(
          `sees all before: the input of ${unproductive === 1 ? 'this layer' : `these ${unproductive} layers`} has seen the whole image already, so that ${unproductive === 1 ? 'it is' : 'they are'} predicted to add little in a classifier (Richter et al., "Should You Go Deeper?"); a run tells whether that is so`,
          width,
        )
      : []),
  ];
}

/** So many layers are named. */
const MOST_NAMED = 5;

/** What could be saved, the layers with most first, and how. */
function spare(layers: readonly InspectedLayer[], { width, symbols }: Style): string[] {
  const most = layers
    .flatMap((layer) => (layer.width?.parameters ? [{ ...layer, ...{ saved: layer.width.parameters } }] : []))
    .sort((a, b) => b.saved - a.saved)
    .slice(0, MOST_NAMED);
  if (most.length === 0) return [];
  const names = shortNames(
    most.map(({ name }) => printable(name)),
    40,
    symbols.ellipsis,
  );
  const each = most.map(({ name, width: its, features, saved }) => {
    const macs = typeof its?.macs === 'number' ? ` and ${compact(its.macs)} MACs` : '';
    const shown = names.get(printable(name)) ?? printable(name);
    return `${shown} (${its?.directions} of ${features} features: ${compact(saved)} parameters${macs})`;
  });
  return [
    '',
    ...wrap(
      "uses: directions that explain the variance; spare: the layer's own parameters that its other features take",
      width,
    ),
    ...wrap(`most to spare: ${each.join(', ')}`, width, '  '),
    ...wrap(
      'delve compress takes it out of the trained model; training again with these widths cost accuracy wherever it was tried (docs/reading.md)',
      width,
    ),
  ];
}

/** The same reason is given once for all nodes that share it. */
function unobservable(nodes: readonly NotObservable[], { width }: Style): string[] {
  const byReason = new Map<string, string[]>();
  for (const { node, op, reason } of nodes) {
    const name = printable(node === '' ? op : `${op} ${node}`);
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return [
    `${counted(nodes.length, 'layer')} not observable`,
    ...[...byReason].flatMap(([reason, names]) =>
      wrap(`${names.join(', ')}: ${printable(reason)}`, width, '  '),
    ),
  ];
}
