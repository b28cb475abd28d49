import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';
import { readLayers } from '../../readings/layerReadings.js';
import { storedNumbers } from '../../run/layerNumbers.js';
import type { Run, RunLayer } from '../../run/schema.js';
import { version } from '../../version.js';
import { namesOf, type RenderOptions } from '../options.js';
import { furtherColumns } from './furtherColumns.js';
import { dataColumns, type RunColumn, settingColumns } from './runColumns.js';

type Cell = string | number | bigint | readonly (string | number)[] | null;

interface Row {
  readonly name: string;
  readonly run: Run;
  readonly position: number;
  readonly layer: RunLayer;
  readonly reading: string;
}

interface Column {
  readonly name: string;
  readonly type: ColumnType;
  of(row: Row): Cell;
}

/** Kinds of columns, and the elements of Parquet's schema that they are; lists have two more inside. */
const elements = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  count: { type: 'INT64' },
  number: { type: 'DOUBLE' },
} as const;
type ColumnType = keyof typeof elements | 'texts' | 'numbers';

const whole = (value: number | null): bigint | null => (value === null ? null : BigInt(value));

const columns: readonly Column[] = [
  { name: 'run', type: 'text', of: ({ name }) => name },
  ...settingColumns.map(columnOf),
  { name: 'position', type: 'count', of: ({ position }) => BigInt(position) },
  { name: 'layer', type: 'text', of: ({ layer }) => layer.name },
  { name: 'node', type: 'text', of: ({ layer }) => layer.node },
  { name: 'op', type: 'text', of: ({ layer }) => layer.op },
  { name: 'output', type: 'text', of: ({ layer }) => layer.output },
  ...storedNumbers.map(
    (number): Column =>
      number.kind === 'count'
        ? { name: number.key, type: 'count', of: ({ layer }) => whole(number.of(layer)) }
        : { name: number.key, type: 'number', of: ({ layer }) => number.of(layer) },
  ),
  { name: 'reading', type: 'text', of: ({ reading }) => reading },
  { name: 'warnings', type: 'texts', of: ({ layer }) => layer.warnings },
  { name: 'eigenvalues', type: 'numbers', of: ({ layer }) => layer.eigenvalues },
  ...dataColumns.map(columnOf),
  ...furtherColumns.map(
    ({ name, type, of }): Column => ({
      name,
      type,
      of: ({ layer }) => (type === 'count' ? whole(of(layer)) : of(layer)),
    }),
  ),
];

function columnOf({ name, type, of }: RunColumn): Column {
  return {
    name,
    type,
    of: ({ run }) => {
      const value = of(run);
      return type === 'count' && typeof value === 'number' ? BigInt(value) : value;
    },
  };
}

/** One row per layer and run, under the names of `run.json`, with the spectrum as a list; in forward order (`position`). */
export function parquet(runs: readonly Run[], options: RenderOptions): Uint8Array {
  const names = namesOf(runs, options);
  const rows = runs.flatMap((run, index) =>
    readLayers(run).layers.map(
      ({ layer, kind }, position): Row => ({
        name: names[index],
        run,
        position,
        layer,
        reading: kind,
      }),
    ),
  );
  const buffer = parquetWriteBuffer({
    schema: [{ name: 'layers', num_children: columns.length }, ...columns.flatMap(schemaOf)],
    columnData: columns.map(({ name, of }) => ({ name, data: rows.map(of) })),
    createdBy: `delve version ${version}`,
  });
  return new Uint8Array(buffer);
}

function schemaOf({ name, type }: Column): SchemaElement[] {
  const repetition_type = 'OPTIONAL';
  if (type !== 'texts' && type !== 'numbers') {
    return [{ name, repetition_type, ...elements[type] }];
  }
  const element = type === 'texts' ? elements.text : elements.number;
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type, ...element },
  ];
}
