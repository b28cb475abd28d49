import { displayWidth, shorten } from './displayWidth.js';
import { printable } from './printable.js';

/**
 * Shortens names to at most `width` columns so that different ones stay different: layers of transformers differ by
 * a number in the middle, which a cut there would take away. Where two cuts look alike, these names are cut elsewhere,
 * all at the same place; where nowhere will do, they are numbered.
 *
 * @returns what to show, by name.
 */
export function shortNames(
  names: readonly string[],
  width: number,
  ellipsis: string,
): ReadonlyMap<string, string> {
  const shown = new Map(names.map((name) => [name, shorten(name, width, ellipsis)]));
  // Names that fit keep their look: who is cut must differ from them too.
  const taken = new Set([...shown].flatMap(([name, short]) => (name === short ? [short] : [])));
  const alike = new Map<string, string[]>();
  for (const [name, short] of shown) {
    if (name !== short) alike.set(short, [...(alike.get(short) ?? []), name]);
  }
  for (const [short, group] of alike) {
    if (group.length > 1 || taken.has(short)) continue;
    taken.add(short);
    alike.delete(short);
  }
  for (const group of alike.values()) {
    const cut = toldApart(group, width, ellipsis, taken);
    for (const [index, name] of group.entries()) {
      shown.set(name, cut[index]);
      taken.add(cut[index]);
    }
  }
  return shown;
}

/**
 * How to write each of these names, which stand beside each other, in at most `width` columns: printable, and different
 * ones differently.
 */
export function shortener(names: readonly string[], width: number, ellipsis = '…'): (name: string) => string {
  const short = shortNames(names.map(printable), width, ellipsis);
  return (name) => short.get(printable(name)) ?? shorten(printable(name), width, ellipsis);
}

function toldApart(
  group: readonly string[],
  width: number,
  ellipsis: string,
  taken: ReadonlySet<string>,
): string[] {
  // Given up at the first two that look alike: there may be thousands.
  const cutBy = (cut: (name: string) => string): string[] | undefined => {
    const found = new Set<string>();
    for (const name of group) {
      const short = cut(name);
      if (found.has(short) || taken.has(short)) return undefined;
      found.add(short);
    }
    return [...found];
  };
  const room = width - displayWidth(ellipsis);
  const middle = Math.ceil(room / 2);
  const later = Array.from({ length: Math.max(0, room - middle) }, (_, i) => middle + 1 + i);
  const earlier = Array.from({ length: Math.max(0, middle) }, (_, i) => middle - 1 - i);
  for (const tail of [...later, ...earlier]) {
    const cut = cutBy((name) => shorten(name, width, ellipsis, tail));
    if (cut) return cut;
  }
  const from = wordBefore(group[0], commonStart(group));
  return (
    cutBy((name) => shorten(ellipsis + name.slice(from), width, ellipsis)) ??
    numbered(group, width, ellipsis, taken)
  );
}

function commonStart([first, ...others]: readonly string[]): number {
  let length = 0;
  while (length < first.length && others.every((name) => name[length] === first[length])) length++;
  return length;
}

/** Where the part of a name begins that the character at `index` belongs to. */
function wordBefore(name: string, index: number): number {
  return Math.max(name.lastIndexOf('.', index - 1), name.lastIndexOf('/', index - 1)) + 1;
}

function numbered(
  group: readonly string[],
  width: number,
  ellipsis: string,
  taken: ReadonlySet<string>,
): string[] {
  let number = 0;
  return group.map((name) => {
    let short: string;
    do {
      const mark = `#${++number}`;
      short = shorten(name, Math.max(displayWidth(ellipsis), width - mark.length), ellipsis) + mark;
    } while (taken.has(short));
    return short;
  });
}
