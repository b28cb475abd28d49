import { type CheckFormatName, checkFormatNames } from '../formatNames.js';
import type { CheckFormat } from './checkFormat.js';
import { checkJson, checkJsonAll } from './checkJson.js';
import { checkMarkdown, checkMarkdownAll } from './checkMarkdown.js';
import { checkText, checkTextAll } from './checkText.js';
import { github, githubAll } from './github.js';
import { junit, junitAll } from './junit.js';

/** A new one is a file of its own, a name in `formatNames.ts` and an entry here. */
const byName: Readonly<Record<CheckFormatName, CheckFormat>> = {
  text: { extension: 'txt', render: checkText, renderAll: checkTextAll },
  json: { extension: 'json', render: checkJson, renderAll: checkJsonAll },
  markdown: { extension: 'md', render: checkMarkdown, renderAll: checkMarkdownAll },
  junit: { extension: 'xml', render: junit, renderAll: junitAll },
  github: { extension: 'txt', render: github, renderAll: githubAll },
};

/** The formats of a check by name. */
export const checkFormats: ReadonlyMap<string, CheckFormat> = new Map(
  checkFormatNames.map((name) => [name, byName[name]]),
);
