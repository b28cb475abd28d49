import { type CheckFormatName, checkFormatNames } from '../formatNames.js';
import type { CheckFormat } from './checkFormat.js';
import { checkJson } from './checkJson.js';
import { checkMarkdown } from './checkMarkdown.js';
import { checkText } from './checkText.js';
import { github } from './github.js';
import { junit } from './junit.js';

/** A new one is a file of its own, a name in `formatNames.ts` and an entry here. */
const byName: Readonly<Record<CheckFormatName, CheckFormat>> = {
  text: { extension: 'txt', render: checkText },
  json: { extension: 'json', render: checkJson },
  markdown: { extension: 'md', render: checkMarkdown },
  junit: { extension: 'xml', render: junit },
  github: { extension: 'txt', render: github },
};

/** The formats of a check by name. */
export const checkFormats: ReadonlyMap<string, CheckFormat> = new Map(
  checkFormatNames.map((name) => [name, byName[name]]),
);
