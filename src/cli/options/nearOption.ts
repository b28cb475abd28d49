import { editDistance, nearest } from '../../text/nearest.js';

/** Options as other tools, or other words for the same, call them; the first that the command has is meant. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  '--batch-size': ['--batch'],
  '--bs': ['--batch'],
  '--dataset': ['--data'],
  '--input': ['--data'],
  '--output': ['--out', '--output'],
  '--out': ['--output', '--out'],
  '--output-dir': ['--out', '--output'],
  '--save-dir': ['--out', '--output'],
  '--limit': ['--max-samples'],
  '--num-samples': ['--max-samples'],
  '--gpu': ['--device'],
  '--dtype': ['--precision'],
  '--num-threads': ['--threads'],
  '--workers': ['--threads'],
  '--normalize': ['--mean'],
  '--labels': ['--label-column'],
  '--ignore': ['--exclude'],
  '--skip': ['--exclude'],
  '--include': ['--layers'],
  '--silent': ['--quiet'],
};

/** More edits than this share of the longer word, and it is another word. */
const ALIKE = 0.4;

/**
 * The option of a command that someone may have meant who wrote one that it does not have.
 *
 * @param options of the command, as `--batch`.
 */
export function nearOption(unknown: string, options: readonly string[]): string | undefined {
  const [written] = unknown.split('=');
  const known = (otherNames[written.toLowerCase()] ?? []).find((option) => options.includes(option));
  if (known !== undefined || options.length === 0 || !written.startsWith('--')) return known;
  // `--thresholds` and `--batch-samples` begin as an option does, `--max` as several may.
  const begun = options.filter((option) => written.startsWith(option) || option.startsWith(written));
  if (begun.length > 0 && written.length > 3) return nearest(written, begun);
  const near = nearest(written, options);
  return editDistance(written, near) <= ALIKE * (Math.max(written.length, near.length) - 2)
    ? near
    : undefined;
}
