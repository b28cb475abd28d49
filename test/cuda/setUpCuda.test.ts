import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type SetUpCudaOptions, setUpCuda } from '../../src/cuda/setUpCuda.js';
import { elfNeeding } from '../support/elf.js';
import { folderWith } from '../support/folder.js';
import { zipOf } from '../support/zip.js';

const CUDA = 'libonnxruntime_providers_cuda.so';
const SHARED = 'libonnxruntime_providers_shared.so';
const library = (major: number) => elfNeeding([`libcudart.so.${major}`, 'libc.so.6']);
const wheelOf = (version: string, major = 13) =>
  zipOf({
    'onnxruntime/capi/other.py': Buffer.from('print()'),
    [`onnxruntime/capi/${CUDA}`]: library(major),
    [`onnxruntime/capi/${SHARED}`]: Buffer.from('shared'),
    [`onnxruntime_gpu-${version}.dist-info/METADATA`]: Buffer.from('Name: onnxruntime-gpu'),
  });
const NAME = 'onnxruntime_gpu-1.30.0-cp312-cp312-manylinux_2_28_x86_64.whl';

let binaries: string;
let server: Server | undefined;
const asked: (string | undefined)[] = [];

beforeEach(async () => {
  binaries = await folderWith({ 'libonnxruntime.so.1': 'runtime' });
  asked.length = 0;
});
afterEach(() => {
  server?.close();
  server = undefined;
});

const install = (options: SetUpCudaOptions) =>
  setUpCuda({
    env: { PATH: '/nowhere' },
    runtime: { version: '1.30.0', folder: binaries, binaries },
    ...options,
  });

/** A package index that has one project of one file. */
async function indexWith(
  name: string,
  wheel: Buffer,
  sum = createHash('sha256').update(wheel).digest('hex'),
  json = true,
) {
  server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    if (request.url?.endsWith('.whl')) return response.end(wheel);
    if (request.url !== '/simple/onnxruntime-gpu/') return response.writeHead(404).end();
    if (json) {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      return response.end(
        JSON.stringify({ files: [{ filename: name, url: `../../files/${name}`, hashes: { sha256: sum } }] }),
      );
    }
    response.setHeader('content-type', 'text/html');
    return response.end(`<html><a data-x="1" href="../../files/${name}#sha256=${sum}">${name}</a></html>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
}

const untouched = async () => expect(await readdir(binaries)).toEqual(['libonnxruntime.so.1']);

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('setUpCuda', () => {
  it.each([true, false])(
    'fetches the wheel of the version from an index (JSON: %s), and installs two files',
    async (json) => {
      const index = await indexWith(NAME, wheelOf('1.30.0'), undefined, json);
      expect(await install({ index })).toMatchObject({ version: '1.30.0', cudaMajor: 13, source: NAME });
      expect((await readdir(binaries)).sort()).toEqual(['libonnxruntime.so.1', CUDA, SHARED]);
      expect(await readFile(join(binaries, CUDA))).toEqual(library(13));
      expect(await readFile(join(binaries, SHARED), 'utf8')).toBe('shared');
    },
  );

  it('sends the password that stands in the address, and does not name it in errors', async () => {
    const index = (await indexWith(NAME, wheelOf('1.30.0'))).replace('//', '//me:s%20t@');
    await install({ index });
    expect(asked[0]).toBe(`Basic ${btoa('me:s t')}`);
    server?.close();
    const failed = await install({ index: 'http://me:hidden@127.0.0.1:1/simple' }).catch(String);
    expect(failed).toMatch(/^UserError: http:\/\/127\.0\.0\.1:1 cannot be reached \(.+\): .*--wheel$/);
  });

  it('takes the index that pip is configured for', async () => {
    const PIP_INDEX_URL = await indexWith(NAME, wheelOf('1.30.0'));
    expect(await install({ env: { PATH: '/nowhere', PIP_INDEX_URL } })).toMatchObject({ version: '1.30.0' });
  });

  it('refuses a file that is not what the index lists', async () => {
    const index = await indexWith(NAME, wheelOf('1.30.0'), 'ab'.repeat(32));
    await expect(install({ index })).rejects.toThrow(/is not what the index lists \(SHA-256/);
    await untouched();
  });

  it('names the versions that there are instead', async () => {
    const index = await indexWith(NAME.replace('1.30.0', '1.29.0'), wheelOf('1.29.0'));
    await expect(install({ index })).rejects.toThrow(
      /no onnxruntime-gpu 1\.30\.0 for Linux \(its newest are 1\.29\.0\)/,
    );
    await expect(install({ index: `${index}/other` })).rejects.toThrow(/it has no onnxruntime-gpu/);
    await untouched();
  });

  it('takes a wheel that was carried here, of this version only, and by its sum', async () => {
    const folder = await folderWith({
      [NAME]: wheelOf('1.30.0'),
      'old.whl': wheelOf('1.29.0'),
      'cut.whl': wheelOf('1.30.0').subarray(0, 200),
    });
    const wheel = join(folder, NAME);
    await expect(install({ wheel: join(folder, 'old.whl') })).rejects.toThrow(
      /is of ONNX Runtime 1\.29\.0, and onnxruntime-node is 1\.30\.0/,
    );
    await expect(install({ wheel: join(folder, 'cut.whl') })).rejects.toThrow(/is no wheel or is damaged/);
    await expect(install({ wheel, sha256: 'ab'.repeat(32) })).rejects.toThrow(/has SHA-256 \w+ instead of/);
    await expect(install({ wheel: join(folder, 'none.whl') })).rejects.toThrow(/cannot be read/);
    await untouched();
    const sha256 = createHash('sha256').update(wheelOf('1.30.0')).digest('hex');
    expect(await install({ wheel, sha256 })).toMatchObject({ source: wheel });
  });

  it('takes a folder that an archive of ONNX Runtime was unpacked to', async () => {
    const files = { [CUDA]: library(12), [SHARED]: 'shared', 'libonnxruntime.so.1.30.0': 'runtime' };
    expect(await install({ wheel: await folderWith(files) })).toMatchObject({ cudaMajor: 12 });
  });

  it('refuses a provider for another CUDA than was asked for, or than the driver runs', async () => {
    const folder = await folderWith({ [NAME]: wheelOf('1.30.0') });
    const wheel = join(folder, NAME);
    await expect(install({ wheel, cuda: 12 })).rejects.toThrow(/is for CUDA 13, not 12: .*--wheel/);
    const smi = join(folder, 'nvidia-smi');
    await writeFile(smi, '#!/bin/sh\necho "CUDA Version: 12.4"\necho "0, 1, 1, 550.1, old"\n', {
      mode: 0o755,
    });
    await expect(install({ wheel, env: { PATH: folder } })).rejects.toThrow(
      /driver runs CUDA up to 12\.4: renew the driver/,
    );
    await untouched();
  });

  it('finds a flipped bit', async () => {
    const bytes = wheelOf('1.30.0');
    bytes[bytes.indexOf('shared', bytes.indexOf(SHARED) + SHARED.length)] ^= 1;
    const folder = await folderWith({ [NAME]: bytes });
    await expect(install({ wheel: join(folder, NAME) })).rejects.toThrow(/is damaged/);
    await untouched();
  });
});
