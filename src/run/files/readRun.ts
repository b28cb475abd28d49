import { constants } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, NoRunError, UserError } from '../../errors.js';
import { requireRegular } from '../../files/regularFile.js';
import type { Run } from '../schema.js';
import { parseRun } from './parseRun.js';

/** The file of a run directory that makes it one. */
export const RUN_FILE = 'run.json';

/**
 * Reads a run back.
 *
 * @param dirOrFile the directory that `delve analyze` wrote, or its `run.json`.
 * @throws UserError that names the file, and the key where it is about one.
 */
export async function readRun(dirOrFile: string): Promise<Run> {
  const file = await runFile(dirOrFile);
  await requireRegular(file);
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > constants.MAX_STRING_LENGTH) throw new Error(`it is ${size} bytes long`);
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read the run ${file}: ${messageOf(error)}`, { cause: error });
  }
  return parseRun(text, file);
}

async function runFile(dirOrFile: string): Promise<string> {
  const found = await stat(dirOrFile).catch(() => undefined);
  if (!found)
    throw new NoRunError(`there is no run at ${dirOrFile}: name a directory that \`delve analyze\` wrote`);
  if (!found.isDirectory() && /\.(?:onnx|ort|pt|pth|pb|h5|keras|tflite|safetensors)$/i.test(dirOrFile)) {
    throw new UserError(
      `${dirOrFile} is a model, not a run: analyse it first (delve analyze <model> --data <source>), then name the directory that this wrote`,
    );
  }
  if (!found.isDirectory()) return dirOrFile;
  const file = join(dirOrFile, RUN_FILE);
  if (!(await stat(file).catch(() => undefined))) {
    throw new UserError(
      `${dirOrFile} holds no ${RUN_FILE}, so it is not a run: name a directory that \`delve analyze\` wrote`,
    );
  }
  return file;
}
