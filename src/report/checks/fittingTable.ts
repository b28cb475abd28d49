import { markdownTable } from '../markdown/markdownText.js';

/** For the sentence on what is left out. */
const SENTENCE = 200;

/**
 * A table of as many rows as fit, the first ones, and a sentence on the others.
 *
 * @param rows as Markdown, a line each.
 * @param room in bytes.
 * @param leftOut says what the last rows are, by their number.
 */
export function fittingTable(
  header: readonly string[],
  rows: readonly string[],
  room: number,
  leftOut: (rows: number) => string,
): string {
  const head = markdownTable(header, []);
  const sizes = rows.map((row) => Buffer.byteLength(row) + 1);
  const all = sizes.reduce((sum, size) => sum + size, Buffer.byteLength(head));
  if (all <= room) return [head, ...rows].join('\n');
  let used = Buffer.byteLength(head) + SENTENCE;
  let shown = 0;
  while (shown < rows.length && used + sizes[shown] <= room) {
    used += sizes[shown];
    shown++;
  }
  const rest = leftOut(rows.length - shown);
  return shown === 0 ? rest : `${[head, ...rows.slice(0, shown)].join('\n')}\n\n${rest}`;
}
