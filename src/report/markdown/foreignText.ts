import { shorten } from '../../text/displayWidth.js';
import { printable } from '../../text/printable.js';
import { markdownText } from './markdownText.js';

const WIDEST_NAME = 64;
const LONGEST_REMARK = 400;
/** What means nothing between backticks, in a table's cell too. */
const HARMLESS = /^(?! )[^`|\\]+(?<! )$/;

/**
 * A name from a model as code, shortened in the middle. GitHub neither links nor notifies what stands in code, which
 * no escape prevents outside of it: mentions are looked for in the rendered page.
 */
export function code(text: string): string {
  const shown = shorten(printable(text), WIDEST_NAME, '…');
  if (HARMLESS.test(shown)) return `\`${shown}\``;
  // Backticks, and a backslash before a pipe, have no escape that works in cells and outside: entities always do.
  const encoded = shown.replace(/[^\p{L}\p{M}\p{N} ]/gu, (sign) => `&#${sign.codePointAt(0)};`);
  return `<code>${encoded}</code>`;
}

/** A sentence with parts that are anybody's text. A sign of no width keeps GitHub from notifying and from linking. */
export function prose(text: string): string {
  return markdownText(shorten(printable(text), LONGEST_REMARK, '…'))
    .replaceAll(/&#64;|@/g, '@&#8203;')
    .replaceAll('\\#', '\\#&#8203;');
}
