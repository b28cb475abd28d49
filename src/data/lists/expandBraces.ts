import { UserError } from '../../errors.js';

/** More come out of braces by mistake. */
const MOST = 1_000_000;

/**
 * The texts that a pattern with braces stands for, as in a shell: `{a,b}`, `{8..11}`, `{000..099}` (as many digits as
 * the longer end has, where one begins with a zero). Other braces stay as they are.
 *
 * @throws UserError where there are more than a million.
 */
export function expandBraces(pattern: string): string[] {
  const found = /\{([^{}]*)\}/.exec(pattern);
  if (!found) return [pattern];
  const [whole, inner] = found;
  const choices = choicesIn(inner);
  if (!choices) {
    const end = found.index + whole.length;
    return expandBraces(pattern.slice(end)).map((rest) => pattern.slice(0, end) + rest);
  }
  const before = pattern.slice(0, found.index);
  const after = pattern.slice(found.index + whole.length);
  const all = choices.flatMap((choice) => expandBraces(before + choice + after));
  if (all.length > MOST) throw new UserError(`${pattern} stands for more than ${MOST} files: name fewer`);
  return all;
}

function choicesIn(inner: string): string[] | undefined {
  const range = /^(\d{1,15})\.\.(\d{1,15})$/.exec(inner);
  if (!range) return inner.includes(',') ? inner.split(',') : undefined;
  const [, from, to] = range;
  const [first, last] = [Number(from), Number(to)];
  const count = Math.abs(last - first) + 1;
  if (count > MOST) throw new UserError(`{${inner}} stands for more than ${MOST} files: name fewer`);
  const isPadded = [from, to].some((end) => end.length > 1 && end.startsWith('0'));
  const width = isPadded ? Math.max(from.length, to.length) : 0;
  const step = first <= last ? 1 : -1;
  return Array.from({ length: count }, (_, i) => String(first + step * i).padStart(width, '0'));
}
