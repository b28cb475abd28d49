import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { installedProvider, PROVIDER_LIBRARIES } from '../src/cuda/providerLibraries.js';
import { setUpCuda } from '../src/cuda/setUpCuda.js';
import { runtimeFolder } from '../src/engine/session/runtimeFolder.js';
import { messageOf, UserError } from '../src/errors.js';
import { assemble } from './offline/assemble.js';
import { bytesOf, writeParts } from './offline/splitFile.js';
import { joining, packReadme, sums } from './offline/texts.js';

/*
 * Packs delve for machines that reach no network: one folder with Node, delve and this platform's libraries, as a
 * tarball or in parts.
 *
 *   npm run pack:offline -- [--out offline] [--cuda [--wheel <file>] [--index <url>]] [--split 60M] [--folder]
 */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

async function pack(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'offline' },
      cuda: { type: 'boolean', default: false },
      wheel: { type: 'string' },
      index: { type: 'string' },
      split: { type: 'string' },
      folder: { type: 'boolean', default: false },
    },
  });
  if (process.platform === 'win32') throw new UserError('the offline pack is for Linux and macOS');
  const size = values.split === undefined ? undefined : bytesOf(values.split);
  const out = resolve(values.out);
  await requireNew(out);
  const building = `${out}.${process.pid}.part`;
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const name = `delve-${version}-${process.platform}-${process.arch}${values.cuda ? '-cuda' : ''}`;
  try {
    const folder = join(building, name);
    await mkdir(folder, { recursive: true });
    const binaries = await assemble(root, folder);
    const cuda = values.cuda ? await addCuda(binaries, values) : undefined;
    await writeFile(join(folder, 'README.txt'), packReadme(name, cuda));
    if (!values.folder) {
      const archive = `${name}.tar.gz`;
      const { parts, whole } = await writeParts(tarball(building, name), building, archive, size);
      await writeFile(join(building, 'SHA256SUMS'), sums(parts));
      if (size !== undefined) await writeFile(join(building, `${archive}.sha256`), sums([whole]));
      await writeFile(join(building, 'UNPACK.txt'), joining(archive, parts));
      await rm(folder, { recursive: true });
    }
    await rename(building, out);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  console.log(`${values.out}: ${(await readdir(out)).join(', ')}`);
}

/** @returns the major version of CUDA that the provider is for. */
async function addCuda(
  binaries: string,
  { wheel, index }: { readonly wheel?: string; readonly index?: string },
): Promise<number | undefined> {
  const runtime = runtimeFolder();
  const installed = wheel === undefined && index === undefined ? await installedProvider() : undefined;
  if (!installed) {
    const onNotice = (text: string) => console.error(text);
    return (await setUpCuda({ wheel, index, runtime: { ...runtime, binaries }, onNotice })).cudaMajor;
  }
  // What npm run setup:cuda has put there.
  for (const library of PROVIDER_LIBRARIES)
    await copyFile(join(runtime.binaries, library), join(binaries, library));
  return installed.cudaMajor;
}

async function requireNew(out: string): Promise<void> {
  const entries = await readdir(out).catch(() => []);
  if (entries.length > 0)
    throw new UserError(`${out} holds something already: remove it, or name another --out`);
  await rm(out, { recursive: true, force: true });
}

async function* tarball(folder: string, name: string): AsyncGenerator<Uint8Array> {
  const tar = spawn('tar', ['-cf', '-', '-C', folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(tar, 'close');
  yield* tar.stdout.pipe(createGzip({ level: 6 }));
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar ended with exit code ${code}`);
}

try {
  await pack();
} catch (error) {
  console.error(`pack:offline: ${messageOf(error)}`);
  process.exitCode = 2;
}
