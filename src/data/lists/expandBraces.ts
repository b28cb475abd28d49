import { UserError } from '../../errors.js';

/** More come out of braces by mistake. */
const MOST = 1_000_000;

/**
 * The texts that a pattern with braces stands for, as in a shell: `{a,b}`, `{a,{b,c}}`, `{8..11}`, `{000..099}` (as many
 * digits as the longer end has, where one begins with a zero). Other braces stay as they are.
 *
 * @throws UserError where there are more than a million.
 */
export function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open < 0) return [pattern];
  const group = groupAt(pattern, open);
  const choices = group && choicesIn(group);
  const [before, literal] = [pattern.slice(0, open), pattern.slice(0, open + 1)];
  if (!choices) return expandBraces(pattern.slice(open + 1)).map((rest) => literal + rest);
  const after = pattern.slice(group.end);
  const all: string[] = [];
  for (const choice of choices) {
    for (const rest of expandBraces(choice + after)) all.push(before + rest);
    if (all.length > MOST) throw new UserError(`${pattern} stands for more than ${MOST} files: name fewer`);
  }
  return all;
}

/** What stands in a pair of braces, cut at its own commas, and where it ends. */
interface Group {
  readonly parts: readonly string[];
  readonly end: number;
}

/** The group that the brace at `open` begins; `undefined` where it is never closed. */
function groupAt(pattern: string, open: number): Group | undefined {
  const parts: string[] = [];
  let depth = 1;
  let from = open + 1;
  for (let at = from; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (depth === 0 || (depth === 1 && character === ',')) {
      parts.push(pattern.slice(from, at));
      from = at + 1;
    }
    if (depth === 0) return { parts, end: from };
  }
  return undefined;
}

function choicesIn({ parts }: Group): readonly string[] | undefined {
  if (parts.length > 1) return parts;
  const [inner] = parts;
  const range = /^(\d{1,15})\.\.(\d{1,15})$/.exec(inner);
  if (!range) return undefined;
  const [, from, to] = range;
  const [first, last] = [Number(from), Number(to)];
  const count = Math.abs(last - first) + 1;
  if (count > MOST) throw new UserError(`{${inner}} stands for more than ${MOST} files: name fewer`);
  const isPadded = [from, to].some((end) => end.length > 1 && end.startsWith('0'));
  const width = isPadded ? Math.max(from.length, to.length) : 0;
  const step = first <= last ? 1 : -1;
  return Array.from({ length: count }, (_, i) => String(first + step * i).padStart(width, '0'));
}
