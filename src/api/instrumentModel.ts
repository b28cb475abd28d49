import { randomBytes } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { instrument } from '../instrument/instrument.js';
import type { InstrumentOptions } from '../instrument/options.js';
import { findLayers } from '../layers/findLayers.js';
import { selectLayers } from '../layers/selectLayers.js';
import { externalFiles } from '../onnx/externalData.js';
import { readModelFile } from '../onnx/modelFile.js';
import { harmDone } from '../run/files/harm.js';
import type { InspectOptions } from './inspect.js';
import { observationOptions } from './observationOptions.js';

export interface InstrumentModelOptions extends InspectOptions, Partial<InstrumentOptions> {
  /** The `.onnx` file to write. */
  readonly output: string;
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
  const output = await target(options.output, path, model.externalDataFolder);
  const { externalDataFolder: weights } = model;
  const files = weights === undefined ? [] : externalFiles(model.proto, path, weights);
  const harmed = await harmDone(output, {
    files: files.map((file) => ({ path: file, what: `the weights of ${path}` })),
  });
  if (harmed !== undefined) {
    throw new UserError(`--output ${options.output} would be written over ${harmed}: name another file`);
  }
  const layers = selectLayers(findLayers(model, options.operators).layers, options);
  const { bytes } = instrument(model, layers, { ...settings, measureAt: 'output' });
  await writeAtomically(output, bytes);
  return layers.map(({ name }) => name);
}

/** Where to write, with its folder resolved; refused before any work where nothing can be written there. */
async function target(
  output: string,
  model: string,
  externalDataFolder: string | undefined,
): Promise<string> {
  const folder = await realpath(dirname(resolve(output))).catch(() => undefined);
  if (folder === undefined) {
    throw new UserError(`--output ${output}: there is no folder ${dirname(output)}; make it first`);
  }
  const path = join(folder, basename(resolve(output)));
  const [there, given] = await Promise.all([stat(path).catch(() => undefined), stat(model)]);
  if (there?.isDirectory()) throw new UserError(`--output ${output} is a directory: name a file in it`);
  if (there?.dev === given.dev && there.ino === given.ino) {
    throw new UserError(`--output ${output} is the model itself: name another file`);
  }
  if (externalDataFolder !== undefined && folder !== (await realpath(externalDataFolder))) {
    throw new UserError(
      `${model} keeps its weights in external data files, which ONNX looks for beside the model: write the output into ${externalDataFolder}`,
    );
  }
  return path;
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
