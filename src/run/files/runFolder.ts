import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The directory of a run, given that directory or its `run.json`. */
export async function runFolder(dirOrFile: string): Promise<string> {
  const isDirectory = (await stat(dirOrFile).catch(() => undefined))?.isDirectory() ?? true;
  return isDirectory ? dirOrFile : dirname(dirOrFile);
}
