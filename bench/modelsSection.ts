import { availableParallelism } from 'node:os';
import type { Context, Measured } from './context.js';
import { ratioOf } from './paired.js';
import { type PerBatch, perBatch } from './perBatch.js';
import { PythonPeer } from './pythonPeer.js';
import { notInstalled, type Row } from './row.js';
import { perBatchTable, wholeRunTable } from './tables.js';
import { wholeRun } from './wholeRun.js';
import { type ModelWork, prepared } from './workload.js';

const FASTER_THAN_PYTHON = { atLeast: 1.5 };

/** Whole runs of every model beside plain inference and the Python package. */
export async function modelsSection(context: Context, models: readonly ModelWork[]): Promise<Measured> {
  const rows: Row[] = [];
  const peers: Row[] = [];
  const details: unknown[] = [];
  for (const model of models) {
    const workload = await prepared(model, context.folder);
    const { name, peer, batchSize } = model;
    const args = [peer, workload.data, String(batchSize), String(availableParallelism())];
    const python = await PythonPeer.start(context.python, 'delve_run.py', args);
    const there = typeof python === 'string' ? undefined : python;
    if (there) Object.assign(context.versions, there.versions);
    const float32 = model.atMostFloat32 !== undefined;
    const whole = await wholeRun(workload, { rounds: context.rounds, float32, python: there });
    await there?.close();
    context.log(`${wholeRunTable(workload, whole)}\n`);
    details.push({ name, batchSize, dims: model.dims, ...whole });

    const { plain, float64, float32: single, python: delve } = whole.seconds;
    const of = (ratio: string) => `${ratio}, ${name}`;
    rows.push({ work: of('analyze ÷ plain'), ratio: float64.ratio, bound: { atMost: model.atMost } });
    if (single && model.atMostFloat32 !== undefined) {
      const bound = { atMost: model.atMostFloat32 };
      rows.push({ work: of('analyze float32 ÷ plain'), ratio: ratioOf(single, plain), bound });
    }
    const work = of('Python delve ÷ analyze');
    peers.push(
      delve
        ? { work, ratio: ratioOf(delve, float64), bound: FASTER_THAN_PYTHON }
        : notInstalled(work, FASTER_THAN_PYTHON, String(python)),
    );
  }
  return { rows: [...rows, ...peers], details };
}

/** Single batches of the models on warm sessions: where the time of a run comes from. */
export async function batchesSection(context: Context, models: readonly ModelWork[]): Promise<Measured> {
  const details: { name: string; perBatch: PerBatch }[] = [];
  for (const model of models) {
    const workload = await prepared(model, context.folder);
    const measured = await perBatch(workload, context.rounds);
    context.log(`${perBatchTable(workload, measured)}\n`);
    details.push({ name: model.name, perBatch: measured });
  }
  const rows = details.map(({ name, perBatch: { float64 } }) => ({
    work: `one batch with moments ÷ plain, ${name}`,
    ratio: float64.ratio,
  }));
  return { rows, details };
}
