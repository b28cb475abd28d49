import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kinds } from './kinds.js';
import { type Outcome, outcomeOf } from './runCase.js';

/** What the process says of the case that it is at. */
export interface CaseMessage {
  readonly number: number;
  readonly event: 'begins' | 'ends';
  /** MiB, the most that the process ever took. */
  readonly memory: number;
  readonly outcome?: Outcome;
}

// node fuzzProcess.js <kind> <seed> <first> <end>
const [name, seed, first, end] = process.argv.slice(2);
const kind = kinds.find((each) => each.name === name);
if (!kind) throw new Error(`${name} is no kind of file`);
const folder = await mkdtemp(join(tmpdir(), 'delve-fuzz-'));
const tell = (message: Omit<CaseMessage, 'memory'>) =>
  process.send?.({ ...message, memory: Math.round(process.resourceUsage().maxRSS / 1024) });
// What nobody awaits must be seen too.
let stray: string | undefined;
process.on('unhandledRejection', (error) => {
  stray = `unhandled: ${error instanceof Error ? error.stack : String(error)}`;
});
const whole = await kind.whole(folder);
for (let number = Number(first); number < Number(end); number++) {
  tell({ number, event: 'begins' });
  const outcome = await outcomeOf(kind, folder, whole, Number(seed), number);
  tell({ number, event: 'ends', outcome: stray === undefined ? outcome : { is: 'fault', fault: stray } });
  stray = undefined;
}
await rm(folder, { recursive: true });
process.exit(0);
