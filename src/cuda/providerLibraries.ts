import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeFolder } from '../engine/session/runtimeFolder.js';
import { neededLibraries } from './neededLibraries.js';

/** ONNX Runtime's CUDA provider, which comes apart from onnxruntime-node. */
export const CUDA_PROVIDER = 'libonnxruntime_providers_cuda.so';

/** What has to lie beside onnxruntime-node's own libraries for CUDA to load; the first is loaded by the second. */
export const PROVIDER_LIBRARIES = ['libonnxruntime_providers_shared.so', CUDA_PROVIDER] as const;

/** The cuDNN that ONNX Runtime has asked for since 1.19. It is opened at the first convolution, not linked. */
export const CUDNN = 'libcudnn.so.9';

/** The CUDA provider that is installed. */
export interface InstalledProvider {
  readonly path: string;
  /** The CUDA version that it was built for, such as 13; absent where its file does not tell. */
  readonly cudaMajor?: number;
  /** Libraries of CUDA and cuDNN that it needs, such as `libcublasLt.so.13`. */
  readonly needs: readonly string[];
}

/**
 * The CUDA provider beside onnxruntime-node's libraries, or `undefined` where there is none.
 *
 * @throws UserError where the file is no shared library.
 */
export async function installedProvider(
  folder: string = runtimeFolder().binaries,
): Promise<InstalledProvider | undefined> {
  const path = join(folder, CUDA_PROVIDER);
  if (!PROVIDER_LIBRARIES.every((name) => existsSync(join(folder, name)))) return undefined;
  const needed = await neededLibraries(path);
  return { path, cudaMajor: cudaMajorOf(needed), needs: [...needed.filter(ofCuda), CUDNN] };
}

/** The major version of CUDA among the libraries that a provider needs. */
export function cudaMajorOf(needed: readonly string[]): number | undefined {
  const major = needed.map((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1]).find((n) => n !== undefined);
  return major === undefined ? undefined : Number(major);
}

function ofCuda(library: string): boolean {
  return /^lib(?:cu|nv)/.test(library);
}
