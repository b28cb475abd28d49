import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Does work, and watches meanwhile how much of the first GPU's memory is in use, in MiB; 0 where nobody can tell. */
export async function peakMemory<T>(work: () => Promise<T>): Promise<{ result: T; peak: number }> {
  let peak = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      peak = Math.max(peak, await used());
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  try {
    const result = await work();
    over = true;
    await watching;
    return { result, peak };
  } finally {
    over = true;
  }
}

async function used(): Promise<number> {
  try {
    const { stdout } = await run('nvidia-smi', [
      '--query-gpu=memory.used',
      '--format=csv,noheader,nounits',
      '--id=0',
    ]);
    return Number.parseInt(stdout, 10) || 0;
  } catch {
    return 0;
  }
}
