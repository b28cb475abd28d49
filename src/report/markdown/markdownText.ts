import { printable } from '../../text/printable.js';

/**
 * Text as Markdown shows it: nothing in it is markup, a table's border, HTML, or a mention that writes to somebody.
 */
export function markdownText(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]()#+!|~$]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@&#8203;')
    .replaceAll('://', ':&#8203;//');
}

/** A row of a table, of cells that are Markdown already. */
export const markdownRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table of cells that are Markdown already; `right` says which columns are numbers. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const rule = header.map((_, i) => (right.includes(i) ? '---:' : '---'));
  return [markdownRow(header), markdownRow(rule), ...rows.map(markdownRow)].join('\n');
}
