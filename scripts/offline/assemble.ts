import { chmod, copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { productionPackages } from './productionPackages.js';
import { launcher } from './texts.js';

/** What goes along of the package itself; built before. */
const OWN = [
  'bin',
  'dist',
  'package.json',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'fixtures/mnist',
  'fixtures/mnist.npy',
  'fixtures/mnist-cnn.onnx',
  'fixtures/mnist-cnn-bn.onnx',
  'fixtures/mnist-rnn.onnx',
  'test/gpu/dist',
  'bench/peers',
];

/** Left out of packages: nothing of it is read while they run. */
const NOT_RUN =
  /(?:\.map|\.d\.ts|\.d\.mts|\.d\.cts|\.tsbuildinfo)$|[\\/]__pycache__(?:[\\/]|$)|[\\/]\.venv(?:[\\/]|$)/;

/**
 * Puts Node, the package, what it needs and the launchers into a folder.
 *
 * @returns the folder of ONNX Runtime's libraries in it.
 */
export async function assemble(root: string, into: string): Promise<string> {
  const home = join(into, 'lib', 'delve');
  await mkdir(join(into, 'bin'), { recursive: true });
  await mkdir(home, { recursive: true });
  await copyFile(process.execPath, join(into, 'bin', 'node'));
  await chmod(join(into, 'bin', 'node'), 0o755);
  for (const path of OWN) {
    await cp(join(root, path), join(home, path), { recursive: true, filter: (file) => !NOT_RUN.test(file) });
  }
  for (const folder of productionPackages(root)) {
    const own = join(folder, 'node_modules');
    await cp(folder, join(home, relative(root, folder)), {
      recursive: true,
      dereference: true,
      // Packages inside are packages of their own, and come by themselves where they are needed.
      filter: (file) => !NOT_RUN.test(file) && file !== own && ofThisPlatform(relative(folder, file)),
    });
  }
  for (const [name, program] of [
    ['delve', 'bin/delve.js'],
    ['test-gpu', 'test/gpu/dist/test/gpu/testGpu.js'],
  ]) {
    await writeFile(join(into, name), launcher(program), { mode: 0o755 });
  }
  return join(home, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch);
}

/** onnxruntime-node carries the libraries of all platforms; a provider that was added to it comes only if asked for. */
function ofThisPlatform(path: string): boolean {
  const [, , platform, arch] = path.split(sep);
  if (!path.startsWith(join('bin', 'napi-v6'))) return true;
  if (path.includes('onnxruntime_providers_')) return false;
  return (platform ?? process.platform) === process.platform && (arch ?? process.arch) === process.arch;
}
