import { readFile } from 'node:fs/promises';
import Papa from 'papaparse';
import { messageOf, UserError } from '../../errors.js';
import type { Scalar } from '../../report/history/scalar.js';
import { isRecord } from '../../shape/jsonShape.js';

/** Columns that say where in the training a row belongs, the first that is there. */
const STEP_NAMES = ['step', 'global_step', 'epoch', 'iteration', 'iter'];

/**
 * The quantities that a training loop appends to a file, one row a step: JSON Lines, or CSV with a header. A last line
 * that is still being written is left for the next time.
 *
 * @param mustExist whether a file that is not there is an error; a training that runs may not have written yet.
 * @throws UserError where the file cannot be read, or a row before the last is neither.
 */
export async function readScalars(path: string, { mustExist = false } = {}): Promise<Scalar[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (!mustExist && error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new UserError(`--scalars ${path} cannot be read: ${messageOf(error)}`);
  }
  const rows = /^\s*\{/.test(text) ? jsonRows(text, path) : csvRows(text);
  const series = new Map<string, [number, number][]>();
  for (const [index, row] of rows.entries()) {
    const stepName = STEP_NAMES.find((name) => Number.isFinite(row.get(name)));
    const step = (stepName === undefined ? undefined : row.get(stepName)) ?? index;
    for (const [name, value] of row) {
      if (STEP_NAMES.includes(name) || !Number.isFinite(value)) continue;
      const points = series.get(name);
      if (points) points.push([step, value]);
      else series.set(name, [[step, value]]);
    }
  }
  return [...series].map(([name, points]) => ({ name, points }));
}

function jsonRows(text: string, path: string): Map<string, number>[] {
  const lines = text.split('\n');
  const isWhole = text.endsWith('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const value: unknown = JSON.parse(line);
      if (!isRecord(value)) throw new Error('no object');
      return [numbersOf(Object.entries(value))];
    } catch {
      if (index === lines.length - 1 && !isWhole) return [];
      throw new UserError(
        `--scalars ${path}, line ${index + 1} is not a JSON object: write one a step, such as {"step": 1, "loss": 0.3}`,
      );
    }
  });
}

function csvRows(text: string): Map<string, number>[] {
  const whole = text.endsWith('\n') ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  const { data } = Papa.parse<string[]>(whole.replace(/^\ufeff/, ''), { skipEmptyLines: true });
  const [names = [], ...rows] = data;
  return rows.map((cells) =>
    numbersOf(
      cells.map((cell, i): [string, unknown] => [
        names[i] ?? '',
        cell.trim() === '' ? undefined : Number(cell),
      ]),
    ),
  );
}

const numbersOf = (entries: readonly [string, unknown][]): Map<string, number> =>
  new Map(entries.flatMap(([name, value]) => (typeof value === 'number' ? [[name, value] as const] : [])));
