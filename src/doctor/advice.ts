import type { Diagnosis, MissingLibrary } from './diagnosis.js';

/** The driver's own library: no package brings it along. */
const DRIVER = 'libcuda.so.1';

/** The Vulkan loader, which WebGPU on Linux goes through. */
const VULKAN_LOADER = 'libvulkan.so.1';

/** What to do next, a sentence each, the first thing first. */
export function adviceFor(found: Omit<Diagnosis, 'advice'>): string[] {
  return [...cudaAdvice(found), ...webgpuAdvice(found)];
}

/** Where there is a GPU that WebGPU does not reach: the loader is missing, or it finds no driver. */
function webgpuAdvice({ providers, gpus, platform }: Omit<Diagnosis, 'advice'>): string[] {
  const webgpu = providers.find(({ name }) => name === 'webgpu');
  if (!webgpu || webgpu.loads || gpus.length === 0 || !platform.startsWith('linux')) return [];
  if (webgpu.reason?.includes(VULKAN_LOADER)) {
    return [
      `For WebGPU install the Vulkan loader (apt-get install libvulkan1, or dnf install vulkan-loader): ${VULKAN_LOADER} is not found.`,
    ];
  }
  return [
    `For WebGPU the Vulkan loader has to find the GPU's driver: where its ICD file (such as nvidia_icd.json) lies outside /usr/share/vulkan/icd.d, name it in VK_DRIVER_FILES (${webgpu.reason ?? 'no reason was given'}).`,
  ];
}

function cudaAdvice(found: Omit<Diagnosis, 'advice'>): string[] {
  const { providers, gpus, platform } = found;
  const cuda = providers.find(({ name }) => name === 'cuda');
  const cpu = providers.find(({ name }) => name === 'cpu');
  if (cpu && !cpu.loads) {
    return [
      `ONNX Runtime itself does not load (${cpu.reason}): install onnxruntime-node for ${platform} again.`,
    ];
  }
  if (cuda?.loads) {
    return ['CUDA works: --provider auto takes it, and --device chooses among several GPUs.'];
  }
  if (platform !== 'linux-x64') {
    return [`ONNX Runtime has no CUDA for Node on ${platform}: use --provider cpu.`];
  }
  if (gpus.length === 0) {
    return ['No NVIDIA GPU was found (nvidia-smi lists none): use --provider cpu, or install the driver.'];
  }
  if (!cuda?.installed)
    return [`Run delve setup-cuda: it fetches ONNX Runtime's CUDA provider${forMachine(found)}.`];
  const missing = cuda.missing ?? [];
  const hidden = missing.flatMap(({ foundIn }) => (foundIn === undefined ? [] : [foundIn]));
  const absent = missing.filter(({ foundIn }) => foundIn === undefined);
  return [
    ...driverAdvice(absent),
    ...(hidden.length > 0
      ? [
          `Let the loader find what is there: export LD_LIBRARY_PATH=${[...new Set(hidden)].join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}`,
        ]
      : []),
    ...installAdvice(
      absent.map(({ library }) => library),
      cuda.cudaMajor,
    ),
    ...(missing.length === 0
      ? [`CUDA's libraries load, but the provider does not run: ${cuda.reason ?? 'it gives no reason'}.`]
      : []),
  ];
}

function driverAdvice(absent: readonly MissingLibrary[]): string[] {
  return absent.some(({ library }) => library === DRIVER)
    ? [`Install NVIDIA's driver: its ${DRIVER} is not found.`]
    : [];
}

function installAdvice(absent: readonly string[], cudaMajor: number | undefined): string[] {
  const cudnn = absent.filter((library) => library.startsWith('libcudnn'));
  const toolkit = absent.filter((library) => library !== DRIVER && !cudnn.includes(library));
  const major = cudaMajor ?? 13;
  return [
    ...(toolkit.length > 0 ? [`Install the libraries of CUDA ${major}: ${listed(toolkit)} not found.`] : []),
    ...(cudnn.length > 0
      ? [
          `Install cuDNN 9 for CUDA ${major} (python3 -m pip install nvidia-cudnn-cu${major}, or NVIDIA's own package): ${listed(cudnn)} not found.`,
        ]
      : []),
  ];
}

function listed(libraries: readonly string[]): string {
  return `${libraries.join(', ')} ${libraries.length === 1 ? 'is' : 'are'}`;
}

function forMachine({ cudaMajors, driverCuda }: Pick<Diagnosis, 'cudaMajors' | 'driverCuda'>): string {
  const major = cudaMajors.at(-1) ?? driverCuda?.split('.')[0];
  return major === undefined ? '' : ` for CUDA ${major}`;
}
