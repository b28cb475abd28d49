import { describe, expect, it } from 'vitest';
import { firstSentence, missingLibrary } from '../../src/doctor/askProbe.js';

describe('missingLibrary', () => {
  it("reads the library out of ONNX Runtime's log", () => {
    const log =
      '\x1b[1;31m2026-11-24 10:58:25.85 [E:onnxruntime:onnxruntime-node, provider_bridge_ort.cc:2146 Create] /onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1988 onnxruntime::Provider& onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library /p/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: No such file or directory\n\x1b[m';
    expect(missingLibrary(log)).toBe('libcublasLt.so.13: cannot open shared object file');
  });

  it('reads a symbol that another version has', () => {
    expect(
      missingLibrary(
        'with error: /p/libonnxruntime_providers_cuda.so: undefined symbol: cuTensorMapEncodeTiled\n',
      ),
    ).toBe('libonnxruntime_providers_cuda.so: undefined symbol: cuTensorMapEncodeTiled');
  });

  it('finds none where none is named', () => {
    expect(missingLibrary('all is well with libcudnn.so.9')).toBeUndefined();
  });
});

describe('firstSentence', () => {
  it("drops C++ signatures around CUDA's own words", () => {
    const message =
      '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE) [with ERRTYPE = cudaError] CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=vm ; expr=cudaSetDevice(info_.device_id); \n\n';
    expect(firstSentence(message)).toBe('CUDA failure 100: no CUDA-capable device is detected');
  });

  it('keeps the rest to one line', () => {
    expect(firstSentence('Failed to get a WebGPU adapter\nmore\n')).toBe('Failed to get a WebGPU adapter');
  });
});
