import type { CheckFormat } from './checkFormat.js';
import { checkJson } from './checkJson.js';
import { checkMarkdown } from './checkMarkdown.js';
import { checkText } from './checkText.js';
import { github } from './github.js';
import { junit } from './junit.js';

/** The formats of a check by name: a new one is a file of its own and an entry here. */
export const checkFormats: ReadonlyMap<string, CheckFormat> = new Map<string, CheckFormat>([
  ['text', { summary: 'a line a violation', extension: 'txt', render: checkText }],
  ['json', { summary: 'every comparison', extension: 'json', render: checkJson }],
  ['markdown', { summary: 'for a pull request', extension: 'md', render: checkMarkdown }],
  ['junit', { summary: 'a test case a rule and layer', extension: 'xml', render: junit }],
  ['github', { summary: 'annotations of a workflow', extension: 'txt', render: github }],
]);
