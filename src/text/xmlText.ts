/** What XML 1.0 cannot hold in any form: controls, halves of surrogate pairs, U+FFFE and U+FFFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

/** Text of characters that XML can hold: others are written as an escape, as in `printable`, so that names still differ. */
export const xmlCharacters = (text: string): string =>
  text.replace(NOT_XML, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);

/**
 * Text as it stands in XML, in an element as well as in a quoted attribute. What XML cannot hold is written as an
 * escape.
 */
export function xmlText(text: string): string {
  return xmlCharacters(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
