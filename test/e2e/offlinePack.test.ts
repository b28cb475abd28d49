import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { installedProvider } from '../../src/cuda/providerLibraries.js';
import { lastingFolder } from '../support/folder.js';

const run = promisify(execFile);
const folder = lastingFolder();
/** Where no program is found: neither Node nor anything else. */
const env = { PATH: '/nowhere' };
const withGpu = (await installedProvider().catch(() => undefined)) !== undefined;

describe.skipIf(process.platform === 'win32')('npm run pack:offline', () => {
  let pack: string;

  beforeAll(async () => {
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
    for (const project of ['test/gpu', 'scripts']) await run(process.execPath, [tsc, '-p', project]);
    const out = join(folder.path, 'offline');
    await run(process.execPath, ['scripts/dist/scripts/packOffline.js', '--out', out, '--folder']);
    const [name] = await readdir(out);
    pack = join(out, name);
    // Two compilations and a copy of everything: more than a hook's ten seconds on a busy machine.
  }, 180_000);

  test('runs elsewhere, with nothing on the PATH', async () => {
    const fixtures = join(pack, 'lib', 'delve', 'fixtures');
    const args = [
      'analyze',
      join(fixtures, 'mnist-cnn.onnx'),
      '--data',
      join(fixtures, 'mnist'),
      '--json',
      '--quiet',
    ];
    const { stdout } = await run(join(pack, 'delve'), args, { env, cwd: folder.path, maxBuffer: 2 ** 26 });
    const layers = JSON.parse(stdout).layers;
    // As in the README.
    expect(layers.at(-1)).toMatchObject({
      name: 'fc',
      intrinsicDimensionality: 9,
      features: 10,
      observations: 397,
    });
    expect(existsSync(join(folder.path, 'mnist-cnn.delve', 'run.json'))).toBe(true);
  });

  test('holds the libraries of this platform only, and nothing that only development needs', async () => {
    const modules = join(pack, 'lib', 'delve', 'node_modules');
    const platforms = await readdir(join(modules, 'onnxruntime-node', 'bin', 'napi-v6'));
    expect(platforms).toEqual([process.platform]);
    const packages = await readdir(modules);
    expect(packages).toEqual(expect.arrayContaining(['onnxruntime-node', 'sharp', 'commander']));
    for (const none of ['typescript', 'vitest', 'echarts', 'adm-zip']) expect(packages).not.toContain(none);
    expect(await readFile(join(pack, 'README.txt'), 'utf8')).toMatch(/CUDA's provider is not in this pack/);
  });

  test.skipIf(withGpu)('carries the proof on a GPU, which is skipped where there is none', async () => {
    const json = join(folder.path, 'gpu.json');
    const { stdout } = await run(join(pack, 'test-gpu'), ['--json', json], { env, cwd: folder.path });
    expect(stdout).toMatch(/^skipped: cuda does not load here \(.+\)\n/);
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ skipped: true });
  });

  test('leaves a folder alone that holds something, and says what is wrong with a size', async () => {
    const packing = (...args: string[]) =>
      run(process.execPath, ['scripts/dist/scripts/packOffline.js', ...args]).then(
        () => ({ code: 0, stderr: '' }),
        ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
      );
    expect(await packing('--out', pack)).toEqual({
      code: 2,
      stderr: expect.stringMatching(/holds something already/),
    });
    expect(await packing('--out', join(folder.path, 'new'), '--split', '60X')).toEqual({
      code: 2,
      stderr: expect.stringMatching(/--split 60X is no size/),
    });
    expect(existsSync(join(folder.path, 'new'))).toBe(false);
  });
});
