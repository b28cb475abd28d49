import { describe, expect, it } from 'vitest';
import { keepFloat32 } from '../../../src/engine/session/tf32.js';

describe('keepFloat32', () => {
  it.each(['cuda', 'auto'] as const)('switches TF32 off under %s', (provider) => {
    const env: NodeJS.ProcessEnv = {};
    expect(keepFloat32(provider, env)).toBe('off');
    expect(env).toEqual({ NVIDIA_TF32_OVERRIDE: '0' });
  });

  it('leaves what the user has set, and says so', () => {
    const env = { NVIDIA_TF32_OVERRIDE: '1' };
    expect(keepFloat32('cuda', env)).toBe('allowed');
    expect(env).toEqual({ NVIDIA_TF32_OVERRIDE: '1' });
  });

  it.each(['cpu', 'webgpu'] as const)('has nothing to switch under %s', (provider) => {
    const env: NodeJS.ProcessEnv = {};
    keepFloat32(provider, env);
    expect(env).toEqual({});
  });
});
