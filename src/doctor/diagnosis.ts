import type { Gpu } from '../cuda/gpus.js';
import type { Provider } from '../run/schema.js';

/** What there is on this machine to compute with. */
export interface Diagnosis {
  readonly delve: string;
  readonly node: string;
  /** Such as `linux-x64`. */
  readonly platform: string;
  /** Of onnxruntime-node, and the folder where it looks for provider libraries. */
  readonly onnxruntime: { readonly version: string; readonly binaries: string };
  readonly providers: readonly ProviderDiagnosis[];
  readonly gpus: readonly Gpu[];
  /** Version of NVIDIA's driver. */
  readonly driver?: string;
  /** The newest CUDA that the driver can run, such as `13.0`. */
  readonly driverCuda?: string;
  /** Major versions of CUDA whose libraries were found, in ascending order. */
  readonly cudaMajors: readonly number[];
  /** What to do next, a sentence each. */
  readonly advice: readonly string[];
}

export interface ProviderDiagnosis {
  readonly name: Provider;
  /** A small model ran on it and gave the right numbers. */
  readonly loads: boolean;
  /** Why not. */
  readonly reason?: string;
  /** Of CUDA: whether ONNX Runtime's provider library is installed. */
  readonly installed?: boolean;
  /** Of CUDA: the major version that the provider library was built for. */
  readonly cudaMajor?: number;
  /** Of CUDA: the libraries that the loader does not find, or cannot load. */
  readonly missing?: readonly MissingLibrary[];
}

export interface MissingLibrary {
  readonly library: string;
  /** What the loader says. */
  readonly reason: string;
  /** A folder that has it, which the loader does not search. */
  readonly foundIn?: string;
}
