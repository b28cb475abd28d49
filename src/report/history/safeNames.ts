import { createHash } from 'node:crypto';

/** What cannot stand in a file name on some system, and the sign that it is escaped by. */
const UNSAFE = /[\p{Cc}\p{Cs}/\\:*?"<>|%]|^ | $/gu;
/** File systems take 255 bytes; the statistic, the split and the epoch have to fit as well. */
const MOST_BYTES = 150;
const KEPT_BYTES = 64;

/**
 * Names that can be part of a file name on any system: what cannot stand there becomes `%2F`, names of more than 150
 * bytes are shortened in the middle, where a hash tells them apart. Names that differ in case only are told apart by
 * `_2`, `_3`, …, since there are systems for which they are the same.
 */
export function safeNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const safe = safeName(name);
    let unique = safe;
    for (let n = 2; taken.has(folded(unique)); n++) unique = `${safe}_${n}`;
    taken.add(folded(unique));
    return unique;
  });
}

export function safeName(name: string): string {
  const escaped = name.replace(UNSAFE, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
  const bytes = Buffer.from(escaped);
  if (bytes.length <= MOST_BYTES) return escaped;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${first(escaped)}~${hash}~${last(escaped)}`;
}

const folded = (name: string) => name.normalize('NFC').toLowerCase();

function first(text: string): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > KEPT_BYTES) break;
    kept += character;
  }
  return kept;
}

function last(text: string): string {
  let kept = '';
  for (const character of [...text].reverse()) {
    if (Buffer.byteLength(character + kept) > KEPT_BYTES) break;
    kept = character + kept;
  }
  return kept;
}
