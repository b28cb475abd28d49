import { describe, expect, it } from 'vitest';
import { adviceFor } from '../../src/doctor/advice.js';
import type { Diagnosis, ProviderDiagnosis } from '../../src/doctor/diagnosis.js';
import { diagnosisText } from '../../src/doctor/diagnosisText.js';

const cuda = (more: Partial<ProviderDiagnosis>): ProviderDiagnosis => ({
  name: 'cuda',
  loads: false,
  ...more,
});
const machine = (provider: ProviderDiagnosis, more: Partial<Diagnosis> = {}): Omit<Diagnosis, 'advice'> => ({
  delve: '0.1.0',
  node: '20.20.2',
  platform: 'linux-x64',
  onnxruntime: { version: '1.30.0', binaries: '/somewhere' },
  providers: [{ name: 'cpu', loads: true }, provider],
  gpus: [{ index: 0, name: 'H100', memory: 81559, freeMemory: 40000 }],
  driver: '580.65',
  driverCuda: '13.0',
  cudaMajors: [],
  ...more,
});
const absent = (library: string) => ({
  library,
  reason: `${library}: cannot open shared object file: No such file`,
});

describe('adviceFor', () => {
  it('has nothing to mend where CUDA works', () => {
    expect(adviceFor(machine(cuda({ loads: true })))).toEqual([expect.stringMatching(/^CUDA works/)]);
  });

  it('names the command that fetches the provider, for the CUDA that the machine can run', () => {
    expect(adviceFor(machine(cuda({ installed: false })))).toEqual([
      "Run delve setup-cuda: it fetches ONNX Runtime's CUDA provider for CUDA 13.",
    ]);
  });

  it('tells libraries that are nowhere from those that the loader does not look for', () => {
    const missing = [
      absent('libcublas.so.13'),
      absent('libcuda.so.1'),
      { ...absent('libcudnn.so.9'), foundIn: '/site-packages/nvidia/cudnn/lib' },
    ];
    expect(adviceFor(machine(cuda({ installed: true, cudaMajor: 13, missing })))).toEqual([
      "Install NVIDIA's driver: its libcuda.so.1 is not found.",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's.
      'Let the loader find what is there: export LD_LIBRARY_PATH=/site-packages/nvidia/cudnn/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}',
      'Install the libraries of CUDA 13: libcublas.so.13 is not found.',
    ]);
  });

  it('sends machines without a GPU, and other platforms, to the CPU', () => {
    expect(adviceFor(machine(cuda({}), { gpus: [] }))[0]).toMatch(/No NVIDIA GPU was found .*--provider cpu/);
    expect(adviceFor(machine(cuda({}), { platform: 'darwin-arm64' }))[0]).toMatch(
      /no CUDA for Node on darwin-arm64/,
    );
  });

  it('names the package of the Vulkan loader, or the variable that points to the driver', () => {
    const advice = (reason: string, more: Partial<Diagnosis> = {}) => {
      const found = machine(cuda({ loads: true }), more);
      const webgpu = { name: 'webgpu', loads: false, reason } as const;
      return adviceFor({ ...found, providers: [...found.providers, webgpu] }).slice(1);
    };
    expect(advice('libvulkan.so.1: cannot open shared object file')).toEqual([
      'For WebGPU install the Vulkan loader (apt-get install libvulkan1, or dnf install vulkan-loader): libvulkan.so.1 is not found.',
    ]);
    expect(advice('no adapter')[0]).toMatch(/VK_DRIVER_FILES \(no adapter\)/);
    expect(advice('no adapter', { gpus: [] })).toEqual([]);
  });

  it('puts ONNX Runtime itself first', () => {
    const providers: ProviderDiagnosis[] = [{ name: 'cpu', loads: false, reason: 'why' }, cuda({})];
    expect(adviceFor(machine(cuda({}), { providers }))).toEqual([
      expect.stringMatching(/itself does not load \(why\)/),
    ]);
  });
});

describe('diagnosisText', () => {
  it('lists what is missing under its provider, and hides nothing of hostile names', () => {
    const found = machine(
      cuda({
        installed: true,
        cudaMajor: 13,
        reason: 'libcudnn.so.9: cannot open shared object file',
        missing: [absent('libcudnn.so.9')],
      }),
      { gpus: [{ index: 0, name: 'H\x1b[31m100', memory: 81920, freeMemory: 512 }] },
    );
    const text = diagnosisText({ ...found, advice: adviceFor(found) });
    expect(text).toContain(
      'cuda          does not load (provider for CUDA 13): libcudnn.so.9: cannot open shared object file\n              libcudnn.so.9: cannot open shared object file: No such file\n',
    );
    expect(text).not.toContain('\x1b');
    expect(text).toContain('80 GiB, 0.5 GiB of it free');
    expect(text).toMatch(/\n\nInstall cuDNN 9 for CUDA 13 \(.*\): libcudnn\.so\.9 is not found\.\n$/);
  });
});
