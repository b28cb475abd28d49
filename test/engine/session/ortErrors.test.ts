import { describe, expect, it } from 'vitest';
import { BatchTooLargeError } from '../../../src/engine/session/batchTooLarge.js';
import { runError, sessionError } from '../../../src/engine/session/ortErrors.js';
import { UserError } from '../../../src/errors.js';

// Messages as onnxruntime-node 1.30 throws them.
describe('sessionError', () => {
  it.each([
    [
      'This is an invalid model. In Node, ("/a/foo", FooBar, "", -1) : ("x": tensor(float),) -> ("y",) , Error No Op registered for FooBar with domain_version of 17',
      'node /a/foo (FooBar) cannot run: ONNX Runtime knows no operator FooBar in opset 17; export the model with standard operators',
    ],
    [
      'Fatal error: my.dom:FooBar(-1) is not a registered function/op',
      'the model needs the operator my.dom:FooBar, which ONNX Runtime does not have; export it with standard operators',
    ],
    [
      "Could not find an implementation for Gemm(13) node with name '/b/gemm'",
      'node /b/gemm (Gemm) cannot run: ONNX Runtime has no Gemm of opset 13 for the types of its inputs on this provider; try another --provider, or export the model in float32',
    ],
    [
      'External data path validation failed for initializer: w. Error: tensorprotoutils.cc:461 ValidateExternalDataPathFromDir External data path does not exist: "/m/nope.bin"',
      'ONNX Runtime does not load the model: External data path validation failed for initializer: w. Error: External data path does not exist: "/m/nope.bin"',
    ],
  ])('%s', (message, sentence) => {
    const error = sessionError(new Error(message));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(sentence);
  });
});

describe('runError', () => {
  const given = { x: { type: 'float32' as const, dims: [4, 5], data: new Float32Array(20) } };

  it.each([
    [
      'Got invalid dimensions for input: x for the following indices\n index: 0 Got: 4 Expected: 1\n index: 1 Got: 5 Expected: 3\n Please fix either the inputs/outputs or the model.',
      'input x of shape [4, 5] does not fit: axis 0 is 4 where the model wants 1, axis 1 is 5 where the model wants 3',
    ],
    [
      'Invalid rank for input: x Got: 2 Expected: 3 Please fix either the inputs/outputs or the model.',
      'input x of shape [4, 5] does not fit: the model wants 3 dimensions',
    ],
    [
      'Unexpected input data type. Actual: (tensor(double)) , expected: (tensor(float))',
      'an input is given as double where the model wants float',
    ],
    [
      "input 'y' is missing in 'feeds'.",
      'input y of the model gets no data: name its source with --data y=<source>',
    ],
    [
      "Non-zero status code returned while running Gemm node. Name:'/a/gemm' Status Message: GEMM: Dimension mismatch, W: {3,2} K: 5 N:2",
      'node /a/gemm (Gemm) cannot run on x [4, 5]: GEMM: Dimension mismatch, W: {3,2} K: 5 N:2',
    ],
    [
      "Non-zero status code returned while running Reshape node. Name:'/a/reshape' Status Message: /onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:84 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) size != 0 && (input_shape_size % size) == 0 was false. The input tensor cannot be reshaped to the requested shape. Input shape:{3,5}, requested shape:{4,-1}\n",
      'node /a/reshape (Reshape) cannot run on x [4, 5]: The input tensor cannot be reshaped to the requested shape. Input shape:{3,5}, requested shape:{4,-1}',
    ],
    [
      "Non-zero status code returned while running Expand node. Name:'/a/expand' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 12000000000\n",
      'memory ran out at node /a/expand (Expand) (it asked for 12 GB more): take a smaller --batch',
    ],
    [
      "Non-zero status code returned while running Gemm node. Name:'delve/layer1.conv/scatter_node' Status Message: Failed to allocate memory for requested buffer of size 137438953472",
      'memory ran out at the products of layer layer1.conv (it asked for 137.4 GB more): they grow with the square of its features, whatever the batch; choose another --conv-method or --sequence-method, or leave the layer out with --exclude',
    ],
    [
      "Non-zero status code returned while running Gemm node. Name:'delve/Gemm_12_node' Status Message: Failed to allocate memory for requested buffer of size 68719476736",
      'memory ran out at the products of a wide layer (it asked for 68.7 GB more): they grow with the square of its features, whatever the batch; choose another --conv-method or --sequence-method, or leave the layer out with --exclude',
    ],
  ])('%s', (message, sentence) => {
    const error = runError(new Error(message), given);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(sentence);
  });
});

