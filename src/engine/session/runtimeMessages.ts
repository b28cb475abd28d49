/** `CUDA failure 100: no CUDA-capable device is detected`, where ONNX Runtime says such a thing. */
export function cudaFailure(message: string): string | undefined {
  return /CUDA failure \d+: [^;]*?(?=\s*;|$)/.exec(message)?.[0];
}

/**
 * What ONNX Runtime says, without source files, C++ signatures, failed conditions, host names and line breaks; never
 * empty.
 */
export function cleanedMessage(message: string): string {
  const words = message
    .replace(
      /\S+\.(?:cc|h|cpp|cu|hpp|cuh):\d+\s+(?:[^().]*::[^()]*\((?:[^()]|\([^()]*\))*\)\S*\s+(?:const\s+)?(?:\[with [^\]]*\]\s*)?|\w+(?:\(\))?\s+)?/g,
      '',
    )
    .replace(/(?:Exception during initialization:\s*)?\[ONNXRuntimeError\] : \d+ : \w+ :\s*/g, '')
    .replace(/\s*;\s*GPU=\d+[\s\S]*$/, '');
  const told = oneLine(words.replace(/^[\s\S]*?\bwas false\.\s*/, ''));
  return told || oneLine(words) || 'it gives no reason';
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
