import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { namesListed } from '../../../text/numbers.js';
import { onlyInput } from '../../onlyInput.js';
import type { DataOptions } from '../../options.js';
import type { Table } from './table.js';

/**
 * The column whose images are read: the one that was asked for, or the only one of bytes.
 *
 * @throws UserError where there are several.
 */
export function imageColumn(
  { columns, origin }: Table,
  asked: readonly number[] | undefined,
  label: number | undefined,
  inputs: readonly ModelInput[],
): number | undefined {
  const candidates = (asked ?? columns.map((_, k) => k)).filter(
    (k) => columns[k].kind === 'bytes' && k !== label,
  );
  if (candidates.length === 0 || (asked === undefined && inputs.length > 1)) return undefined;
  const named = candidates.find((k) => columns[k].name === inputs[0]?.name);
  if (candidates.length === 1 || named !== undefined) return named ?? candidates[0];
  throw new UserError(
    `${origin} has several columns of images (${namesListed(candidates.map((k) => columns[k].name))}): choose one with --columns`,
  );
}

/** @throws UserError for options that have no effect on numbers. */
export function refuseImageOptions({ image = {} }: DataOptions, source: string): void {
  const given = Object.entries(image).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const other = given.find((key) => !['scale', 'mean', 'std'].includes(key));
  if (other === undefined) return;
  throw new UserError(
    `--${other} is an option for images, and columns of numbers are read of ${source}: leave it out`,
  );
}

/**
 * The columns that make the value of an input.
 *
 * @throws UserError where there is none, or one holds no numbers.
 */
export function featuresOf(
  { columns, origin }: Table,
  input: ModelInput,
  inputs: readonly ModelInput[],
  asked: readonly number[] | undefined,
  label: number | undefined,
  source: string,
): readonly number[] {
  const names = columns.map(({ name }) => name);
  const isFeature = (k: number) => columns[k].kind === 'number' || columns[k].kind === 'list';
  const named = names.indexOf(input.name);
  if (inputs.length > 1) {
    if (asked) onlyInput(source, inputs);
    if (named >= 0 && isFeature(named)) return [named];
    throw new UserError(
      `${origin} has no column of numbers called ${input.name}, like the input (its columns: ${namesListed(names, 20)}): name the columns like the inputs, or pass --data <input>=<source> for each`,
    );
  }
  const chosen = asked?.filter((k) => k !== label) ?? (named >= 0 && isFeature(named) ? [named] : undefined);
  const features = chosen ?? names.flatMap((_, k) => (k !== label && isFeature(k) ? [k] : []));
  const odd = features.find((k) => !isFeature(k));
  if (odd !== undefined) {
    throw new UserError(`column ${names[odd]} of ${origin} holds no numbers: choose others with --columns`);
  }
  if (features.length > 0) return features;
  throw new UserError(
    `${origin} has no column of numbers (its columns: ${namesListed(names, 20)}): choose columns that hold numbers, lists of them or images with --columns`,
  );
}
