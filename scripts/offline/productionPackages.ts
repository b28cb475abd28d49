import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Packages that only install scripts of others use. */
const INSTALL_ONLY = new Set(['adm-zip', 'global-agent']);

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
}

/**
 * The folders of all packages that a package needs while it runs on this platform, as they are installed, each once.
 *
 * @param root the folder of the package itself, which is left out.
 * @throws Error where one that is needed is not installed.
 */
export function productionPackages(root: string): string[] {
  const found = new Set<string>();
  const visit = (folder: string) => {
    const { dependencies = {}, optionalDependencies = {} } = manifest(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (INSTALL_ONLY.has(name)) continue;
      const installed = locate(name, folder);
      if (installed === undefined) {
        if (name in optionalDependencies) continue;
        throw new Error(`${name} is not installed: run npm ci first`);
      }
      if (found.has(installed) || !fits(manifest(installed))) continue;
      found.add(installed);
      visit(installed);
    }
  };
  visit(resolve(root));
  return [...found].sort();
}

function locate(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function fits({ os, cpu }: Manifest): boolean {
  return (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true);
}
