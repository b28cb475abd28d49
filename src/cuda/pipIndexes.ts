import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where pip looks when nothing is said. */
const PYPI = 'https://pypi.org/simple';

/**
 * The package indexes that pip would ask, so that a company's own is honoured: `PIP_INDEX_URL` and
 * `PIP_EXTRA_INDEX_URL`, then pip's configuration files, then PyPI.
 */
export async function pipIndexes(env: NodeJS.ProcessEnv): Promise<string[]> {
  const files = [env.PIP_CONFIG_FILE, ...configFiles(env)].filter((file): file is string => Boolean(file));
  const settings = (await Promise.all(files.map(readSettings))).reverse();
  const configured = Object.assign({}, ...settings) as Partial<Record<string, string>>;
  const index = env.PIP_INDEX_URL || configured['index-url'] || PYPI;
  const extra = env.PIP_EXTRA_INDEX_URL || configured['extra-index-url'] || '';
  return [index, ...extra.split(/\s+/)].filter((address) => address !== '');
}

/** The user's before the machine's: what comes first wins. */
function configFiles({ VIRTUAL_ENV, XDG_CONFIG_HOME }: NodeJS.ProcessEnv): (string | undefined)[] {
  return [
    VIRTUAL_ENV && join(VIRTUAL_ENV, 'pip.conf'),
    join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'pip', 'pip.conf'),
    join(homedir(), '.pip', 'pip.conf'),
    '/etc/pip.conf',
  ];
}

async function readSettings(file: string): Promise<Record<string, string>> {
  try {
    return globalSettings(await readFile(file, 'utf8'));
  } catch {
    return {};
  }
}

/** The `[global]` section of a file of pip's; indented lines go on with the value above them. */
export function globalSettings(text: string): Record<string, string> {
  const settings = new Map<string, string>();
  let section = '';
  let last: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const header = /^\[(.+)\]\s*$/.exec(line);
    const pair = /^(\S[^=:]*?)\s*[=:]\s*(.*)$/.exec(line);
    if (header) [section, last] = [header[1], undefined];
    else if (section !== 'global') continue;
    else if (/^\s/.test(line) && last !== undefined)
      settings.set(last, `${settings.get(last)} ${line.trim()}`.trim());
    else if (pair) {
      last = pair[1];
      settings.set(last, pair[2].trim());
    }
  }
  return Object.fromEntries(settings);
}
