const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * What terminals draw two columns wide: East Asian Wide and Fullwidth (Unicode Standard Annex 11), as far as there
 * are letters, and emoji.
 */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{17000}-\u{18aff}\u{1b000}-\u{1b2fb}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}|\ufe0f/u;
const INVISIBLE = /^[\p{Mark}\p{Cf}]+$/u;

/** The segmenter takes time that grows with the square of a text's length, so it is given a piece at a time. */
const PIECE = 512;

/** The graphemes of a text, which may be as long as a file. */
function* graphemesOf(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const parts = [...graphemes.segment(text.slice(from, from + PIECE))].map(({ segment }) => segment);
    // The last one may go on after the piece.
    if (from + PIECE < text.length && parts.length > 1) parts.pop();
    for (const part of parts) {
      from += part.length;
      yield part;
    }
  }
}

/** Columns that a text takes in a terminal. Control characters do not count: see `printable`. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemesOf(text)) width += widthOf(grapheme);
  return width;
}

function widthOf(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) ? 2 : 1;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/**
 * At most `width` columns: the middle makes way for the ellipsis, since names differ at both ends. `ending` columns are
 * kept of the end; half of them where it is left out.
 */
export function shorten(text: string, width: number, ellipsis: string, ending?: number): string {
  if (displayWidth(text) <= width) return text;
  const parts = [...graphemesOf(text)];
  const room = width - displayWidth(ellipsis);
  // The end says more: what tells `layer3.1.conv2` from `layer3.1.conv1` stands there.
  const tail = take(parts.toReversed(), ending ?? Math.ceil(room / 2))
    .reverse()
    .join('');
  const head = take(parts, room - displayWidth(tail)).join('');
  return head + ellipsis + tail;
}

/**
 * Breaks a text into lines of at most `width` columns, the second and later ones indented. Words stay whole where
 * they fit on a line; a per cent sign stays with its number.
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  const start = () => (lines.length === 0 ? '' : indent);
  for (const word of text.split(/ (?!%)/)) {
    const joined = line === '' ? start() + word : `${line} ${word}`;
    if (displayWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = start();
    let used = displayWidth(line);
    // Once through the word, which may be as long as a file.
    for (const segment of graphemesOf(word)) {
      const columns = widthOf(segment);
      if (used + columns > width && used > displayWidth(start())) {
        lines.push(line);
        line = start();
        used = displayWidth(line);
      }
      line += segment;
      used += columns;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** As many of the first graphemes as fit. */
function take(parts: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const part of parts) {
    used += widthOf(part);
    if (used > width) break;
    taken.push(part);
  }
  return taken;
}
