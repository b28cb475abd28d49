import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Asks Python where packages lie: PyTorch brings CUDA's libraries along as packages of their own. */
const PYTHON_PATHS = 'import sys; print("\\n".join(p for p in sys.path if p))';

/**
 * Folders in which CUDA's libraries are found although the loader does not look there: CUDA toolkits, conda
 * environments, and the packages that PyTorch brings along.
 */
export async function libraryFolders(env: NodeJS.ProcessEnv): Promise<string[]> {
  const toolkits = (await names('/usr/local'))
    .filter((name) => name.startsWith('cuda'))
    .map((name) => join('/usr/local', name));
  const roots = [env.CUDA_HOME, env.CUDA_PATH, env.CONDA_PREFIX, ...toolkits].filter(
    (root): root is string => root !== undefined && root !== '',
  );
  const folders = roots.flatMap((root) => [
    join(root, 'lib64'),
    join(root, 'lib'),
    join(root, 'targets/x86_64-linux/lib'),
  ]);
  for (const path of await pythonPaths(env)) {
    const packages = (await names(join(path, 'nvidia'))).map((name) => join(path, 'nvidia', name, 'lib'));
    folders.push(...packages, join(path, 'torch', 'lib'));
  }
  return [...new Set([...folders, '/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/local/nvidia/lib64'])];
}

/**
 * Where libraries lie in folders that the loader does not search.
 *
 * @returns by library, the first folder that has it; libraries that are nowhere are left out.
 */
export async function foundIn(
  libraries: readonly string[],
  folders: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    const files = new Set(await names(folder));
    for (const library of libraries) {
      if (files.has(library) && !found.has(library)) found.set(library, folder);
    }
  }
  return found;
}

/** The major versions of CUDA whose runtime library lies in these folders, in ascending order. */
export async function cudaMajors(folders: readonly string[]): Promise<number[]> {
  const majors = new Set<number>();
  for (const folder of folders) {
    for (const file of await names(folder)) {
      const major = /^libcudart\.so\.(\d+)$/.exec(file)?.[1];
      if (major !== undefined) majors.add(Number(major));
    }
  }
  return [...majors].sort((a, b) => a - b);
}

async function pythonPaths(env: NodeJS.ProcessEnv): Promise<string[]> {
  try {
    const { stdout } = await run('python3', ['-c', PYTHON_PATHS], { env, timeout: 10_000 });
    return stdout.split('\n').filter((path) => path !== '');
  } catch {
    return [];
  }
}

async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
