import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Gpu {
  readonly index: number;
  readonly name: string;
  /** In MiB. */
  readonly memory: number;
  /** In MiB. */
  readonly freeMemory: number;
}

export interface Gpus {
  readonly gpus: readonly Gpu[];
  /** Version of the NVIDIA driver. */
  readonly driver?: string;
  /** The newest CUDA that the driver can run, such as `13.0`. */
  readonly driverCuda?: string;
}

/** NVIDIA's GPUs, as `nvidia-smi` lists them; none where it is not installed or finds none. */
export async function nvidiaGpus(env: NodeJS.ProcessEnv): Promise<Gpus> {
  try {
    const query = [
      '--query-gpu=index,memory.total,memory.free,driver_version,name',
      '--format=csv,noheader,nounits',
    ];
    const [list, banner] = await Promise.all([
      run('nvidia-smi', query, { env, timeout: 20_000 }),
      run('nvidia-smi', [], { env, timeout: 20_000 }),
    ]);
    return readGpus(list.stdout, banner.stdout);
  } catch {
    return { gpus: [] };
  }
}

/** Reads what `nvidia-smi` prints for a query (index, memory, free memory, driver, name), and by itself. */
export function readGpus(list: string, banner: string): Gpus {
  const rows = list
    .split('\n')
    .filter((line) => /^\s*\d+\s*,/.test(line))
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const driver = rows[0]?.[3];
  const driverCuda = /CUDA(?: UMD)? Version:\s*(\d+\.\d+)/.exec(banner)?.[1];
  return {
    gpus: rows.map(([index, memory, free, , ...name]) => ({
      index: Number(index),
      name: name.join(', '),
      memory: Number(memory),
      freeMemory: Number(free),
    })),
    ...(driver === undefined ? {} : { driver }),
    ...(driverCuda === undefined ? {} : { driverCuda }),
  };
}
