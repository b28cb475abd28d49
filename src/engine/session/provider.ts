import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors.js';
import type { Precision } from '../../instrument/options.js';
import type { Provider, ProviderChoice } from '../../run/settingValues.js';
import { isOutOfMemory } from './ortErrors.js';
import { runtimeFolder } from './runtimeFolder.js';
import { cleanedMessage, cudaFailure } from './runtimeMessages.js';

/** An execution provider as ONNX Runtime's session options take it. */
export type ExecutionProvider = Provider | { readonly name: Provider; readonly deviceId: number };

/** A session, what it runs on, and what there is to tell about the choice. */
export interface Opened<S> {
  readonly session: S;
  readonly provider: Provider;
  readonly notice?: string;
}

export interface ProviderOptions {
  readonly provider: ProviderChoice;
  /** Which of several GPUs; 0 where nothing is said. */
  readonly device?: number;
  /** Providers that this build of ONNX Runtime knows, whether they load or not. */
  readonly known: readonly string[];
}

/**
 * Refuses choices that can never run.
 *
 * @throws UserError for float64 moments on WebGPU, which has no such type.
 */
export function refuseImpossible(provider: ProviderChoice, precision: Precision): void {
  if (provider === 'webgpu' && precision === 'float64') {
    throw new UserError(
      'WebGPU cannot compute in float64: add --precision float32, or take --provider cpu or cuda',
    );
  }
}

/**
 * Opens a session on the provider that was asked for. Never falls back silently: ONNX Runtime itself drops
 * providers that its build does not know with no more than a console warning, so that is checked before.
 *
 * @param create opens a session on these providers, the first being preferred; rejects where it cannot load.
 * @throws UserError where CUDA or WebGPU was asked for and does not load.
 */
export async function openOn<S>(
  { provider, device = 0, known }: ProviderOptions,
  create: (providers: readonly ExecutionProvider[]) => Promise<S>,
): Promise<Opened<S>> {
  const onCpu = async (notice?: string): Promise<Opened<S>> => ({
    session: await create(['cpu']),
    provider: 'cpu',
    ...(notice === undefined ? {} : { notice }),
  });
  if (provider === 'cpu') return onCpu();
  if (provider === 'auto' && !known.includes('cuda')) return onCpu('runs on the CPU');

  const wanted = provider === 'auto' ? 'cuda' : provider;
  try {
    if (!known.includes(wanted)) throw new Error('ONNX Runtime for this platform is built without it');
    const accelerator = wanted === 'cuda' ? { name: wanted, deviceId: device } : wanted;
    const session = await create([accelerator, 'cpu']);
    return {
      session,
      provider: wanted,
      notice: `runs on ${wanted === 'cuda' ? `CUDA device ${device}` : 'WebGPU'}`,
    };
  } catch (error) {
    if (!isProviderFailure(error)) throw error;
    if (provider !== 'auto' && isOutOfMemory(messageOf(error))) throw error;
    if (provider === 'auto') return onCpu(`runs on the CPU (CUDA does not load: ${reasonOf(wanted, error)})`);
    throw refusal(wanted, error);
  }
}

/** Whether ONNX Runtime's provider for CUDA is installed; what it needs itself may be missing all the same. */
export function mayLoadCuda(): boolean {
  const library =
    process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  return existsSync(join(runtimeFolder().binaries, library));
}

/** Whether a failure is about the provider, its libraries or its device, and not about the model. */
function isProviderFailure(error: unknown): boolean {
  return /cuda|cudnn|cublas|webgpu|adapter|shared library|ExecutionProvider|built without/i.test(
    messageOf(error),
  );
}

function refusal(provider: 'cuda' | 'webgpu', error: unknown): UserError {
  const reason = reasonOf(provider, error);
  if (provider === 'webgpu') {
    return new UserError(
      `WebGPU cannot be used (${reason}): install a GPU driver with Vulkan, or take --provider cpu`,
    );
  }
  return new UserError(
    `CUDA cannot be used (${reason}): run delve setup-cuda for the provider, delve doctor for what else is missing, ` +
      'or take --provider cpu',
  );
}

/** Why, in a few words. ONNX Runtime says only `Failed to load shared library`; which one is missing tells more. */
function reasonOf(provider: string, error: unknown): string {
  const message = messageOf(error);
  if (provider === 'cuda' && /shared library/i.test(message)) {
    return mayLoadCuda()
      ? 'its provider library is there, but CUDA or cuDNN is missing or of another version'
      : "ONNX Runtime's CUDA provider library is not installed";
  }
  if (/request.?adapter|GPU adapter/i.test(message)) return 'no GPU that it supports was found';
  return cudaFailure(message) ?? cleanedMessage(message);
}
