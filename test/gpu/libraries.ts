import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';

/** NVIDIA's libraries that this process has loaded, by the names of their files, which carry their versions. */
export async function librariesInUse(): Promise<string[]> {
  let maps: string;
  try {
    maps = await readFile('/proc/self/maps', 'utf8');
  } catch {
    return [];
  }
  const paths = new Set(maps.match(/\/\S*\/lib(?:cudart|cublas|cudnn|cuda)\b[^\s]*/g));
  const names = await Promise.all(
    [...paths].map(async (path) => basename(await realpath(path).catch(() => path))),
  );
  return [...new Set(names)].sort();
}
