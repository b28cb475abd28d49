import { expect, it } from 'vitest';
import { xmlCharacters, xmlText } from '../../src/text/xmlText.js';

it.each([
  ['a & b < c > d "e"', 'a &amp; b &lt; c &gt; d &quot;e&quot;'],
  ['&amp;', '&amp;amp;'],
  ['a\tb\nc\rd', 'a&#9;b&#10;c&#13;d'],
  ['\u0000\u0008\u000b\u000c\u000e\u001f', '\\u{0}\\u{8}\\u{b}\\u{c}\\u{e}\\u{1f}'],
  ['\ufffe\uffff\ud800', '\\u{fffe}\\u{ffff}\\u{d800}'],
  ['層 😀 \ufffd', '層 😀 \ufffd'],
])('%j stands in XML as %j', (text, shown) => {
  expect(xmlText(text)).toBe(shown);
});

it('characters that XML can hold stay as they are', () => {
  expect(xmlCharacters('a & <b>\t\n\u0001')).toBe('a & <b>\t\n\\u{1}');
});
