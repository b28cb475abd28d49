import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { ACCUMULATION_OPSET } from '../instrument/accumulate.js';
import { instrument } from '../instrument/instrument.js';
import type { InstrumentOptions } from '../instrument/options.js';
import { findLayers } from '../layers/findLayers.js';
import { selectLayers } from '../layers/selectLayers.js';
import { externalFiles } from '../onnx/externalData.js';
import { readModelFile } from '../onnx/modelFile.js';
import type { InspectOptions } from './inspect.js';
import { modelTarget } from './modelTarget.js';
import { observationOptions } from './observationOptions.js';

export interface InstrumentModelOptions extends InspectOptions, Partial<InstrumentOptions> {
  /** The `.onnx` file to write. */
  readonly output: string;
  /**
   * Batches that one run takes (1): above 1 every input has a leading axis of so many batches, and the moments are sums
   * over them; `auto` leaves their number open.
   */
  readonly accumulate?: number | 'auto';
}

/**
 * Writes the rewritten model: its outputs are `delve/<layer>/count`, `/sum`, `/scatter` (and `/shift` in float32)
 * for every layer, listed as JSON in its metadata under `delve.layers`.
 *
 * @param path a `.onnx` file.
 * @returns the names of the observed layers, in graph order.
 * @throws UserError where the model cannot be read or the file cannot stand there.
 */
export async function instrumentModel(path: string, options: InstrumentModelOptions): Promise<string[]> {
  const settings = observationOptions(options);
  const model = await readModelFile(path);
  const { externalDataFolder: weights } = model;
  const files = weights === undefined ? [] : externalFiles(model.proto, path, weights);
  const output = await modelTarget(options.output, path, {
    files: files.map((file) => ({ path: file, what: `the weights of ${path}` })),
  });
  if (weights !== undefined && dirname(output) !== (await realpath(weights))) {
    throw new UserError(
      `${path} keeps its weights in external data files, which ONNX looks for beside the model: write the output into ${weights}`,
    );
  }
  const layers = selectLayers(findLayers(model, options.operators).all, options);
  const { accumulate = 1 } = options;
  const batches = accumulate === 'auto' ? 'several' : accumulate;
  const { bytes, accumulates } = instrument(model, layers, { ...settings, measureAt: 'output' }, batches);
  if (batches !== 1 && !accumulates) {
    throw new UserError(
      `--accumulate ${accumulate} takes a model of opset ${ACCUMULATION_OPSET} or newer: convert ${path}, or leave it out`,
    );
  }
  await writeAtomically(output, bytes);
  return layers.map(({ name }) => name);
}

async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new UserError(`${path} cannot be written (${messageOf(error)}): check the folder`, {
      cause: error,
    });
  }
}
