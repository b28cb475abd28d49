import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { fitShape, shapeMismatch } from '../../batches/fitShape.js';
import type { DataOptions, ReaderOptions } from '../../options.js';
import type { OpenedStreams } from '../../reader.js';
import type { ReadSample, SampleStream } from '../../sample.js';
import type { Selection } from '../../selection.js';
import { type Scaling, scaling } from '../arrays/scaledArray.js';
import { columnsAt } from '../csv/columnsAt.js';
import { SharedPass } from '../own/sharedPass.js';
import { askedOneHot, categoriesByName, notAmongFeatures } from './oneHot.js';
import { oneHotTable } from './oneHotTable.js';
import type { Row, Table } from './table.js';
import { featuresOf, imageColumn, refuseImageOptions } from './tableColumns.js';
import { fillings } from './tableFillings.js';
import { openTableImages } from './tableImages.js';
import { classIn, labelColumnOf } from './tableLabels.js';
import { type Features, type RowValue, rowValue } from './tableValues.js';

/** What readers of tables look at. */
export const tableOptions: readonly ReaderOptions[] = ['csv', 'image', 'scaling'];

const ALL: Selection = { block: 1, every: 1 };

/**
 * The rows of a table as samples. A column of bytes holds images; else numbers and lists of numbers are the features:
 * those of `--columns`, the column named like the input, or all of them. Several inputs take the columns of their names.
 *
 * @throws UserError where columns are not there or do not suit the inputs.
 */
export async function openTable(
  table: Table,
  source: string,
  inputs: readonly ModelInput[],
  options: DataOptions,
): Promise<OpenedStreams> {
  try {
    const opened = await open(table, source, inputs, options);
    return { ...opened, close: () => table.close() };
  } catch (error) {
    await table.close();
    throw error;
  }
}

async function open(
  given: Table,
  source: string,
  inputs: readonly ModelInput[],
  options: DataOptions,
): Promise<OpenedStreams> {
  const { csv = {} } = options;
  const names = given.columns.map(({ name }) => name);
  const { table, encoded } =
    csv.oneHot === undefined
      ? { table: given, encoded: [] }
      : await oneHotTable(given, askedOneHot(csv.oneHot, names, given.origin), csv.missing !== undefined);
  const asked = csv.columns === undefined ? undefined : columnsAt(csv.columns, names, table.origin);
  const label = labelColumnOf(given, csv.labelColumn, inputs, asked ?? []);
  const told =
    label !== undefined && csv.labelColumn === undefined
      ? [`labels are taken from column ${names[label]} of ${source}`]
      : [];
  const image = imageColumn(table, asked, label, inputs);
  if (image !== undefined) {
    const odd = csv.missing !== undefined ? '--missing' : csv.oneHot !== undefined ? '--one-hot' : undefined;
    if (odd !== undefined) throw new UserError(`${odd} is for columns of values, and images are read`);
    const opened = await openTableImages(table, image, label, source, inputs, options);
    return { ...opened, notices: [...told, ...(opened.notices ?? [])] };
  }
  refuseImageOptions(options, source);
  const chosen = inputs.map((input) => featuresOf(table, input, inputs, asked, label, source));
  const stray = encoded.find(({ column }) => !chosen.flat().includes(column));
  if (stray) throw notAmongFeatures(names[stray.column]);
  const read = [...new Set([...chosen.flat(), ...(label === undefined ? [] : [label])])];
  const fill = csv.missing === undefined ? undefined : await fillings(table, read, csv.missing, label);
  const plans = inputs.map((input, k): Plan => {
    const at = chosen[k].map((column) => read.indexOf(column));
    const columns = chosen[k].map((column) => table.columns[column]);
    const features = { columns, ...(fill ? { fill: Float64Array.from(at, (i) => fill[i]) } : {}) };
    const shapeless = columns.length > 1 || columns.every(({ rank }) => rank <= 1);
    return { input, at, features, shapeless };
  });
  const labelAt = label === undefined ? undefined : read.indexOf(label);
  const prepared = await prepare(table, read, plans, source, options);
  const rows = (selection: Selection) => samplesOf(table, read, prepared, labelAt, selection);
  return {
    streams: streamsOf(table, prepared, label !== undefined, rows),
    preprocessing: {
      columns: [...new Set(chosen.flat())].map((column) => names[column]),
      ...(label === undefined ? {} : { labelColumn: names[label] }),
      ...(csv.missing === undefined ? {} : { missing: csv.missing }),
      ...(encoded.length > 0 ? { oneHot: categoriesByName(encoded, names) } : {}),
      ...Object.assign({}, ...prepared.map(({ scaled }) => scaled?.preprocessing ?? {})),
    },
    notices: [...told, ...prepared.flatMap(({ scaled }) => scaled?.notices ?? [])],
  };
}

