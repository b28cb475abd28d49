export type CsvCell = string | number | null | undefined;

/** One record as RFC 4180 has it: commas, CRLF, quotes where they are needed. Cells without a value are empty. */
export function csvRow(cells: readonly CsvCell[]): string {
  return `${cells.map(quoted).join(',')}\r\n`;
}

function quoted(cell: CsvCell): string {
  const text = cell === null || cell === undefined ? '' : String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
