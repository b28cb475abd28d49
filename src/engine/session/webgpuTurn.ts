import type { ProviderChoice } from '../../run/settingValues.js';

/** Ends when whoever came last is through. */
let last: Promise<void> = Promise.resolve();

/**
 * Waits until no other pass of this process is on WebGPU: two sessions at one time, each in a thread of its own, end the
 * process in ONNX Runtime 1.30 (a segmentation fault). Passes on other providers do not wait.
 *
 * @returns to be called once, with what ends when the session is gone.
 */
export async function webgpuTurn(provider: ProviderChoice): Promise<(gone: Promise<unknown>) => void> {
  if (provider !== 'webgpu') return () => {};
  const before = last;
  let leave: () => void = () => {};
  last = new Promise((resolve) => {
    leave = resolve;
  });
  await before;
  return (gone) => void gone.then(leave, leave);
}
