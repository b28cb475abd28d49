import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromBinary } from '@bufbuild/protobuf';
import type * as ort from 'onnxruntime-node';
import { type ModelFile, readModelFile } from '../../src/onnx/modelFile.js';
import { modelInputs } from '../../src/onnx/modelInput.js';
import { TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import type { Feeds } from './instrumented.js';
import { ortTensor } from './instrumented.js';
import { storedValues } from './rawTensor.js';

const folder = fileURLToPath(new URL('../../fixtures/onnx-operators/', import.meta.url));

/** One of ONNX's own operator tests: a model and the inputs of its first test data set. */
export interface OperatorModel {
  /** `node/test_gemm_alpha` */
  readonly name: string;
  readonly model: ModelFile;
  readonly feeds: Feeds;
}

/** The folders of all operator tests in `fixtures/onnx-operators/`. */
export const operatorModelNames: readonly string[] = [
  'node',
  'pytorch-converted',
  'pytorch-operator',
].flatMap((origin) => readdirSync(join(folder, origin)).map((test) => `${origin}/${test}`));

export async function readOperatorModel(name: string): Promise<OperatorModel> {
  const model = await readModelFile(join(folder, name, 'model.onnx'));
  const feeds: Record<string, ort.Tensor> = {};
  modelInputs(model.graph).forEach((input, index) => {
    const bytes = readFileSync(join(folder, name, 'test_data_set_0', `input_${index}.pb`));
    const { type, dims, values } = storedValues(fromBinary(TensorProtoSchema, bytes));
    feeds[input.name] = ortTensor(type, dims, values);
  });
  return { name, model, feeds };
}
