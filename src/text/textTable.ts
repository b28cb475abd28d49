import { displayWidth, padEnd, padStart } from './displayWidth.js';
import { shortNames } from './shortNames.js';

export interface TextColumn {
  readonly title: string;
  /** One a row, without escape sequences. */
  readonly cells: readonly string[];
  /** `left` where absent. */
  readonly align?: 'left' | 'right';
  /** Whether its cells are names, which are cut where there is no room: different ones stay different. */
  readonly isName?: boolean;
  /** Colours a cell that has its width. */
  readonly paint?: (cell: string, row: number) => string;
}

const GAP = '  ';

/** How wide a table is before anything is cut. */
export function tableWidth(columns: readonly TextColumn[]): number {
  return columns.reduce((sum, column) => sum + widest(column) + GAP.length, -GAP.length);
}

/**
 * Columns side by side in at most `width`, as long as the names have room to give.
 *
 * @returns the head and a line a row, without blanks at the end.
 */
export function textTable(
  columns: readonly TextColumn[],
  width: number,
  ellipsis: string,
): { readonly head: string; readonly lines: readonly string[] } {
  const wanted = columns.map(widest);
  const others = columns.reduce(
    (sum, { isName }, i) => sum + GAP.length + (isName ? 0 : wanted[i]),
    -GAP.length,
  );
  const widths = sharedRoom(columns, wanted, width - others);
  const shown = columns.map(({ title, cells, isName }, i) => {
    if (!isName) return cells;
    const short = shortNames([...cells], Math.max(widths[i], title.length), ellipsis);
    return cells.map((cell) => short.get(cell) ?? cell);
  });
  const padded = (text: string, i: number) => {
    if (columns[i].align === 'right') return padStart(text, widths[i]);
    return i === columns.length - 1 ? text : padEnd(text, widths[i]);
  };
  const rows = shown[0].map((_, row) =>
    columns
      .map(({ paint }, i) => {
        const cell = padded(shown[i][row], i);
        return paint && cell !== '' ? paint(cell, row) : cell;
      })
      .join(GAP)
      .trimEnd(),
  );
  return {
    head: columns
      .map(({ title }, i) => padded(title, i))
      .join(GAP)
      .trimEnd(),
    lines: rows,
  };
}

const widest = ({ title, cells }: TextColumn): number =>
  Math.max(displayWidth(title), ...cells.map(displayWidth));

/** What each column gets: those of names share the room, and none more than it needs. */
function sharedRoom(columns: readonly TextColumn[], wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  const names = columns.flatMap(({ isName }, i) => (isName ? [i] : [])).sort((a, b) => wanted[a] - wanted[b]);
  let left = room;
  for (const [rank, i] of names.entries()) {
    const share = Math.floor(left / (names.length - rank));
    widths[i] = Math.max(displayWidth(columns[i].title), Math.min(wanted[i], share));
    left -= widths[i];
  }
  return widths;
}