// What CUDA, cuBLAS and cuDNN say through ONNX Runtime where a batch is too large for them.
describe('a batch that is too large for the provider', () => {
  const feeds = { x: { type: 'float32' as const, dims: [128, 5], data: new Float32Array(640) } };
  const failed = (op: string, node: string, status: string) =>
    `Non-zero status code returned while running ${op} node. Name:'${node}' Status Message: ${status}`;
  const cuda = '/onnxruntime_src/onnxruntime/core/providers/cuda';
  const elsewhere = 'take a smaller --batch, smaller samples, or --provider cpu';
  const noKernel = `node /conv (Conv) cannot run on x [128, 5]: CUDA has no kernel for it without TF32; allow that with --tf32, ${elsewhere}`;
  const notCounted = (node: string) =>
    `${node} cannot run on x [128, 5]: its tensors have more elements than this provider can count (2³¹ − 1); ${elsewhere}`;

  it.each([
    [
      'kernel',
      failed(
        'Conv',
        '/conv',
        `Failed to initialize CUDNN Frontend${cuda}/cudnn_fe_call.cc:99 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudnn_frontend::error_object; bool THRW = true] CUDNN_FE failure 8: HEURISTIC_QUERY_FAILED ; GPU=0 ; hostname=h ; file=${cuda}/nn/conv.cc ; line=224 ; expr=s_.cudnn_fe_graph->create_execution_plans({heur_mode});`,
      ),
      noKernel,
      'without TF32 (--tf32 allows it) CUDA has no kernel for node /conv (Conv)',
    ],
    ['kernel', failed('Conv', '/conv', 'No valid engine configs for ConvFwd_'), noKernel, undefined],
    [
      'kernel',
      failed(
        'Conv',
        '/conv',
        'CUDNN failure 9: CUDNN_STATUS_NOT_SUPPORTED ; GPU=0 ; hostname=h ; expr=cudnnSetTensorNdDescriptor(tensor_, dataType, static_cast<int>(rank), dims.data(), strides.data());',
      ),
      noKernel,
      undefined,
    ],
    [
      'count',
      failed(
        'Transpose',
        '/t',
        `${cuda}/shared_inc/fast_divmod.h:29 onnxruntime::cuda::DivMod<int>::DivMod(int) d_ >= 1 && d_ <= static_cast<uint32_t>(std::numeric_limits<int>::max()) was false. \n`,
      ),
      notCounted('node /t (Transpose)'),
      'node /t (Transpose) cannot count the elements of tensors so large',
    ],
    [
      'kernel',
      failed('ConvTranspose', '/grow', 'Too many storage buffers in shader. Current: 34, Max is 12'),
      /^node \/grow \(ConvTranspose\) cannot run on input \[.*\]: WebGPU cannot take tensors so large, or so many at once; take a smaller --batch/,
      'WebGPU cannot take tensors so large at node /grow (ConvTranspose)',
    ],
    [
      'kernel',
      'WebGPU validation failed. Buffer size (4294967296) exceeds the max buffer size limit (1073741824). - While calling [Device].CreateBuffer',
      /^the model cannot run on input \[.*\]: WebGPU cannot take tensors so large, or so many at once/,
      'WebGPU cannot take tensors so large at the model',
    ],
    ['count', failed('Transpose', '/t', 'narrowing_error'), notCounted('node /t (Transpose)'), undefined],
    [
      'count',
      failed(
        'Add',
        '/a',
        'CUDA failure 9: invalid configuration argument ; GPU=0 ; hostname=h ; file=f ; line=1 ; expr=e',
      ),
      notCounted('node /a (Add)'),
      undefined,
    ],
    [
      'memory',
      failed('Gemm', '/g', 'CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=h ; expr=e'),
      'memory ran out at node /g (Gemm): take a smaller --batch',
      'memory ran out',
    ],
    [
      'memory',
      failed(
        'Add',
        '/a',
        'CUDA failure 2: out of memory ; GPU=0 ; hostname=h ; file=f ; line=1 ; expr=cudaMalloc',
      ),
      'memory ran out at node /a (Add): take a smaller --batch',
      'memory ran out',
    ],
    [
      'memory',
      failed('Conv', '/c', 'CUDNN failure 4: CUDNN_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=h'),
      'memory ran out at node /c (Conv): take a smaller --batch',
      undefined,
    ],
  ] as const)('%s: %s', (because, message, sentence, reason) => {
    const error = runError(new Error(message), feeds, 'off');
    expect(error).toBeInstanceOf(BatchTooLargeError);
    expect(error).toMatchObject({ because, message: sentence, ...(reason === undefined ? {} : { reason }) });
  });

  it('names --tf32 only where it would change something', () => {
    const { message } = runError(
      new Error(failed('Conv', '/conv', 'HEURISTIC_QUERY_FAILED')),
      feeds,
      'allowed',
    );
    expect(message).toBe(
      `node /conv (Conv) cannot run on x [128, 5]: CUDA has no kernel for it; ${elsewhere}`,
    );
  });

  it('is not what a failure is that fewer samples would not help', () => {
    for (const status of [
      'CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=h',
      'CUBLAS failure 13: CUBLAS_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=h',
      'CUDNN failure 5000: CUDNN_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=h',
    ]) {
      const error = runError(new Error(failed('Conv', '/c', status)), feeds, 'off');
      expect(error).not.toBeInstanceOf(BatchTooLargeError);
      expect(error.message).toBe(
        `node /c (Conv) cannot run on x [128, 5]: ${status.replace(/ ; GPU.*/, '')}`,
      );
    }
  });
});

describe('a Loop that batches are added up in', () => {
  // As ONNX Runtime 1.30 nests it: the status of the node inside is the message of the Loop.
  const nested = (inner: string) =>
    `Non-zero status code returned while running Loop node. Name:'delve/conv1/count_node_2' Status Message: ${inner}`;

  it('is not named: the node inside is', () => {
    const message = nested(
      "Non-zero status code returned while running Conv node. Name:'/layer4/conv2/Conv' Status Message: CUDNN_FE failure 8: HEURISTIC_QUERY_FAILED",
    );
    const error = runError(new Error(message), {}, 'off');
    expect(error).toMatchObject({
      because: 'kernel',
      reason: 'without TF32 (--tf32 allows it) CUDA has no kernel for node /layer4/conv2/Conv (Conv)',
    });
  });

  it('is the model where nothing inside is named', () => {
    const error = runError(
      new Error(nested('Failed to allocate memory for requested buffer of size 274877906944')),
      {},
    );
    expect(error.message).toBe(
      'memory ran out at the model (it asked for 274.9 GB more): take a smaller --batch',
    );
  });
});
