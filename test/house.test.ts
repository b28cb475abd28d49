import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const source = fileURLToPath(new URL('../src/', import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(sep).join('/'))
  .filter((file) => file.endsWith('.ts'));

/** The files that each file imports, types and lazy imports among them. */
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    const paths = [...text.matchAll(/(?:\bfrom|\bimport\(?)\s*'(\.[^']+)\.js'/g)].map(([, path]) => path);
    const targets = paths.map((path) => `${join(dirname(file), path).split(sep).join('/')}.ts`);
    return [file, targets.filter((target) => files.includes(target))] as const;
  }),
);

/** What can be reached from a node by its arrows, not counting where it starts. */
function reachable(arrows: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const seen = new Set<string>();
  const next = [...(arrows.get(start) ?? [])];
  for (let node = next.pop(); node !== undefined; node = next.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    next.push(...(arrows.get(node) ?? []));
  }
  return seen;
}

/** The arrows between rooms as CONTRIBUTING.md draws them: `a → {b, c} → d · e → f`, in indented lines. */
function drawnArrows(): Map<string, string[]> {
  const text = readFileSync(new URL('../CONTRIBUTING.md', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => /^ {4}.*→/.test(line));
  const arrows = new Map<string, string[]>();
  for (const chain of lines.flatMap((line) => line.split('·'))) {
    const groups = chain.split('→').map((group) => group.match(/\w+/g) ?? []);
    for (const [i, group] of groups.slice(0, -1).entries())
      for (const room of group) arrows.set(room, [...(arrows.get(room) ?? []), ...groups[i + 1]]);
  }
  return arrows;
}

/** The room of a file; `undefined` for `errors.ts` and the others that all rooms share. */
const roomOf = (file: string) => (file.includes('/') ? file.split('/')[0] : undefined);

describe('the house', () => {
  it('finds the imports of the files', () => {
    expect(imports.get('cli/main.ts')).not.toHaveLength(0);
    expect(imports.get('index.ts')).toContain('api/analyze.ts');
  });

  it('has no files that import each other in a circle, not even for a type', () => {
    expect(files.filter((file) => reachable(imports, file).has(file))).toEqual([]);
  });

  it('draws rooms without a circle', () => {
    const arrows = drawnArrows();
    expect([...arrows.keys()].filter((room) => reachable(arrows, room).has(room))).toEqual([]);
  });

  it('has only the arrows between rooms that CONTRIBUTING.md draws', () => {
    const arrows = drawnArrows();
    const undrawn = files.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((target) => {
          const [from, to] = [roomOf(file), roomOf(target)];
          return from && to && from !== to && !reachable(arrows, from).has(to);
        })
        .map((target) => `${file} → ${target}`),
    );
    expect(undrawn).toEqual([]);
  });
});
