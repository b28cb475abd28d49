import type { Run } from '../../run/schema.js';
import { counted } from '../../text/numbers.js';
import { byInterest, fitRows } from './fitRows.js';
import { codeNames } from './foreignText.js';
import {
  headOfOne,
  headOfSeveral,
  type LayerRow,
  numbersOfOne,
  numbersOfSeveral,
  rowsOfOne,
  rowsOfSeveral,
} from './layerRows.js';
import { markdownTable } from './markdownText.js';

/** Up to here a table is read as a whole. */
const LAYERS_UNFOLDED = 30;
const RUNS_SHOWN = 6;

/** Makes tables that take no more than `room` bytes. */
export type Tables = (room: number) => string;

/** Which of many runs have a column: the first, which changes are counted from, and the last ones. */
export function shownRuns(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i).filter(
    (index) => index === 0 || index > count - RUNS_SHOWN,
  );
}

/** Every layer in a row; of many layers, the worst first and all of them folded. */
export function tablesOfOne(run: Run): Tables {
  return (room) => tables(rowsOfOne(run), (rows) => markdownTable(headOfOne(), rows, numbersOfOne), room);
}

/** The same of several runs side by side. */
export function tablesOfSeveral(runs: readonly Run[], names: readonly string[]): Tables {
  const indices = shownRuns(runs.length);
  const shown = indices.map((index) => runs[index]);
  const titles = indices.map((index) => names[index]).map(codeNames(names));
  const omitted = runs.length - shown.length;
  const note =
    omitted > 0
      ? `\n\n${counted(omitted, 'run')} between the first and the last ${RUNS_SHOWN - 1} left out.`
      : '';
  const numbers = numbersOfSeveral(shown.length);
  return (room) =>
    tables(
      rowsOfSeveral(shown),
      (rows) => markdownTable(headOfSeveral(titles), rows, numbers),
      room - note.length,
    ) + note;
}

function tables(
  rows: readonly LayerRow[],
  table: (rows: readonly (readonly string[])[]) => string,
  room: number,
): string {
  const of = (some: readonly LayerRow[]) => table(some.map(({ cells }) => cells));
  const frame = Buffer.byteLength(of([])) + 200;
  if (rows.length <= LAYERS_UNFOLDED) {
    const fitting = fitRows(rows, room - frame);
    return of(fitting) + leftOut(rows.length - fitting.length);
  }
  const worst = fitRows(
    byInterest(rows.filter(({ isFinding }) => isFinding)).slice(0, LAYERS_UNFOLDED),
    room / 2 - frame,
  );
  const open = worst.length === 0 ? '' : `${of(worst)}\n\n`;
  const fitting = fitRows(rows, room - Buffer.byteLength(open) - frame);
  const title =
    fitting.length === rows.length
      ? `All ${rows.length} layers`
      : `${fitting.length} of ${rows.length} layers`;
  return `${open}<details><summary>${title} in forward order</summary>\n\n${of(fitting)}\n\n</details>${leftOut(
    rows.length - fitting.length,
  )}`;
}

const leftOut = (rows: number) =>
  rows === 0
    ? ''
    : `\n\n${counted(rows, 'layer')} left out, the least remarkable ones: a comment holds no more. \`--format csv\` has all of them.`;
