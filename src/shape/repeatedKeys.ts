/** An object or a list that has begun. */
interface Open {
  /** Where it stands, as `rules[2].` would go on; empty for the whole document. */
  readonly path: string;
  /** Of an object; absent for a list. */
  readonly keys?: Set<string>;
  /** The key, or the number of the entry, that is being read. */
  at: string | number;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * The keys that stand twice in one object, as `rules[2].min`: `JSON.parse` takes the last one in silence, and with it
 * a rule that somebody relies on may be gone.
 *
 * @param text what `JSON.parse` has accepted.
 */
export function repeatedKeys(text: string): string[] {
  const repeated: string[] = [];
  const opened: Open[] = [];
  let isKey = false;
  for (const [token] of text.matchAll(TOKENS)) {
    const here = opened.at(-1);
    if (token === '{' || token === '[') {
      const path = here ? placeIn(here) : '';
      opened.push(token === '{' ? { path, keys: new Set(), at: '' } : { path, at: 0 });
      isKey = token === '{';
    } else if (token === '}' || token === ']') {
      opened.pop();
      isKey = false;
    } else if (token === ',' && here) {
      isKey = here.keys !== undefined;
      if (typeof here.at === 'number') here.at++;
    } else if (token === ':') {
      isKey = false;
    } else if (isKey && here?.keys) {
      here.at = String(JSON.parse(token));
      if (here.keys.has(here.at)) repeated.push(placeIn(here));
      here.keys.add(here.at);
    }
  }
  return repeated;
}

function placeIn({ path, at }: Open): string {
  if (typeof at === 'number') return `${path}[${at}]`;
  return path === '' ? at : `${path}.${at}`;
}
