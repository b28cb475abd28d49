import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CaseMessage } from './fuzzProcess.js';
import type { Kind } from './kind.js';
import { kinds } from './kinds.js';

const USAGE = 'npm run fuzz -- [<kind>|all] [<seed>] [<case>|x<count>]';
const SECONDS = 20;
const MEBIBYTES = 2048;

interface Fault {
  readonly number: number;
  readonly what: string;
}

interface Ran {
  readonly faults: readonly Fault[];
  /** Files that were read for all their damage: what tests more than the parser. */
  readonly read: number;
}

/** Runs the cases from `first` on in a process, up to the first that ends it; gives what went wrong and where to go on. */
async function runFrom(
  kind: Kind,
  seed: number,
  first: number,
  end: number,
): Promise<Ran & { next: number }> {
  const program = fileURLToPath(new URL('fuzzProcess.js', import.meta.url));
  const child = fork(program, [kind.name, seed, first, end].map(String), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const faults: Fault[] = [];
  let read = 0;
  let at = first - 1;
  let ended: string | undefined;
  const give = (what: string) => {
    ended = what;
    child.kill('SIGKILL');
  };
  let clock: NodeJS.Timeout | undefined;
  child.on('message', ({ number, event, memory, outcome }: CaseMessage) => {
    clearTimeout(clock);
    if (outcome?.is === 'fault') faults.push({ number, what: outcome.fault });
    if (outcome?.is === 'read') read++;
    if (event === 'begins') {
      at = number;
      clock = setTimeout(() => give(`not done after ${SECONDS} s`), SECONDS * 1000);
    } else if (memory > MEBIBYTES) give(`took ${memory} MiB`);
  });
  const [code, signal] = await once(child, 'exit');
  clearTimeout(clock);
  if (code === 0) return { faults, read, next: end };
  faults.push({ number: at, what: ended ?? `the process ended with ${signal ?? code}: ${said}` });
  return { faults, read, next: at + 1 };
}

async function fuzz(kind: Kind, seed: number, first: number, end: number): Promise<Ran> {
  const faults: Fault[] = [];
  let read = 0;
  for (let next = first; next < end; ) {
    const ran = await runFrom(kind, seed, next, end);
    faults.push(...ran.faults);
    read += ran.read;
    next = ran.next;
  }
  return { faults, read };
}

const [name = 'all', seed = '1', cases = 'x1000'] = process.argv.slice(2);
const wanted = kinds.filter((kind) => name === 'all' || name === kind.name);
if (wanted.length === 0 || !/^\d+$/.test(seed) || !/^x?\d+$/.test(cases)) {
  console.error(`${USAGE}\nkinds: ${kinds.map((kind) => kind.name).join(', ')}`);
  process.exit(2);
}
const [first, end] = cases.startsWith('x') ? [0, Number(cases.slice(1))] : [Number(cases), Number(cases) + 1];
let failed = false;
for (const kind of wanted) {
  const started = performance.now();
  const { faults, read } = await fuzz(kind, Number(seed), first, end);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `${kind.name}: ${end - first} cases, seed ${seed}, ${read} read, ${faults.length} faults, ${seconds} s`,
  );
  for (const { number, what } of faults)
    console.log(`  npm run fuzz -- ${kind.name} ${seed} ${number}\n    ${what}`);
  failed ||= faults.length > 0;
}
process.exit(failed ? 1 : 0);
