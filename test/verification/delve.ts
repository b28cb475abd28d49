/** The package as it was built into `dist/`: what users run, and not this folder's own compilation of the sources. */
async function built<Module>(path: string): Promise<Module> {
  return (await import(new URL(`../../../../../dist/${path}`, import.meta.url).href)) as Module;
}

export const { analyze, inspect, readMoments, covariance, mean } =
  await built<typeof import('../../src/index.js')>('index.js');
/** Reads the same data for the reference as for the run: readers are no part of what is verified. */
export const { openData } =
  await built<typeof import('../../src/data/open/openData.js')>('data/open/openData.js');
export const { fixedBatchSize } =
  await built<typeof import('../../src/onnx/modelInput.js')>('onnx/modelInput.js');
export const { readModelFile, serializeModel } =
  await built<typeof import('../../src/onnx/modelFile.js')>('onnx/modelFile.js');
export const { ModelProtoSchema } =
  await built<typeof import('../../src/onnx/proto/onnx_pb.js')>('onnx/proto/onnx_pb.js');
