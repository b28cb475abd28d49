import { UserError } from '../errors.js';

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
      `${option} ${text} is not a bound: give a number as 0.05, or a glob and a number as 'layer4.*=0.02'`,
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
