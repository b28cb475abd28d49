import { shorten } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import { shortener } from '../../text/shortNames.js';
import { markdownText } from './markdownText.js';

const WIDEST_NAME = 64;
const LONGEST_REMARK = 400;
/** What means nothing between backticks, in a table's cell too. */
const HARMLESS = /^(?! )[^`|\\]+(?<! )$/;

/**
 * A name from a model as code, shortened in the middle. GitHub neither links nor notifies what stands in code, which
 * no escape prevents outside of it: mentions are looked for in the rendered page.
 */
export const code = (text: string): string => asCode(shorten(printable(text), WIDEST_NAME, '…'));

/** How to write names that stand beside each other as code: different ones stay different where they are shortened. */
export function codeNames(names: readonly string[]): (name: string) => string {
  const short = shortener(names, WIDEST_NAME);
  return (name) => asCode(short(name));
}

function asCode(shown: string): string {
  if (HARMLESS.test(shown)) return `\`${shown}\``;
  // Backticks, and a backslash before a pipe, have no escape that works in cells and outside: entities always do.
  const encoded = shown.replace(/[^\p{L}\p{M}\p{N} ]/gu, (sign) => `&#${sign.codePointAt(0)};`);
  return `<code>${encoded}</code>`;
}

/** A sentence with parts that are anybody's text. A sign of no width keeps GitHub from notifying and from linking. */
export function prose(text: string): string {
  return markdownText(shorten(printable(text), LONGEST_REMARK, '…')).replaceAll('\\#', '\\#&#8203;');
}
