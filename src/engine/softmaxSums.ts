import { create } from '@bufbuild/protobuf';
import type { InferenceSession } from 'onnxruntime-node';
import { declare } from '../instrument/rewrite.js';
import { dataTypeOf } from '../onnx/elementType.js';
import { serializeModel } from '../onnx/modelFile.js';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from '../onnx/proto/onnx_pb.js';
import type { Classifier, ClassifierSums } from '../probe/softmaxRegression.js';
import type { Matrix } from './matrixProduct.js';
import { doublesOf, openPlain, valuesOf } from './session/modelSession.js';

/** Samples with their classes. */
export interface ClassifiedRows {
  /** `[samples, features]` */
  readonly rows: Matrix;
  /** By place among the classes; of no matter where the weight is 0. */
  readonly labels: Int32Array;
  /** 1 for samples that count, 0 for others. */
  readonly counted: Float64Array;
}

/** The sums of a linear classifier over many samples, by ONNX Runtime's kernels. */
export class SoftmaxSums {
  readonly #session: InferenceSession;

  private constructor(session: InferenceSession) {
    this.#session = session;
  }

  static async open(): Promise<SoftmaxSums> {
    return new SoftmaxSums(await openPlain({ bytes: serializeModel(model()) }));
  }

  /** Loss and gradient of the samples that count. */
  async sums(classifier: Classifier, { rows, labels, counted }: ClassifiedRows): Promise<ClassifierSums> {
    const { Tensor } = await import('onnxruntime-node');
    const outputs = await this.#session.run(
      {
        ...(await feeds(classifier, rows)),
        y: new Tensor('int32', labels, [labels.length, 1]),
        counted: new Tensor('float64', counted, [counted.length, 1]),
      },
      ['loss', 'weightGradient', 'biasGradient'],
    );
    return {
      loss: -doublesOf(outputs, 'loss')[0],
      weightGradient: doublesOf(outputs, 'weightGradient'),
      biasGradient: doublesOf(outputs, 'biasGradient'),
    };
  }

  /** The class of the highest score of each row. */
  async answers(classifier: Classifier, rows: Matrix): Promise<BigInt64Array> {
    const { Tensor } = await import('onnxruntime-node');
    const nothing = {
      y: new Tensor('int32', new Int32Array(rows.rows), [rows.rows, 1]),
      counted: new Tensor('float64', new Float64Array(rows.rows), [rows.rows, 1]),
    };
    const outputs = await this.#session.run({ ...(await feeds(classifier, rows)), ...nothing }, ['answer']);
    const values = valuesOf(outputs, 'answer');
    if (!(values instanceof BigInt64Array)) throw new TypeError('answers are not int64');
    return values;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

async function feeds({ weights, bias }: Classifier, { rows, columns, values }: Matrix) {
  const { Tensor } = await import('onnxruntime-node');
  const classes = bias.length;
  return {
    x: new Tensor('float64', values, [rows, columns]),
    w: new Tensor('float64', weights, [classes, columns]),
    b: new Tensor('float64', bias, [classes]),
    classes: new Tensor(
      'int32',
      Int32Array.from({ length: classes }, (_, k) => k),
      [classes],
    ),
  };
}

function model() {
  const node = (
    opType: string,
    input: string[],
    output: string,
    integers: Record<string, number | number[]> = {},
  ) =>
    create(NodeProtoSchema, {
      opType,
      input,
      output: [output],
      attribute: Object.entries(integers).map(([name, value]) =>
        create(
          AttributeProtoSchema,
          typeof value === 'number'
            ? { name, type: AttributeType.INT, i: BigInt(value) }
            : { name, type: AttributeType.INTS, ints: value.map(BigInt) },
        ),
      ),
    });
  const graph = create(GraphProtoSchema, {
    name: 'softmax',
    node: [
      node('Transpose', ['w'], 'wT', { perm: [1, 0] }),
      node('MatMul', ['x', 'wT'], 'xw'),
      node('Add', ['xw', 'b'], 'scores'),
      node('ArgMax', ['scores'], 'answer', { axis: 1, keepdims: 0 }),
      node('LogSoftmax', ['scores'], 'logP', { axis: 1 }),
      node('Equal', ['y', 'classes'], 'isRight'),
      node('Cast', ['isRight'], 'right', { to: dataTypeOf('float64') }),
      node('Mul', ['right', 'counted'], 'rightCounted'),
      node('Mul', ['logP', 'rightCounted'], 'logOfRight'),
      node('ReduceSum', ['logOfRight'], 'loss', { axes: [0, 1], keepdims: 0 }),
      node('Exp', ['logP'], 'p'),
      node('Sub', ['p', 'right'], 'tooMuch'),
      node('Mul', ['tooMuch', 'counted'], 'residual'),
      node('Transpose', ['residual'], 'residualT', { perm: [1, 0] }),
      node('MatMul', ['residualT', 'x'], 'weightGradient'),
      node('ReduceSum', ['residual'], 'biasGradient', { axes: [0], keepdims: 0 }),
    ],
    input: [
      declare('x', 'float64', 2),
      declare('w', 'float64', 2),
      declare('b', 'float64', 1),
      declare('classes', 'int32', 1),
      declare('y', 'int32', 2),
      declare('counted', 'float64', 2),
    ],
    output: [
      declare('answer', 'int64', 1),
      declare('loss', 'float64', 0),
      declare('weightGradient', 'float64', 2),
      declare('biasGradient', 'float64', 1),
    ],
  });
  return create(ModelProtoSchema, {
    irVersion: 7n,
    // The last opset whose ReduceSum has its axes as an attribute.
    opsetImport: [create(OperatorSetIdProtoSchema, { version: 12n })],
    graph,
  });
}
