import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The folder of the repository, from a test as from what is compiled below it. */
export const ROOT = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}

/** The package as it was built into `dist/`: what users run. */
async function built<Module>(path: string): Promise<Module> {
  return (await import(pathToFileURL(join(ROOT, 'dist', path)).href)) as Module;
}

export const {
  analyze,
  check,
  inspect,
  readConfig,
  readEmbedding,
  readMoments,
  readRun,
  renderReport,
  UserError,
} = await built<typeof import('../../src/index.js')>('index.js');
export const { openData } =
  await built<typeof import('../../src/data/open/openData.js')>('data/open/openData.js');
