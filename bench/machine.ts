import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly threads: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly onnxruntime: string;
}

/** What the figures were taken on. */
export function machine(): Machine {
  const { version }: { version: string } = createRequire(import.meta.url)('onnxruntime-node/package.json');
  return {
    cpu: cpus()[0].model.trim(),
    threads: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    onnxruntime: version,
  };
}

export function machineLine({ cpu, threads, memoryGiB, node, onnxruntime }: Machine): string {
  return `${cpu}, ${threads} hardware threads, ${memoryGiB} GiB, Node ${node}, onnxruntime-node ${onnxruntime}`;
}
