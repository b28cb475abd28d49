import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';

/** A folder with these files that is gone after the test. */
export async function folderWith(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'delve-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** A folder for all tests of a file, gone after the last of them. */
export function lastingFolder(): { readonly path: string } {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'delve-')));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return { path };
}
