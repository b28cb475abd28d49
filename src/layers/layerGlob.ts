import picomatch from 'picomatch';
import { UserError } from '../errors.js';

/** Longer ones make regular expressions that engines refuse. */
const LONGEST_GLOB = 8192;

/** A predicate on layer names. `*` also spans dots, since `layer4.*` means everything in `layer4`. */
export function layerGlob(glob: string): (name: string) => boolean {
  if (glob.length > LONGEST_GLOB) {
    throw new UserError(`the glob ${glob.slice(0, 40)}… is ${glob.length} characters long: shorten it`);
  }
  // Slashes would stop `*`; layer names are not paths.
  const matches = picomatch(glob.replaceAll('/', '\u0001'), { dot: true, windows: false, expandRange });
  return (name) => name === glob || matches(name.replaceAll('/', '\u0001'));
}

/** More numbers than a model has layers of one kind. */
const LONGEST_RANGE = 10_000;

/** `{1..12}` as a regular expression; picomatch's own only knows single digits and letters. */
function expandRange(from: string, to: string): string {
  const [first, last] = [Number(from), Number(to)].sort((a, b) => a - b);
  const length = last - first + 1;
  if (!Number.isInteger(length) || length > LONGEST_RANGE) return `[${from}-${to}]`;
  return `(?:${Array.from({ length }, (_, index) => first + index).join('|')})`;
}
