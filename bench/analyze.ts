import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, machineLine } from './machine.js';
import { resnet18 } from './models/resnet18.js';
import { perBatch } from './perBatch.js';
import { perBatchTable, wholeRunTable } from './tables.js';
import { wholeRun } from './wholeRun.js';
import { elementsOf, type Workload } from './workload.js';

/*
 * How fast `analyze` is beside plain inference of the same model. See README.md.
 */
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    'only-batches': { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1)
  throw new Error('--rounds takes a whole number from 1 upward');

const folder = await mkdtemp(join(tmpdir(), 'delve-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const model = join(folder, 'resnet18.onnx');
await writeFile(model, resnet18());
const of = (side: number, batchSize: number, batches: number): Workload => ({
  name: `ResNet18 ${side}×${side}, batch ${batchSize}`,
  model,
  data: join(folder, `${side}.npy`),
  dims: [3, side, side],
  batchSize,
  batches,
});

console.log(`${machineLine(machine())}; ${rounds} rounds\n`);
const results = [];
for (const workload of [of(224, 16, 16), of(32, 64, 128)]) {
  const batches = await perBatch(workload, rounds);
  console.log(`${perBatchTable(workload, batches)}\n`);
  const whole = options['only-batches'] ? undefined : await wholeRun(workload, rounds);
  if (whole) console.log(`${wholeRunTable(workload, whole)}\n`);
  const { name, dims, batchSize } = workload;
  results.push({ name, elements: elementsOf(dims), batchSize, perBatch: batches, wholeRun: whole });
}
if (options.save) {
  const saved = { date: new Date().toISOString(), machine: machine(), rounds, results };
  const file = new URL('../../results.json', import.meta.url);
  await writeFile(file, `${JSON.stringify(saved, undefined, 2)}\n`);
}
