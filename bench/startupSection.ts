import { spawnSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { Context, Measured } from './context.js';
import { compare } from './paired.js';
import { type ModelWork, prepared } from './workload.js';

const PROGRAM = fileURLToPath(new URL('../../../bin/delve.js', import.meta.url));
const ROUNDS = 15;

/** Seconds from starting the process to its end: the help, and inspecting a large model, beside Node doing nothing. */
export async function startupSection(context: Context, large: ModelWork): Promise<Measured> {
  const { model } = await prepared(large, context.folder);
  const megabytes = Math.round((await stat(model)).size / 1e6);
  const measured = await compare(
    {
      node: async () => seconds(['-e', '0']),
      help: async () => seconds([PROGRAM, '--help']),
      inspect: async () => seconds([PROGRAM, 'inspect', model]),
    },
    ROUNDS,
  );
  const rows = [
    { work: 'delve --help ÷ node -e 0', ratio: measured.help.ratio, bound: { atMost: 2.5 } },
    {
      work: `delve inspect, ${megabytes} MB ÷ node -e 0`,
      ratio: measured.inspect.ratio,
      bound: { atMost: 6 },
    },
  ];
  return { rows, details: { seconds: measured } };
}

function seconds(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const taken = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`node ${args.join(' ')} failed:\n${stderr}`);
  return taken;
}