/** What an input is made of; `at`: positions among the cells that are read. */
interface Plan {
  readonly input: ModelInput;
  readonly at: readonly number[];
  readonly features: Features;
  readonly shapeless: boolean;
}

interface PreparedPlan extends Plan {
  readonly scaled: Scaling | undefined;
}

/** Holds the first sound row against the inputs, whose shapes lists alone tell. */
async function prepare(
  table: Table,
  read: readonly number[],
  plans: readonly Plan[],
  source: string,
  { image, onError }: DataOptions,
): Promise<PreparedPlan[]> {
  let isEmpty = true;
  for await (const rows of table.read(read, ALL)) {
    for (const row of rows) {
      isEmpty = false;
      if ('reason' in row) continue;
      const values = plans.map(({ features, at }) =>
        rowValue(
          features,
          at.map((i) => row.cells[i]),
        ),
      );
      if (values.some((value) => typeof value === 'string')) continue;
      if (onError === 'skip' && !allFit(values, plans)) continue;
      return plans.map((plan, k) => {
        const value = values[k];
        if (typeof value === 'string') throw new Error(value);
        if (!fitShape(value.dims, plan.input, plan.shapeless)) {
          throw new UserError(
            `the rows of ${source} do not fit: ${shapeMismatch(value.dims, plan.input)}; choose the columns with --columns`,
          );
        }
        const scaled = scaling({ ...value, origin: source }, plan.input, image);
        return { ...plan, scaled };
      });
    }
  }
  if (isEmpty) throw new UserError(`${source} holds no rows: it needs at least one`);
  // Reading tells what is wrong with all of them.
  return plans.map((plan) => ({ ...plan, scaled: undefined }));
}

/** Only lists may differ from row to row. */
const allFit = (values: readonly (RowValue | string)[], plans: readonly Plan[]): boolean =>
  plans.every(({ input, features, shapeless }, k) => {
    const value = values[k];
    if (features.columns.every(({ kind }) => kind === 'number')) return true;
    return typeof value !== 'string' && fitShape(value.dims, input, shapeless) !== undefined;
  });

/** For each row a value for each input; a row that is wrong for one has failed in all. */
async function* samplesOf(
  table: Table,
  read: readonly number[],
  plans: readonly PreparedPlan[],
  label: number | undefined,
  selection: Selection,
): AsyncGenerator<readonly (readonly ReadSample[])[]> {
  for await (const rows of table.read(read, selection)) {
    yield rows.map((row) => ('reason' in row ? plans.map(() => row) : valuesOf(row, plans, label)));
  }
}

function valuesOf(
  { origin, cells }: Row,
  plans: readonly PreparedPlan[],
  label: number | undefined,
): ReadSample[] {
  const failed = (reason: string) => plans.map(() => ({ origin, reason }));
  const told = label === undefined ? undefined : classIn(cells[label]);
  if (label !== undefined && told === undefined) return failed('its label is missing: give every row one');
  const values: ReadSample[] = [];
  for (const { features, at, scaled } of plans) {
    const value = rowValue(
      features,
      at.map((i) => cells[i]),
    );
    if (typeof value === 'string') return failed(value);
    const sample = { ...value, origin, ...(told === undefined ? {} : { label: told }) };
    values.push(scaled?.apply ? scaled.apply(sample) : sample);
  }
  return values;
}

function streamsOf(
  table: Table,
  plans: readonly PreparedPlan[],
  labelled: boolean,
  rows: (selection: Selection) => AsyncIterable<readonly (readonly ReadSample[])[]>,
): Map<string, SampleStream> {
  const passes = new WeakMap<Selection, SharedPass>();
  return new Map(
    plans.map(({ input, shapeless }, k): [string, SampleStream] => [
      input.name,
      {
        origin: table.origin,
        shapeless,
        labelled,
        get size() {
          return table.size;
        },
        async *read(selection) {
          if (plans.length === 1) {
            for await (const chunk of rows(selection)) yield chunk.map(([value]) => value);
            return;
          }
          // All inputs of a pass come out of one reading.
          const pass = passes.get(selection) ?? new SharedPass(single(rows(selection)), plans.length);
          passes.set(selection, pass);
          try {
            for await (const value of pass.column(k)) yield [value];
          } finally {
            await pass.close();
          }
        },
      },
    ]),
  );
}

async function* single<Item>(chunks: AsyncIterable<readonly Item[]>): AsyncGenerator<Item> {
  for await (const chunk of chunks) yield* chunk;
}
