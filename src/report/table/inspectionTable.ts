import type { Layer, NotObservable } from '../../layers/layer.js';
import type { Dimension } from '../../onnx/graph.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import type { RunModel } from '../../run/schema.js';
import { displayWidth, padEnd, padStart, shorten, wrap } from '../../text/displayWidth.js';
import { counted } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import { type RenderOptions, type Style, styleOf } from '../options.js';

/** What is listed of a model. */
export interface InspectedModel {
  readonly model: RunModel;
  readonly inputs: readonly ModelInput[];
  readonly layers: readonly Layer[];
  readonly notObservable: readonly NotObservable[];
}

interface Column {
  readonly title: string;
  readonly cell: (layer: Layer) => string;
  readonly align: (text: string, width: number) => string;
}

const columns: readonly Column[] = [
  { title: 'layer', cell: ({ name }) => printable(name), align: padEnd },
  { title: 'operator', cell: ({ op }) => printable(op), align: padEnd },
  { title: 'features', cell: ({ features }) => features?.toString() ?? '?', align: padStart },
  { title: 'weight', cell: ({ weightShape }) => weightShape?.join('×') ?? '?', align: padStart },
  { title: 'parameters', cell: ({ parameters }) => parameters?.toLocaleString('en') ?? '?', align: padStart },
  { title: 'output', cell: ({ output }) => printable(output), align: padEnd },
];

/** Lists a model's layers, then what cannot be observed of it and why. Ends with a line break. */
export function inspectionTable(inspected: InspectedModel, options: RenderOptions = {}): string {
  const style = styleOf(options);
  const { model, inputs, layers, notObservable } = inspected;
  const known = layers.flatMap(({ parameters }) => (parameters === undefined ? [] : [parameters]));
  const total = known.reduce((sum, count) => sum + count, 0);
  return [
    style.chalk.bold(printable(model.path)),
    `${printable(model.producer)} · opset ${model.opset} · sha256 ${model.sha256.slice(0, 12)}`,
    ...inputs.map(({ name, type, shape }) => `input ${printable(name)}: ${type} ${describeShape(shape)}`),
    '',
    `${counted(layers.length, 'layer')} to observe, ${total.toLocaleString('en')} parameters`,
    ...(layers.length > 0 ? table(layers, style) : []),
    ...(notObservable.length > 0 ? ['', ...unobservable(notObservable, style)] : []),
    '',
  ].join('\n');
}

const describeShape = (shape: readonly Dimension[] | undefined): string =>
  shape ? `[${shape.map((size) => printable(`${size ?? '?'}`)).join(', ')}]` : 'of any shape';

/** Names give way to each other where the line is full; numbers never do. */
function table(layers: readonly Layer[], { chalk, symbols, width }: Style): string[] {
  const cells = layers.map((layer) => columns.map(({ cell }) => cell(layer)));
  const widths = columns.map(({ title }, column) =>
    Math.max(displayWidth(title), ...cells.map((row) => displayWidth(row[column]))),
  );
  const gaps = (columns.length - 1) * 2;
  const excess = widths.reduce((sum, each) => sum + each, gaps) - width;
  const last = widths.length - 1;
  if (excess > 0) {
    const fromOutput = Math.min(excess, Math.max(0, widths[last] - 14));
    widths[last] -= fromOutput;
    widths[0] = Math.max(14, widths[0] - (excess - fromOutput));
  }
  const line = (row: readonly string[]) =>
    row
      .map((text, column) =>
        columns[column].align(shorten(text, widths[column], symbols.ellipsis), widths[column]),
      )
      .join('  ')
      .trimEnd();
  return [chalk.dim(line(columns.map(({ title }) => title))), ...cells.map(line)];
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
