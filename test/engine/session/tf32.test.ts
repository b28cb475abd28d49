import { describe, expect, it } from 'vitest';
import { chooseTf32 } from '../../../src/engine/session/tf32.js';

describe('chooseTf32', () => {
  it.each(['cuda', 'auto'] as const)('switches TF32 off under %s', (provider) => {
    const env: NodeJS.ProcessEnv = {};
    expect(chooseTf32(provider, false, env)).toBe('off');
    expect(env).toEqual({ NVIDIA_TF32_OVERRIDE: '0' });
  });

  it('allows it where it is wanted, unless the environment says otherwise', () => {
    const env: NodeJS.ProcessEnv = {};
    expect(chooseTf32('cuda', true, env)).toBe('allowed');
    expect(env).toEqual({ NVIDIA_TF32_OVERRIDE: '1' });
    // As for a second analysis in the process: NVIDIA's libraries read it once.
    expect(chooseTf32('cuda', false, env)).toBe('allowed');
    expect(chooseTf32('cuda', true, { NVIDIA_TF32_OVERRIDE: '0' })).toBe('off');
  });

  it('leaves what the user has set, and says so', () => {
    const env = { NVIDIA_TF32_OVERRIDE: '1' };
    expect(chooseTf32('cuda', false, env)).toBe('allowed');
    expect(env).toEqual({ NVIDIA_TF32_OVERRIDE: '1' });
  });

  it.each(['cpu', 'webgpu'] as const)('has nothing to switch under %s', (provider) => {
    const env: NodeJS.ProcessEnv = {};
    chooseTf32(provider, false, env);
    expect(env).toEqual({});
  });
});
