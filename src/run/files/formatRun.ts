import type { Run } from '../schema.js';

/**
 * The text of a `run.json`: a key a line, but a list of numbers on one line, or the spectra of a wide network
 * would make files of a hundred thousand lines.
 */
export function formatRun(run: Run | readonly Run[]): string {
  // A raw line break never stands inside a JSON string, so only real lists can match.
  const lists = /\[\n\s+([-+.\de]+(?:,\n\s+[-+.\de]+)*)\n\s+\]/g;
  const text = JSON.stringify(run, null, 2);
  return `${text.replace(lists, (_, numbers: string) => `[${numbers.replace(/\n\s+/g, ' ')}]`)}\n`;
}
