import { UserError } from '../../errors.js';
import { namesListed } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import type { SeriesEntry } from './series.js';

/** @throws UserError where a checkpoint could not be analysed, or there was none. */
export function requireAllAnalysed(entries: readonly SeriesEntry[]): void {
  if (entries.length === 0) {
    throw new UserError('there is no checkpoint to analyse: the folder holds no .onnx file');
  }
  const broken = entries.flatMap(({ file, error }) => (error === undefined ? [] : [{ file, error }]));
  if (broken.length === 0) return;
  const [{ file, error }] = broken;
  throw new UserError(
    broken.length === 1
      ? `${printable(file)} could not be analysed: ${error}`
      : `${broken.length} checkpoints could not be analysed (${namesListed(broken.map((each) => printable(each.file)))}): ${error}`,
  );
}
