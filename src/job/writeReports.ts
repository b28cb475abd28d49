import { join } from 'node:path';
import { loadedFormat, type ReportOptions, renderReport } from '../report/report.js';
import { readsOf } from '../run/files/harm.js';
import type { Run } from '../run/schema.js';
import { isFolder, type OutputFile, textIn, writeOutputs } from './outputFiles.js';
import { requireHarmless } from './requireHarmless.js';

/**
 * Renders runs in one format or several, and writes what comes out. Everything is rendered before anything is written.
 *
 * @param output a file; or a folder, where there are several formats, where one makes a folder, where it is one
 *   already or where it ends as one.
 * @returns the paths of the files.
 * @throws UserError where a format cannot show these runs, or a file cannot be written or would cost a run, a model or
 *   data.
 */
export async function writeReports(
  runs: readonly Run[],
  formats: readonly string[],
  output: string,
  options: ReportOptions,
): Promise<readonly string[]> {
  const chosen = await Promise.all(
    formats.map(async (format) => ({ format, ...(await loadedFormat(format)) })),
  );
  const isOne = chosen.length === 1;
  const placeIn = isOne && !(await isFolder(output)) ? undefined : output;
  const files: OutputFile[] = [];
  for (const { format, fileName, appends } of chosen) {
    const path = placeIn === undefined ? output : join(placeIn, fileName(options));
    const existing = appends ? await textIn(path) : undefined;
    const content = await renderReport(runs, {
      ...options,
      format,
      ...(existing === undefined ? {} : { existing }),
    });
    if (typeof content === 'string' || content instanceof Uint8Array) files.push({ path, content });
    // Files of one format lie in the folder that is named; of several, in one each.
    else
      for (const [name, part] of content)
        files.push({ path: join(isOne ? output : path, name), content: part });
  }
  await requireHarmless(
    files.map(({ path }) => path),
    readsOf(runs, options.folders ?? []),
  );
  const isOneFile = files.length === 1 && files[0].path === output;
  await writeOutputs(files, { makeFolders: !isOneFile });
  return files.map(({ path }) => path);
}
