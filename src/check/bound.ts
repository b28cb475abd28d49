import { UserError } from '../errors.js';
import { layerGlob } from '../layers/layerGlob.js';
import { namesListed } from '../text/numbers.js';

/** A bound on a saturation or its drop: of all layers, or of those whose names match the glob. */
export interface Bound {
  readonly glob?: string;
  /** From 0 to 1. */
  readonly bound: number;
}

/**
 * A bound as it is given on the command line: `0.05`, or `layer4.*=0.02` for some layers.
 *
 * @param option the option it stands at, for messages.
 * @throws UserError where it is neither, or the number is not from 0 to 1.
 */
export function parseBound(text: string, option: string): Bound {
  // The last one, since names of layers may hold equals signs.
  const equals = text.lastIndexOf('=');
  const glob = text.slice(0, Math.max(0, equals)).trim();
  const number = text.slice(equals + 1).trim();
  if ((equals >= 0 && glob === '') || !/^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(number)) {
    throw new UserError(
      `${option} ${text} is no bound: give a number as 0.05, or a glob and a number as 'layer4.*=0.02'`,
    );
  }
  const bound = boundOf(Number(number), `${option} ${text}`);
  return equals < 0 ? { bound } : { glob, bound };
}

/** @throws UserError where the number is not from 0 to 1; `place` names where it stands. */
export function boundOf(value: number, place: string): number {
  if (value >= 0 && value <= 1) return value;
  throw new UserError(
    `${place} is out of range: saturation is a share, so bounds go from 0 to 1 (5 % is 0.05)`,
  );
}

/** The bound that counts for a layer: of the globs that match it the last, else the last that has no glob. */
export type BoundFor = (layer: string) => Bound | undefined;

/**
 * @param names of the layers that there are.
 * @param rule for messages.
 * @throws UserError where a glob matches none of the names, or a bound is out of range.
 */
export function resolveBounds(bounds: readonly Bound[], names: readonly string[], rule: string): BoundFor {
  const globs = bounds.flatMap(({ glob, bound }) => {
    boundOf(bound, `${rule} ${glob === undefined ? '' : `${glob}=`}${bound}`);
    if (glob === undefined) return [];
    const matches = layerGlob(glob);
    if (!names.some(matches)) {
      throw new UserError(`${rule} ${glob}=${bound} matches no layer: the run has ${namesListed(names)}`);
    }
    return [{ matches, bound: { glob, bound } }];
  });
  const base = bounds.findLast(({ glob }) => glob === undefined);
  return (layer) => globs.findLast(({ matches }) => matches(layer))?.bound ?? base;
}
