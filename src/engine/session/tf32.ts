import type { Provider, Tf32 } from '../../run/settingValues.js';

/** What NVIDIA's libraries read once, when they start: 0 keeps float32 products and convolutions in float32. */
const OVERRIDE = 'NVIDIA_TF32_OVERRIDE';

/**
 * Keeps CUDA from rounding float32 factors to TF32 unless that is wanted, or the environment says something already,
 * which is left as it is: ONNX Runtime allows it by default, and of its CUDA options the binding reads the device only.
 * Has to come before the first CUDA session of the process, and in the main thread: workers have a copy of the
 * environment that libraries do not see. What holds for the first session of a process holds for all.
 *
 * @param wanted whether TF32 was asked for.
 * @returns what holds in this process.
 */
export function chooseTf32(
  provider: 'auto' | Provider,
  wanted: boolean,
  env: NodeJS.ProcessEnv = process.env,
): Tf32 {
  if (provider === 'cuda' || provider === 'auto') env[OVERRIDE] ??= wanted ? '1' : '0';
  return heldTf32(env);
}

/** What holds in this process, or in the thread that asks. */
export function heldTf32(env: NodeJS.ProcessEnv = process.env): Tf32 {
  return env[OVERRIDE] === '0' ? 'off' : 'allowed';
}
