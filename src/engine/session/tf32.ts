import type { ProviderChoice } from './provider.js';

/** What NVIDIA's libraries read once, when they start: 0 keeps float32 products and convolutions in float32. */
const OVERRIDE = 'NVIDIA_TF32_OVERRIDE';

/** Whether float32 products and convolutions on a GPU may be rounded to ten bits (TF32). */
export type Tf32 = 'off' | 'allowed';

/**
 * Keeps CUDA from rounding float32 factors to TF32, unless the user has set the environment otherwise: ONNX Runtime
 * allows it by default, and of its CUDA options the binding reads the device only. Has to come before the first CUDA
 * session of the process, and in the main thread: workers have a copy of the environment that libraries do not see.
 *
 * @returns what holds in this process.
 */
export function keepFloat32(provider: ProviderChoice, env: NodeJS.ProcessEnv = process.env): Tf32 {
  if (provider === 'cuda' || provider === 'auto') env[OVERRIDE] ??= '0';
  return env[OVERRIDE] === '0' ? 'off' : 'allowed';
}
