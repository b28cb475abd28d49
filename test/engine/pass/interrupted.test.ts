import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { modelBytes, momentNodes, node, tensor, value } from '../../support/models.js';

const built = (file: string) => new URL(`../../../dist/engine/${file}`, import.meta.url).href;
const { nodes, outputs } = momentNodes('last', 'y400');

/** A model whose single run multiplies 2048 × 2048 matrices `products` times: 17 GFLOP each. */
const slowModel = (products: number) =>
  modelBytes({
    inputs: [value('x', 'float32', ['n', 1])],
    nodes: [
      node('Expand', ['x', 'shape'], ['y0']),
      ...Array.from({ length: products }, (_, i) =>
        node('MatMul', [`y${i}`, 'y0'], [i === products - 1 ? 'y400' : `y${i + 1}`]),
      ),
      ...nodes,
    ],
    initializers: [tensor('shape', 'int64', [2], [2048, 2048])],
    outputs: [outputs.count, outputs.sum, outputs.scatter],
  });

/** A program that is interrupted half a second after its first batch began to run, and leaves as the command line does. */
const program = (model: string) => `
  import { readFileSync } from 'node:fs';
  import { observe } from '${built('observe.js')}';
  import { exitInterrupted } from '${built('pass/interrupted.js')}';
  const abort = new AbortController();
  process.on('SIGINT', () => abort.abort());
  const source = {
    size: 2,
    async *feeds() {
      for (let i = 0; i < 2; i++) {
        yield { samples: 1, tensors: { x: { type: 'float32', dims: [1, 1], data: new Float32Array(1) } } };
      }
    },
  };
  const model = { bytes: readFileSync('${model}'), layers: ${JSON.stringify([outputs])} };
  setTimeout(() => process.kill(process.pid, 'SIGINT'), 800);
  setTimeout(() => {}, 60_000);
  try {
    await observe(model, source, { provider: 'cpu', precision: 'float64', batchSize: 1, signal: abort.signal });
    console.log('finished');
  } catch (error) {
    console.log(error.name);
  }
  exitInterrupted();
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delve-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a shell sees: the program's status, what it printed, and the seconds from start to end. */
async function inShell(products: number) {
  const model = join(folder, `${products}.onnx`);
  const script = join(folder, `${products}.mjs`);
  await writeFile(model, slowModel(products));
  await writeFile(script, program(model));
  const started = Date.now();
  const shell = spawn('sh', ['-c', '"$0" "$1"; echo "status $?"', process.execPath, script]);
  const printed = await text(shell.stdout);
  return { lines: printed.trim().split('\n'), seconds: (Date.now() - started) / 1000 };
}

it.skipIf(process.platform === 'win32')('ends with status 130 while a batch of a minute runs', async () => {
  const { lines, seconds } = await inShell(400);
  expect(lines).toEqual(['InterruptedError', 'status 130']);
  // 0.8 until the signal, 1 of grace, and the start of the process.
  expect(seconds).toBeLessThan(5);
});

it.skipIf(process.platform === 'win32')(
  'ends with status 130 where the batch that runs ends soon',
  async () => {
    const { lines } = await inShell(8);
    expect(lines.at(-1)).toBe('status 130');
  },
);
