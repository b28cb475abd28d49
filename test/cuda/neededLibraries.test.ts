import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { neededLibraries } from '../../src/cuda/neededLibraries.js';
import { cudaMajorOf } from '../../src/cuda/providerLibraries.js';
import { elfNeeding } from '../support/elf.js';
import { folderWith } from '../support/folder.js';

describe('neededLibraries', () => {
  it("reads what ONNX Runtime's binding is linked against", async () => {
    // readelf -d says: libonnxruntime.so.1, libstdc++.so.6, libgcc_s.so.1, libc.so.6, …
    const path = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node';
    const needed = await neededLibraries(path);
    expect(needed).toEqual(expect.arrayContaining(['libonnxruntime.so.1', 'libstdc++.so.6', 'libc.so.6']));
  });

  it('tells the CUDA that a provider was built for', async () => {
    const folder = await folderWith({
      'p.so': elfNeeding(['libcublas.so.12', 'libcudart.so.12', 'libc.so.6']),
    });
    const needed = await neededLibraries(join(folder, 'p.so'));
    expect(needed).toEqual(['libcublas.so.12', 'libcudart.so.12', 'libc.so.6']);
    expect(cudaMajorOf(needed)).toBe(12);
    expect(cudaMajorOf(['libc.so.6'])).toBeUndefined();
  });

  it('refuses what is no library, and one that was cut', async () => {
    const whole = elfNeeding(['libcudart.so.13']);
    const folder = await folderWith({ text: 'x'.repeat(100), cut: whole.subarray(0, whole.length - 10) });
    await expect(neededLibraries(join(folder, 'text'))).rejects.toThrow(/is no shared library/);
    await expect(neededLibraries(join(folder, 'cut'))).rejects.toThrow(/is damaged/);
  });
});
