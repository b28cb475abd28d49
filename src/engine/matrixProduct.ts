import { create } from '@bufbuild/protobuf';
import type { InferenceSession } from 'onnxruntime-node';
import { declare } from '../instrument/rewrite.js';
import { serializeModel } from '../onnx/modelFile.js';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from '../onnx/proto/onnx_pb.js';
import { doublesOf, openPlain } from './session/modelSession.js';

/** A matrix in float64, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** Products of large matrices, which ONNX Runtime's kernels compute many times faster than JavaScript. */
export class MatrixProduct {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** @param threads that share a product; absent: one a core. */
  static async open(threads?: number): Promise<MatrixProduct> {
    const node = (opType: string, input: string[], output: string) =>
      create(NodeProtoSchema, { opType, input, output: [output] });
    const graph = create(GraphProtoSchema, {
      name: 'product',
      node: [node('Transpose', ['a'], 't'), node('MatMul', ['t', 'b'], 'c')],
      input: [declare('a', 'float64', 2), declare('b', 'float64', 2)],
      output: [declare('c', 'float64', 2)],
    });
    const model = create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { version: 17n })],
      graph,
    });
    return new MatrixProduct(await openPlain({ bytes: serializeModel(model) }, threads));
  }

  /** Aᵀ B of matrices with as many rows. */
  async transposed(a: Matrix, b: Matrix): Promise<Matrix> {
    const { Tensor } = await import('onnxruntime-node');
    const tensor = ({ rows, columns, values }: Matrix) => new Tensor('float64', values, [rows, columns]);
    const outputs = await this.#session.run({ a: tensor(a), b: tensor(b) });
    return { rows: a.columns, columns: b.columns, values: doublesOf(outputs, 'c') };
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
