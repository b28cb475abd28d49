import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf } from '../../errors.js';
import type { Run } from '../../run/schema.js';
import { xmlText } from '../../text/xmlText.js';
import { version } from '../../version.js';
import type { RenderOptions } from '../options.js';
import { pageData } from './pageData.js';
import { pageHead } from './pageHead.js';

/**
 * One page that holds everything it shows: no file beside it, no network. What a browser runs of it was bundled when
 * the package was built; its policy lets nothing else run, whatever a model's names may hold, and nothing be fetched.
 *
 * @throws Error where the package was not built.
 */
export async function html(runs: readonly Run[], options: RenderOptions): Promise<string> {
  const [script, style] = await Promise.all([asset('page.js'), asset('page.css')]);
  const code = inScript(`
/* Apache ECharts, Copyright 2017-2025 The Apache Software Foundation, Apache License 2.0; zrender, BSD 3-Clause */
${script}
`);
  const hash = createHash('sha256').update(code).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data:;${options.live ? " connect-src 'self';" : ''} base-uri 'none'; form-action 'none'`;
  const data = pageData(runs, options, version);
  const title = xmlText(`${data.runs.map(({ name }) => name).join(', ')} – delve`);
  return `${pageHead(title, policy, style)}
<body>
<noscript>This page draws its charts and tables by JavaScript, which is turned off here.</noscript>
<div id="page"></div>
<script type="application/json" id="data">${scriptSafe(JSON.stringify(data))}</script>
<script>${code}</script>
</body>
</html>
`;
}

/** Inside a script element nothing but its end tag, and a comment's beginning, means anything. */
const scriptSafe = (json: string): string => json.replaceAll('<', '\\u003c');

/** Code as a browser reads it back: it makes one line break of a carriage return, and the hash is of what it reads. */
const inScript = (code: string): string =>
  code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--').replace(/\r\n?/g, '\n');

/** Beside the built package's own modules, also where this one was bundled into the command line. */
async function asset(name: string): Promise<string> {
  const places = [
    `./assets/${name}`,
    `../report/html/assets/${name}`,
    `../../../dist/report/html/assets/${name}`,
  ];
  let missing: unknown;
  for (const place of places) {
    try {
      return await readFile(new URL(place, import.meta.url), 'utf8');
    } catch (error) {
      missing = error;
    }
  }
  throw new Error(`the page's ${name} is missing (${messageOf(missing)}): build the package, npm run build`);
}
