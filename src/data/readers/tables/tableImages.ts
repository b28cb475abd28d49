import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import type { DataOptions } from '../../options.js';
import type { OpenedStreams } from '../../reader.js';
import type { Selection } from '../../selection.js';
import { requireImageSize } from '../images/imageRoom.js';
import { type ImageItem, openImages } from '../images/imageSet.js';
import { type Cell, isBad, type Row, type Table } from './table.js';
import { classIn } from './tableLabels.js';

/** The images in a column of bytes, prepared as those of a folder are. */
export async function openTableImages(
  table: Table,
  column: number,
  label: number | undefined,
  source: string,
  inputs: readonly ModelInput[],
  options: DataOptions,
): Promise<OpenedStreams> {
  const { name } = table.columns[column];
  const columns = label === undefined ? [column] : [column, label];
  const pick = async function* (selection: Selection): AsyncGenerator<ImageItem> {
    for await (const rows of table.read(columns, selection)) {
      for (const row of rows) yield 'reason' in row ? failed(row.origin, row.reason) : itemOf(row, name);
    }
  };
  const all: Selection = { block: 1, every: 1 };
  const { size } = table;
  const set = { origin: source, size, items: () => pick(all), pick };
  const opened = await openImages(set, source, inputs, options, `${source} holds no rows`);
  const about = { column: name, ...(label === undefined ? {} : { labelColumn: table.columns[label].name }) };
  return { ...opened, preprocessing: { ...about, ...opened.preprocessing } };
}

function itemOf({ origin, cells: [cell, label] }: Row, column: string): ImageItem {
  const told = classIn(label);
  return {
    origin,
    ...(told === undefined ? {} : { label: told }),
    load: async () => imageIn(cell, column),
  };
}

function imageIn(cell: Cell, column: string): Uint8Array {
  if (cell instanceof Uint8Array) {
    requireImageSize(cell.length);
    return cell;
  }
  const what = isBad(cell) ? cell.fault : 'holds no bytes of an image';
  throw new UserError(`column ${column} ${what}: store the images within the file`);
}

const failed = (origin: string, reason: string): ImageItem => ({
  origin,
  async load() {
    throw new UserError(reason);
  },
});
