import { expect, it } from 'vitest';
import { printable } from '../../src/text/printable.js';

it.each([
  ['\u001b[2J\u001b]0;title\u0007', '\\x1b[2J\\x1b]0;title\\x07'],
  ['a\nb\r\tc', 'a\\nb\\r\\tc'],
  ['\u009b31m', '\\x9b31m'],
  ['\u007f', '\\x7f'],
  ['abc\u202edef', 'abc\\u{202e}def'],
  ['a\u2028b\u200b', 'a\\u{2028}b\\u{200b}'],
  ['\ud800x', '\\u{d800}x'],
  ['layer/層 é 👩‍👧 "q" \\n', 'layer/層 é 👩‍👧 "q" \\n'],
])('shows %j without what acts on a terminal', (text, shown) => {
  expect(printable(text)).toBe(shown);
});
