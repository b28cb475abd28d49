import { parentPort } from 'node:worker_threads';
import { MatrixProduct } from '../matrixProduct.js';
import { type InnerTask, innerSpectra } from './innerSpectra.js';

/** The spectra of a task, or why there are none. */
export type SpectraReply = { readonly spectra: readonly Float64Array[] } | { readonly error: unknown };

// One thread each: there are as many workers as there are cores.
const product = MatrixProduct.open(1);

parentPort?.on('message', async (task: InnerTask | 'end') => {
  if (task === 'end') {
    await (await product).release();
    parentPort?.close();
    return;
  }
  let reply: SpectraReply;
  try {
    reply = { spectra: await innerSpectra(await product, task) };
  } catch (error) {
    reply = { error };
  }
  parentPort?.postMessage(reply);
});
