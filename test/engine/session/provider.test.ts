import { describe, expect, it, vi } from 'vitest';
import { openOn, refuseImpossible } from '../../../src/engine/session/provider.js';
import { UserError } from '../../../src/errors.js';

const known = ['cpu', 'webgpu', 'cuda'];
/** Loads on the CPU only, as ONNX Runtime does where an accelerator's libraries are missing. */
const cpuOnly = (reason: string) =>
  vi.fn(async ([first]: readonly unknown[]) => {
    if (first !== 'cpu') throw new Error(reason);
    return 'session';
  });
const noCuda = 'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library';

describe('openOn', () => {
  it('takes CUDA under auto where it loads, and says so', async () => {
    const create = vi.fn(async () => 'session');
    expect(await openOn({ provider: 'auto', device: 1, known }, create)).toEqual({
      session: 'session',
      provider: 'cuda',
      notice: 'runs on CUDA device 1',
    });
    expect(create.mock.calls).toEqual([[[{ name: 'cuda', deviceId: 1 }, 'cpu']]]);
  });

  it('takes the CPU under auto where CUDA does not load, and says why', async () => {
    expect(await openOn({ provider: 'auto', known }, cpuOnly(noCuda))).toEqual({
      session: 'session',
      provider: 'cpu',
      notice: expect.stringMatching(
        /^runs on the CPU \(CUDA does not load: .*(is not installed|another version)\)$/,
      ),
    });
  });

  it('does not ask for CUDA under auto where the build has none', async () => {
    const create = vi.fn(async () => 'session');
    expect(await openOn({ provider: 'auto', known: ['cpu'] }, create)).toMatchObject({ provider: 'cpu' });
    expect(create.mock.calls).toEqual([[['cpu']]]);
  });

  it('has nothing to tell about a CPU that was asked for', async () => {
    expect(await openOn({ provider: 'cpu', known }, async () => 1)).toEqual({ session: 1, provider: 'cpu' });
  });

  it('refuses CUDA that does not load, naming what to install, without trying the CPU', async () => {
    const create = cpuOnly(noCuda);
    const opened = openOn({ provider: 'cuda', known }, create);
    await expect(opened).rejects.toThrow(UserError);
    await expect(opened).rejects.toThrow(
      /^CUDA cannot be used \(.*(is not installed|another version)\): run delve setup-cuda .*delve doctor .*--provider cpu$/,
    );
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('refuses CUDA that the build does not know, which ONNX Runtime would drop without an error', async () => {
    const create = vi.fn(async () => 'session');
    await expect(openOn({ provider: 'cuda', known: ['cpu'] }, create)).rejects.toThrow(
      /CUDA cannot be used .*built without/,
    );
    expect(create).not.toHaveBeenCalled();
  });

  it('names what CUDA itself says, without the C++ around it', async () => {
    const reason =
      '/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW> onnxruntime::CudaCall(ERRTYPE) CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=vm ; expr=cudaSetDevice(info_.device_id); ';
    await expect(openOn({ provider: 'cuda', known }, cpuOnly(reason))).rejects.toThrow(
      /^CUDA cannot be used \(CUDA failure 100: no CUDA-capable device is detected\): run delve setup-cuda/,
    );
  });

  it.each(['cuda', 'webgpu'] as const)('never falls back from %s to the CPU', async (provider) => {
    const create = cpuOnly(provider === 'cuda' ? noCuda : 'Failed to get a WebGPU adapter');
    await expect(openOn({ provider, known }, create)).rejects.toThrow(UserError);
    expect(create.mock.calls.flat(2)).not.toEqual(['cpu']);
    expect(create).toHaveBeenCalledTimes(1);
  });

  it('refuses WebGPU without a GPU', async () => {
    const reason =
      '/src/webgpu_context.cc:136 Initialize() adapter_result.status == Success was false. Failed to get a WebGPU adapter: No supported adapters\n';
    await expect(openOn({ provider: 'webgpu', known }, cpuOnly(reason))).rejects.toThrow(
      /^WebGPU cannot be used \(no GPU that it supports was found\)/,
    );
  });

  it('does not advise to install CUDA where its memory ran out', async () => {
    const create = cpuOnly('CUDA failure 2: out of memory ; GPU=0 ; hostname=here');
    await expect(openOn({ provider: 'cuda', known }, create)).rejects.toThrow(
      /^CUDA failure 2: out of memory/,
    );
  });

  it.each(['auto', 'cuda'] as const)('leaves errors of the model as they are under %s', async (provider) => {
    const create = vi.fn(async () => {
      throw new Error('Failed to load model because protobuf parsing failed.');
    });
    await expect(openOn({ provider, known }, create)).rejects.toThrow('protobuf parsing failed');
    expect(create).toHaveBeenCalledTimes(1);
  });
});

describe('refuseImpossible', () => {
  it('refuses float64 on WebGPU', () => {
    expect(() => refuseImpossible('webgpu', 'float64')).toThrow(/float64.*--precision float32/);
    expect(() => refuseImpossible('webgpu', 'float32')).not.toThrow();
    expect(() => refuseImpossible('cuda', 'float64')).not.toThrow();
  });
});
