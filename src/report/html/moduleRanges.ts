/** Rows of one module in a drawing of the network, and how deep the module lies in others. */
export interface ModuleRange {
  /** Its path from the outermost module: `layer1.0`. */
  readonly name: string;
  readonly depth: number;
  /** First and last row. */
  readonly from: number;
  readonly to: number;
}

/** A deeper nesting is no module path, but somebody's text with dots. */
const DEEPEST = 4;

/**
 * The modules that layers form by their dotted names, outer ones before inner ones. A module that the network comes
 * back to stands there again. Modules of one row group nothing and are left out, as are those with a single child
 * module, which holds the same rows.
 *
 * @param names one a row: the layer's, or `undefined` for a row that belongs where the one before it does.
 */
export function moduleRanges(names: readonly (string | undefined)[]): ModuleRange[] {
  let own: readonly string[] = [];
  const modules = names.map((name) => {
    if (name !== undefined) own = name.split('.').slice(0, -1).slice(0, DEEPEST);
    return own;
  });
  return rangesWithin(modules, 0, modules.length, 0, 0);
}

/** @param level how many parts of their path these rows have in common; @param depth modules drawn around them. */
function rangesWithin(
  modules: readonly (readonly string[])[],
  from: number,
  end: number,
  level: number,
  depth: number,
): ModuleRange[] {
  const found: ModuleRange[] = [];
  for (let row = from; row < end; ) {
    const part = modules[row][level];
    let after = row + 1;
    while (after < end && modules[after][level] === part) after++;
    if (part !== undefined && after - row > 1) {
      const children = new Set<string | undefined>(
        modules.slice(row, after).map((module) => module[level + 1]),
      );
      const isChain = children.size === 1 && !children.has(undefined);
      if (!isChain) {
        found.push({ name: modules[row].slice(0, level + 1).join('.'), depth, from: row, to: after - 1 });
      }
      found.push(...rangesWithin(modules, row, after, level + 1, isChain ? depth : depth + 1));
    }
    row = after;
  }
  return found;
}
