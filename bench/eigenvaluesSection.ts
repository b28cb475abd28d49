import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Context, Measured } from './context.js';
import { symmetricEigenvalues } from './delve.js';
import { compare } from './paired.js';
import { PythonPeer } from './pythonPeer.js';
import { notInstalled, type Row } from './row.js';

/** Orders, and in how many rounds each is measured. */
const ORDERS = [
  { order: 512, rounds: 7 },
  { order: 1024, rounds: 5 },
  { order: 2048, rounds: 3 },
  { order: 4096, rounds: 2 },
] as const;
const BOUND = { atMost: 3 };
/** Of the largest eigenvalue. */
const ACCURACY = 1e-12;

/**
 * The package's own eigenvalues of a symmetric matrix beside NumPy's of the same matrix, in seconds. NumPy may use
 * every hardware thread; the kernel, called from outside the pool of workers, takes one.
 *
 * @throws Error where the two disagree.
 */
export async function eigenvaluesSection(context: Context): Promise<Measured> {
  const work = (order: number) =>
    `eigenvalues ÷ numpy.linalg.eigvalsh (${availableParallelism()} threads), n = ${order}`;
  const peer = await PythonPeer.start(context.python, 'eigvalsh.py', [context.folder]);
  if (typeof peer === 'string') {
    return { rows: ORDERS.map(({ order }) => notInstalled(work(order), BOUND, peer)), details: [] };
  }
  context.versions.numpy = peer.versions.numpy;
  const rows: Row[] = [];
  const details: unknown[] = [];
  for (const { order, rounds } of ORDERS) {
    // Makes the matrix.
    await peer.ask(String(order));
    const matrix = await float64File(join(context.folder, `${order}.f64`));
    const expected = await float64File(join(context.folder, `${order}.values.f64`));
    let deviation = Number.NaN;
    const measured = await compare(
      {
        numpy: () => peer.seconds(String(order)),
        delve: async () => {
          const copy = matrix.slice();
          const start = performance.now();
          const values = await symmetricEigenvalues(copy, order);
          const seconds = (performance.now() - start) / 1000;
          deviation = largestDeviation(values, expected.toReversed());
          return seconds;
        },
      },
      rounds,
      { warmUp: order < 2048 },
    );
    if (!(deviation <= ACCURACY))
      throw new Error(`order ${order}: NumPy's eigenvalues differ by ${deviation}`);
    rows.push({ work: work(order), ratio: measured.delve.ratio, bound: BOUND });
    details.push({ order, deviation, seconds: measured });
  }
  await peer.close();
  return { rows, details };
}

async function float64File(path: string): Promise<Float64Array> {
  const bytes = await readFile(path);
  return new Float64Array(new Uint8Array(bytes).buffer);
}

/** Relative to the largest; both descending. */
function largestDeviation(values: Float64Array, expected: Float64Array): number {
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0) / expected[0];
}
