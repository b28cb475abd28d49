import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Context, Section } from './context.js';
import { eigenvaluesSection } from './eigenvaluesSection.js';
import { imagesSection } from './imagesSection.js';
import { javascriptSection } from './javascriptSection.js';
import { machine, machineLine } from './machine.js';
import { memorySection } from './memorySection.js';
import { lstm } from './models/lstm.js';
import { resnet18 } from './models/resnet18.js';
import { resnet50 } from './models/resnet50.js';
import { transformer } from './models/transformer.js';
import { vgg16 } from './models/vgg16.js';
import { batchesSection, modelsSection } from './modelsSection.js';
import { reachTable } from './reachTable.js';
import { readersSection } from './readersSection.js';
import type { Row } from './row.js';
import { startupSection } from './startupSection.js';
import type { ModelWork } from './workload.js';

/*
 * How fast `analyze` is beside plain inference and beside what one would take instead. See README.md.
 */
const work = (
  name: string,
  build: () => Uint8Array,
  [batchSize, batches]: readonly [number, number],
  dims: readonly number[],
  bounds: Pick<ModelWork, 'atMost' | 'atMostFloat32'>,
): ModelWork => ({
  name: `${name} ${dims.slice(-2).join('×')}, batch ${batchSize}`,
  ...{ peer: build.name, build: () => build(), dims, batchSize, batches, ...bounds },
});
const models = [
  work('ResNet18', resnet18, [16, 16], [3, 224, 224], { atMost: 1.7, atMostFloat32: 1.42 }),
  work('ResNet18', resnet18, [64, 128], [3, 32, 32], { atMost: 1.7 }),
  work('VGG16', vgg16, [128, 16], [3, 32, 32], { atMost: 2 }),
  work('ResNet50', resnet50, [8, 16], [3, 224, 224], { atMost: 2 }),
  work('transformer', transformer, [8, 16], [197, 384], { atMost: 2 }),
  work('LSTM', lstm, [32, 64], [100, 64], { atMost: 2 }),
];
const [resnet224, resnet32, , resnet50Work] = models;
const sections: Readonly<Record<string, Section>> = {
  batches: (context) => batchesSection(context, [resnet224, resnet32]),
  models: (context) => modelsSection(context, models.filter(isWanted)),
  javascript: (context) => javascriptSection(context, resnet224),
  eigenvalues: eigenvaluesSection,
  images: (context) => imagesSection(context, resnet224),
  readers: readersSection,
  memory: (context) => memorySection(context, [resnet224, resnet32]),
  startup: (context) => startupSection(context, resnet50Work),
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: Object.keys(sections).join() },
    model: { type: 'string', default: '' },
    python: {
      type: 'string',
      default: fileURLToPath(new URL('../../peers/.venv/bin/python', import.meta.url)),
    },
    save: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1)
  throw new Error('--rounds takes a whole number from 1 upward');
const chosen = options.only.split(',');
const unknown = chosen.find((name) => !(name in sections));
if (unknown !== undefined) {
  throw new Error(`--only ${unknown}: the sections are ${Object.keys(sections).join(', ')}`);
}
function isWanted({ name }: ModelWork): boolean {
  return name.toLowerCase().includes(options.model.toLowerCase());
}

const folder = await mkdtemp(join(tmpdir(), 'delve-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));

const versions: Record<string, string> = {};
const context: Context = { folder, python: options.python, rounds, versions, log: console.log };
console.log(`${machineLine(machine())}; ${rounds} rounds\n`);
const rows: Row[] = [];
const details: Record<string, unknown> = {};
for (const name of chosen) {
  const measured = await sections[name](context);
  rows.push(...measured.rows);
  details[name] = measured.details;
}
console.log(machineLine(machine()));
console.log(
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', '),
);
console.log(`\n${reachTable(rows)}`);
if (options.save) {
  const saved = { date: new Date().toISOString(), machine: machine(), versions, rounds, rows, details };
  await writeFile(new URL('../../results.json', import.meta.url), `${JSON.stringify(saved, undefined, 2)}\n`);
}
