import { clone, create } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.js';
import { instrument } from '../../src/instrument/instrument.js';
import type {
  ConvMethod,
  InstrumentOptions,
  Precision,
  SequenceMethod,
} from '../../src/instrument/options.js';
import { findLayers } from '../../src/layers/findLayers.js';
import { type ModelFile, opsetOf, serializeModel } from '../../src/onnx/modelFile.js';
import {
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/onnx/proto/onnx_pb.js';
import { inMemory } from '../support/graphs.js';
import { largestDistance, run } from '../support/instrumented.js';
import { node, tensor } from '../support/models.js';
import { operatorModelNames, readOperatorModel } from '../support/operatorModels.js';

/** Batch-first recurrent operators: ONNX Runtime has no kernel for `layout = 1` on the CPU. */
const batchFirst = ['node/test_gru_batchwise', 'node/test_lstm_batchwise', 'node/test_simple_rnn_batchwise'];

/** Integers that nothing scales to real numbers. */
const unscaled = [
  'node/test_basic_convinteger',
  'node/test_convinteger_with_padding',
  'node/test_convinteger_without_padding',
];

/** Products of two activations: no layers by themselves, observed where `--ops` names the operator. */
const products = [
  'node/test_matmul_2d',
  'node/test_matmul_3d',
  'node/test_matmul_4d',
  'node/test_matmulinteger',
  'node/test_qlinearmatmul_2D',
  'node/test_qlinearmatmul_3D',
];

const observed = operatorModelNames.filter((name) => ![...batchFirst, ...unscaled].includes(name));

const precisions: readonly Precision[] = ['float64', 'float32'];
const convMethods: readonly ConvMethod[] = ['channelwise', 'mean', 'max', 'median', 'flatten'];
const sequenceMethods: readonly SequenceMethod[] = ['last', 'timestepwise', 'flatten'];

/**
 * float64: sums of products of float32 numbers, which are exact, so only the additions round.
 * float32: each addition of a product rounds by up to 2⁻²⁴ of the sum so far. n of them come to about √n · 2⁻²⁴, since
 * their signs are random; the longest sums here have some 1,000 terms. Twice that.
 */
const tolerance: Readonly<Record<Precision, number>> = { float64: 1e-12, float32: 2 * 32 * 2 ** -24 };

const operatorsOf = (model: ModelFile) => [...new Set(model.graph.node.map(({ opType }) => opType))];

/**
 * Models below opset 10, which has all that the methods need, are declared to be of it. Convolutions and MatMul are
 * the same in between; Gemm has lost an attribute.
 */
function raised(model: ModelFile): ModelFile {
  if (opsetOf(model.proto) >= 10) return model;
  const proto = clone(ModelProtoSchema, model.proto);
  proto.opsetImport = [create(OperatorSetIdProtoSchema, { version: 10n })];
  for (const gemm of proto.graph?.node ?? []) {
    gemm.attribute = gemm.attribute.filter(({ name }) => name !== 'broadcast');
  }
  return inMemory(proto);
}

/** Only layers are observed, unless the model has none but a product of activations. */
const askedFor = (name: string, model: ModelFile) => (products.includes(name) ? operatorsOf(model) : []);

/** The methods that make a difference for a model's layers. */
function methodsFor(model: ModelFile, operators: readonly string[]): InstrumentOptions[] {
  const kinds = new Set(findLayers(model, operators).layers.map(({ layout }) => layout.kind));
  return precisions.flatMap((precision) =>
    kinds.has('featureMap')
      ? convMethods.map((convMethod) => ({ convMethod, precision }))
      : sequenceMethods.map((sequenceMethod) => ({ convMethod: 'channelwise', sequenceMethod, precision })),
  );
}

test('of the 82 operator tests 76 are observed, 3 do not run at all and 3 are listed as not observable', () => {
  expect(operatorModelNames).toHaveLength(82);
  expect(observed).toHaveLength(76);
  expect(batchFirst).toHaveLength(3);
  expect(unscaled).toHaveLength(3);
});

describe.each(observed)('%s', (name) => {
  test('has the moments of its raw output', async () => {
    const { model: asItStands, feeds } = await readOperatorModel(name);
    const model = raised(asItStands);
    const operators = askedFor(name, model);
    for (const options of methodsFor(model, operators)) {
      expect(
        await largestDistance(model, feeds, options, operators),
        JSON.stringify(options),
      ).toBeLessThanOrEqual(tolerance[options.precision]);
    }
  });
});

test.each(products)('%s is a product of two activations and no layer unless asked for', async (name) => {
  const { model } = await readOperatorModel(name);
  expect(findLayers(model)).toMatchObject({ all: [], notObservable: [] });
});

test.each(batchFirst)('%s is refused by ONNX Runtime as it stands', async (name) => {
  const { model, feeds } = await readOperatorModel(name);
  expect(findLayers(model).layers.map(({ layout }) => layout)).toEqual([
    { kind: 'recurrent', batchFirst: true },
  ]);
  await expect(run(serializeModel(model.proto), feeds)).rejects.toThrow('layout_ == 0');
});

test('models of opset 6 are observed as they stand where no arithmetic is needed, and refused where it is', async () => {
  const names = observed.filter((name) => name.startsWith('pytorch-'));
  const ran: string[] = [];
  for (const name of names) {
    const { model, feeds } = await readOperatorModel(name);
    expect(opsetOf(model.proto)).toBe(6);
    // ONNX Runtime has no Gemm for opset 6 at all.
    if (model.graph.node.some(({ opType }) => opType === 'Gemm')) continue;
    ran.push(name);
    for (const convMethod of ['channelwise', 'mean', 'flatten'] as const) {
      expect(await largestDistance(model, feeds, { convMethod, precision: 'float64' })).toBeLessThanOrEqual(
        1e-12,
      );
    }
    const { layers } = findLayers(model);
    expect(() => instrument(model, layers, { convMethod: 'channelwise', precision: 'float32' })).toThrow(
      UserError,
    );
  }
  expect(names).toHaveLength(33);
  expect(ran).toHaveLength(30);
});

describe.each(unscaled)('%s', (name) => {
  test('is not observable, with the reason', async () => {
    const { model } = await readOperatorModel(name);
    const { layers, notObservable } = findLayers(model);
    expect(layers).toEqual([]);
    expect(notObservable.map(({ reason }) => reason)).toEqual([expect.stringContaining('Cast and Mul')]);
  });

  test('is observed behind a Cast and a Mul', async () => {
    const { model, feeds } = await readOperatorModel(name);
    const proto = clone(ModelProtoSchema, model.proto);
    const [integer] = model.graph.node[0].output;
    proto.graph?.initializer.push(tensor('scale', 'float32', [], [0.03]));
    proto.graph?.node.push(
      node('Cast', [integer], ['real'], { to: 1n }),
      node('Mul', ['real', 'scale'], ['scaled']),
    );
    // What feeds a Mul is an output no more.
    if (proto.graph) proto.graph.output = [create(ValueInfoProtoSchema, { name: 'scaled' })];
    const scaled = inMemory(proto);
    const { layers } = findLayers(scaled);
    expect(layers.map(({ output }) => output)).toEqual(['scaled']);
    for (const options of methodsFor(scaled, [])) {
      expect(await largestDistance(scaled, feeds, options)).toBeLessThanOrEqual(tolerance[options.precision]);
    }
  });
});
