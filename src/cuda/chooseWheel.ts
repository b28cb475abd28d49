import type { IndexedFile } from './packageIndex.js';

/** The Python package that carries the provider library. */
export const PROJECT = 'onnxruntime-gpu';

/**
 * The wheel with the provider library for this version and machine. The library in it is the same whatever the
 * Python that the wheel is for.
 */
export function chooseWheel(
  files: readonly IndexedFile[],
  version: string,
  machine: string = machineName(),
): IndexedFile | undefined {
  return files
    .filter(({ name }) => {
      const [project, of, , , platform] = name.replace(/\.whl$/, '').split('-');
      return (
        name.endsWith('.whl') &&
        project === PROJECT.replace('-', '_') &&
        of.split('+')[0] === version &&
        platform?.includes('manylinux') &&
        platform.endsWith(machine)
      );
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))[0];
}

/** The versions among these files, each once, the newest last. */
export function versionsOf(files: readonly IndexedFile[]): string[] {
  const versions = files.flatMap(({ name }) => /^onnxruntime_gpu-([\d.]+)/.exec(name)?.[1] ?? []);
  const byNumber = new Intl.Collator('en', { numeric: true });
  return [...new Set(versions)].sort(byNumber.compare);
}

function machineName(): string {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64';
}
