import { access, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type CsvRow, csvRows } from '../../data/readers/csv/csvRows.js';
import { requireFits } from '../../data/requireFits.js';
import { UserError } from '../../errors.js';
import { requireRegular } from '../../files/regularFile.js';
import { csvRow } from '../../text/csvRow.js';
import type { Run } from '../schema.js';
import { runFolder } from './runFolder.js';

/** The file of a run directory that holds its projected samples. */
export const EMBEDDING_FILE = 'embedding.csv';

const COLUMNS = ['layer', 'sample', 'label', 'x', 'y'] as const;
const ROWS_A_WRITE = 1000;

/** Where each sample lies in the plane of the first two eigenvectors of each layer's covariance. */
export interface Embedding {
  /** The class of each sample, in the order of the data; `undefined` where the data has none. */
  readonly labels: readonly (string | undefined)[];
  /**
   * By layer name, in graph order: x and y of the first sample, of the second, …, `2 × samples` numbers; NaN where a
   * sample never reached the layer.
   */
  readonly layers: ReadonlyMap<string, Float64Array>;
}

/** Writes one row per layer and sample, samples being counted from 0, numbers with all their digits. */
export async function writeEmbedding(file: FileHandle, embedding: Embedding): Promise<void> {
  for (const piece of pieces(embedding)) await file.appendFile(piece);
}

function* pieces({ labels, layers }: Embedding): Generator<string> {
  yield csvRow(COLUMNS);
  for (const [layer, coordinates] of layers) {
    for (let start = 0; start < labels.length; start += ROWS_A_WRITE) {
      const rows = labels.slice(start, start + ROWS_A_WRITE).map((label, i) => {
        const sample = start + i;
        return csvRow([
          layer,
          sample,
          label,
          cell(coordinates[sample * 2]),
          cell(coordinates[sample * 2 + 1]),
        ]);
      });
      yield rows.join('');
    }
  }
}

const cell = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);

/**
 * The embedding of a run. Layers that have none (invalid ones, and those that a warning says so of) are absent.
 *
 * @param dirOrFile the run's directory, or its `run.json`.
 * @param run what `readRun` read there: the embedding must be of its layers and samples.
 * @throws UserError where the run was made without `--embedding`, or the file is damaged or belongs to another run.
 */
export async function readEmbedding(dirOrFile: string, run: Run): Promise<Embedding> {
  const folder = await runFolder(dirOrFile);
  const path = join(folder, EMBEDDING_FILE);
  await access(path).catch((cause: unknown) => {
    throw new UserError(`the run ${folder} has no ${EMBEDDING_FILE}: analyze again with --embedding`, {
      cause,
    });
  });
  await requireRegular(path);
  const reading = new Reading(path, run);
  for await (const rows of csvRows(path, { delimiter: ',', newline: '\r\n' })) {
    for (const row of rows) reading.add(row);
  }
  return reading.end();
}

/** An embedding that is read row by row. */
class Reading {
  readonly #path: string;
  readonly #names: ReadonlySet<string>;
  readonly #samples: number;
  readonly #labels: (string | undefined)[] = [];
  readonly #layers = new Map<string, Float64Array>();
  #current: { readonly layer: string; readonly coordinates: Float64Array } | undefined;
  #sample = 0;
  #headed = false;

  constructor(path: string, run: Run) {
    this.#path = path;
    this.#names = new Set(run.layers.map(({ name }) => name));
    this.#samples = run.data.samples;
    requireFits(
      2 * this.#samples * run.layers.length,
      'float64',
      `${path}: the embedding of ${this.#samples} samples, as many as the run tells,`,
      'check data.samples in run.json',
    );
  }

  add({ line, cells }: CsvRow): void {
    if (!this.#headed) {
      if (cells.join() !== COLUMNS.join()) throw this.#damaged(line, `should be ${COLUMNS.join()}`);
      this.#headed = true;
      return;
    }
    if (cells.length !== COLUMNS.length) throw this.#damaged(line, `has ${cells.length} cells instead of 5`);
    const [layer, sample, label, x, y] = cells;
    if (this.#current?.layer !== layer) this.#begin(layer, line);
    if (!this.#current || sample !== String(this.#sample) || this.#sample >= this.#samples) {
      throw this.#damaged(line, `is of sample ${sample}, which does not stand here`);
    }
    const { coordinates } = this.#current;
    for (const [axis, text] of [x, y].entries()) {
      const value = text === '' ? Number.NaN : Number(text);
      if (text !== '' && !Number.isFinite(value))
        throw this.#damaged(line, `holds ${text}, which is not a number`);
      coordinates[this.#sample * 2 + axis] = value;
    }
    if (this.#layers.size === 1) this.#labels.push(label === '' ? undefined : label);
    this.#sample++;
  }

  end(): Embedding {
    if (!this.#headed) throw this.#damaged(1, `should be ${COLUMNS.join()}`);
    this.#requireWhole();
    return { labels: this.#labels, layers: this.#layers };
  }

  #begin(layer: string, line: number): void {
    this.#requireWhole();
    if (!this.#names.has(layer))
      throw this.#damaged(line, `is of layer ${layer}, which the run does not have`);
    if (this.#layers.has(layer)) throw this.#damaged(line, `is of layer ${layer}, which came before`);
    this.#current = { layer, coordinates: new Float64Array(this.#samples * 2) };
    this.#layers.set(layer, this.#current.coordinates);
    this.#sample = 0;
  }

  #requireWhole(): void {
    if (!this.#current || this.#sample === this.#samples) return;
    throw new UserError(
      `${this.#path} does not hold the embedding of this run: layer ${this.#current.layer} has ${this.#sample} samples of ${this.#samples}; analyze again with --embedding`,
    );
  }

  #damaged(line: number, fault: string): UserError {
    return new UserError(
      `${this.#path} does not hold the embedding of this run: line ${line} ${fault}; analyze again with --embedding`,
    );
  }
}
