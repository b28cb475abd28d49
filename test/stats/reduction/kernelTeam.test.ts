import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { type SharedReduction, takePart } from '../../../src/stats/reduction/kernelTeam.js';
import { reduceWithKernel, withHelpers } from '../../../src/stats/reduction/tridiagonalKernel.js';
import { largestDifference, normal, symmetric } from '../samples.js';

// Threads run the built code: Node cannot load the sources.
const built = new URL('../../../dist/stats/reduction/kernelTeam.js', import.meta.url).href;
const code = `import(${JSON.stringify(built)}).then(({ takePart }) => {
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', takePart);
  parentPort.postMessage('ready');
});`;
const workers: Worker[] = [];

async function helper(): Promise<(reduction: SharedReduction) => void> {
  const worker = new Worker(code, { eval: true, execArgv: [] });
  workers.push(worker);
  await once(worker, 'message');
  return (reduction) => worker.postMessage(reduction);
}

afterAll(() => Promise.all(workers.map((worker) => worker.terminate())));

const order = 801;
const matrix = symmetric(order, normal(1)).map((value) => value / 32);
const alone = matrix.slice();
const expected = reduceWithKernel(alone, order);

describe('withHelpers', () => {
  it.each([1, 2, 3, 4])('finds the same digits with %d helpers', async (count) => {
    const helpers = await Promise.all(Array.from({ length: count }, helper));
    const found = matrix.slice();
    expect(withHelpers(helpers, () => reduceWithKernel(found, order))).toEqual(expected);
    expect(largestDifference(found, alone)).toBe(0);
  });

  it('goes on without a helper that does not come, and turns it away when it does', () => {
    let missed: SharedReduction | undefined;
    const late = (reduction: SharedReduction) => {
      missed = reduction;
    };
    expect(withHelpers([late], () => reduceWithKernel(matrix.slice(), order))).toEqual(expected);
    if (missed === undefined) throw new Error('nobody was asked');
    takePart(missed);
  });
});
