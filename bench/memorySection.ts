import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Context, Measured } from './context.js';
import { compare, ratioOf } from './paired.js';
import { type ModelWork, prepared, writeData } from './workload.js';

const CHILD = fileURLToPath(new URL('./memoryChild.js', import.meta.url));
const run = promisify(execFile);

/** What a process is to do whose memory is measured. */
export interface MemoryWork {
  readonly way: 'plain' | 'analyze';
  readonly model: string;
  readonly data: string;
  readonly dataStart: number;
  readonly dims: readonly number[];
  readonly batchSize: number;
  readonly samples: number;
}

/** Peak resident memory of whole processes, in MiB: analysis beside plain inference, and ten times the samples. */
export async function memorySection(
  context: Context,
  [large, small]: readonly [ModelWork, ModelWork],
): Promise<Measured> {
  const images = await peaks(context, large, [128]);
  const many = await peaks(context, small, [1_000, 10_000]);
  const row = (name: string, ratio: typeof many.analyze1000.ratio, atMost: number) => ({
    work: `peak memory: ${name}`,
    ratio,
    bound: { atMost },
  });
  return {
    rows: [
      row(`analyze ÷ plain, ${large.name}`, images.analyze128.ratio, 1.5),
      row(`analyze ÷ plain, ${small.name}`, ratioOf(many.analyze10000, many.plain10000), 1.5),
      row(`10,000 ÷ 1,000 samples, ${small.name}`, ratioOf(many.analyze10000, many.analyze1000), 1.05),
    ],
    details: { unit: 'MiB', [large.name]: images, [small.name]: many },
  };
}

/** Peaks by way and number of samples (`plain1000`, `analyze1000`, …). */
async function peaks({ folder, rounds }: Context, work: ModelWork, counts: readonly number[]) {
  const batches = Math.ceil(Math.max(...counts) / work.batchSize);
  const workload = await prepared({ ...work, batches }, folder);
  const dataStart = await writeData(workload);
  const { model, data, dims, batchSize } = workload;
  const ways = counts.flatMap((samples) =>
    (['plain', 'analyze'] as const).map((way) => {
      const task: MemoryWork = { way, model, data, dataStart, dims, batchSize, samples };
      return [`${way}${samples}`, () => peak(task)] as const;
    }),
  );
  return compare(Object.fromEntries(ways), rounds, { warmUp: false });
}

async function peak(task: MemoryWork): Promise<number> {
  const { stdout } = await run(process.execPath, [CHILD, JSON.stringify(task)]);
  return Number(stdout) / 1024;
}
