import { expect, test } from 'vitest';
import { cleanedMessage } from '../../../src/engine/session/runtimeMessages.js';

test.each([
  [
    '/onnxruntime_src/onnxruntime/core/common/safeint.h:17 static void SafeIntExceptionHandler<onnxruntime::OnnxRuntimeException>::SafeIntOnOverflow() Integer overflow\n',
    'Integer overflow',
  ],
  ['/s/a.cc:5 int64_t onnxruntime::Shape::Size(size_t) const size >= 0 was false. ', 'size >= 0 was false.'],
  ['/s/a.cc:5 void onnxruntime::F(std::function<void(int)>) [with T = float] too large', 'too large'],
  [
    "Exception during initialization: [ONNXRuntimeError] : 1 : FAIL : Initializer 'z': raw_data is too short",
    "Initializer 'z': raw_data is too short",
  ],
  ['GEMM: Dimension mismatch', 'GEMM: Dimension mismatch'],
  ['', 'it gives no reason'],
])('%j becomes %j', (raw, sentence) => {
  expect(cleanedMessage(raw)).toBe(sentence);
});
