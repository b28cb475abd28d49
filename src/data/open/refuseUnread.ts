import { UserError } from '../../errors.js';
import type { ModelInput } from '../../onnx/modelInput.js';
import { namesListed } from '../../text/numbers.js';
import type { DataOptions, ReaderOptions } from '../options.js';
import { readers } from './registry.js';

/** The kinds of data that options are for. */
const kinds: readonly (readonly [Exclude<ReaderOptions, 'scaling'>, string])[] = [
  ['image', 'images'],
  ['csv', 'tables'],
  ['text', 'texts'],
  ['audio', 'sound'],
  ['seed', 'random:<n>, or for samples that --max-samples draws'],
  ['shapes', 'random:<n> and raw numbers (.bin)'],
  ['dtype', 'raw numbers (.bin)'],
];

const SCALING = ['--scale', '--mean', '--std'];

/**
 * Refuses options that no reader of this run looks at: they would seem to have had an effect.
 *
 * @param used the readers of the sources.
 * @throws UserError that names the options, what they are for and who reads.
 */
export function refuseUnread(options: DataOptions, used: readonly string[]): void {
  const reading = readers.filter(({ name }) => used.includes(name));
  const mayDraw = options.maxSamples !== undefined || options.shuffles === true;
  if (options.inOrder && !mayDraw) {
    throw new UserError(
      '--in-order has no effect without --max-samples: all samples are read in their order',
    );
  }
  for (const [kind, what] of kinds) {
    if (kind === 'seed' && mayDraw) continue;
    const scales = reading.some((reader) => reader.options?.includes('scaling'));
    const given = flagsGiven(options, kind).filter(
      (flag) =>
        !(flag === '--label-column' && options.labels !== undefined) && !(scales && SCALING.includes(flag)),
    );
    if (given.length === 0 || reading.some((reader) => reader.options?.includes(kind))) continue;
    const [is, it] = given.length === 1 ? ['is an option', 'it'] : ['are options', 'them'];
    throw new UserError(
      `${given.join(', ')} ${is} for ${what}, and ${options.data.join(', ')} is read as ` +
        `${used.join(', ')}: leave ${it} out, or choose another --reader`,
    );
  }
}

/** @throws UserError where `--shape` names an input that the model does not have. */
export function refuseUnknownShapes({ shapes = {} }: DataOptions, inputs: readonly ModelInput[]): void {
  const unknown = Object.keys(shapes).find((name) => inputs.every((input) => input.name !== name));
  if (unknown === undefined) return;
  throw new UserError(
    `--shape ${unknown}: the model has no such input (its inputs: ${namesListed(inputs.map(({ name }) => name))})`,
  );
}

/** As they are written on the command line. */
function flagsGiven(options: DataOptions, kind: Exclude<ReaderOptions, 'scaling'>): string[] {
  const value = options[kind];
  if (value === undefined) return [];
  if (kind === 'seed' || kind === 'dtype') return [`--${kind}`];
  const keys = Object.entries(value).flatMap(([key, given]) => (given === undefined ? [] : [key]));
  if (kind === 'shapes') return keys.length > 0 ? ['--shape'] : [];
  return keys.map((key) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}
