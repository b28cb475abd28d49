import { describe, expect, test } from 'vitest';
import { delve } from '../support/commandLine.js';

const env = { ...process.env };

describe('delve doctor', () => {
  test('tries every provider, and ends well whatever it finds', async () => {
    const { code, stdout, stderr } = await delve(['doctor', '--json'], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
      onnxruntime: { version: expect.stringMatching(/^\d+\.\d+\.\d+$/) },
      providers: [
        { name: 'cpu', loads: true },
        { name: 'cuda', loads: expect.any(Boolean) },
        { name: 'webgpu', loads: expect.any(Boolean) },
      ],
      advice: [expect.stringMatching(/\.$/), ...found.advice.slice(1)],
    });
    for (const { loads, reason } of found.providers) expect(loads || reason !== '').toBe(true);
  });

  test('prints a text without --json', async () => {
    const { code, stdout } = await delve(['doctor'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^delve {9}\d.*\nNode .*\nplatform .*\nONNX Runtime {2}\d/);
    expect(stdout).toMatch(/\ncpu {11}works\n/);
  });
});

test('delve setup-cuda refuses a wheel that is not there, in one sentence', async () => {
  const { code, stdout, stderr } = await delve(['setup-cuda', '--wheel', 'nowhere.whl'], { env });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^delve: .*(nowhere\.whl cannot be read|CUDA on linux-x64 only).*\n$/);
});
