/**
 * Characters that do something to a terminal instead of standing in it: controls (escape sequences, line breaks),
 * line and paragraph separators, marks that turn the direction of writing, invisible spaces, halves of surrogate
 * pairs. A name in a model is anybody's text.
 */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** The text with every character that cannot be shown as it is written as an escape: `\n`, `\x1b`, `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
