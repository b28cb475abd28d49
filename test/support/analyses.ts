import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Run, RunLayer } from '../../src/run/schema.js';
import { delve } from './commandLine.js';
import { lastingFolder } from './folder.js';

/** A folder for the tests of a file, and `delve analyze` in it. */
export function analyses() {
  const folder = lastingFolder();
  const at = (name: string) => join(folder.path, name);
  let count = 0;
  return {
    /** The path of a file in the folder. */
    at,

    async put(name: string, content: string | Uint8Array): Promise<void> {
      await mkdir(dirname(at(name)), { recursive: true });
      await writeFile(at(name), content);
    },

    /** Analyses with `--json`, which puts the run on stdout and nothing else. */
    async analyze(...args: string[]): Promise<Run> {
      const out = at(`out${count++}`);
      const { code, stdout, stderr } = await delve(['analyze', ...args, '--json', '--quiet', '--out', out]);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      const run = JSON.parse(stdout);
      expect(JSON.parse(await readFile(join(out, 'run.json'), 'utf8'))).toEqual(withoutReadings(run));
      return run;
    },
  };
}

export const layerNames = (run: Pick<Run, 'layers'>) => run.layers.map(({ name }) => name);

/** Every number of every layer, relative to the largest of its kind in the layer. */
export function expectClose(actual: Run, expected: Run, tolerance: number): void {
  expect(layerNames(actual)).toEqual(layerNames(expected));
  actual.layers.forEach((layer, i) => {
    const reference = expected.layers[i];
    expect(layer.observations).toBe(reference.observations);
    const scale = reference.trace ?? 0;
    expect(Math.abs((layer.trace ?? 0) - scale) / scale).toBeLessThan(tolerance);
    layer.eigenvalues.forEach((eigenvalue, k) => {
      expect(Math.abs(eigenvalue - reference.eigenvalues[k]) / scale).toBeLessThan(tolerance);
    });
  });
}

/** What is printed has the reading of each layer besides what is saved. */
function withoutReadings(printed: Run): Run {
  const layers = printed.layers.map((layer) => {
    const saved: RunLayer & { reading?: unknown; reasons?: unknown; advice?: unknown; width?: unknown } = {
      ...layer,
    };
    expect(saved.reading).toEqual(expect.any(String));
    delete saved.reading;
    delete saved.reasons;
    delete saved.advice;
    delete saved.width;
    return saved;
  });
  return { ...printed, layers };
}
