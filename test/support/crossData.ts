import { toBinary } from '@bufbuild/protobuf';
import { TensorProtoSchema } from '../../src/onnx/proto/onnx_pb.js';
import { npyBytes } from '../data/npyBytes.js';
import { type Dimension, modelBytes, node, tensor, value } from './models.js';

/**
 * Four samples of three features without correlation: the mean is (0, 0, 0), the covariance diag(4, 1, 0).
 * So of the layer `fc`, which passes them through, λ = 4, 1, 0; the trace is 5; 80 % take one direction, 99 % two;
 * one feature is dead; the participation ratio is 5² / (4² + 1²) = 25/17.
 */
export const CROSS = [2, 1, 0, 2, -1, 0, -2, 1, 0, -2, -1, 0];

export const crossNumbers = {
  name: 'fc',
  observations: 4,
  features: 3,
  intrinsicDimensionality: 2,
  saturation: 2 / 3,
  trace: 5,
  eigenvalues: [4, 1, 0],
  deadFeatures: 1,
};

/** `fc`: y = x I. The batch may be open, or fixed to a number of samples. */
export function crossModel(batch: Dimension = 'n'): Uint8Array {
  return modelBytes({
    inputs: [value('x', 'float32', [batch, 3])],
    nodes: [node('MatMul', ['x', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
    initializers: [tensor('w', 'float32', [3, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1])],
    outputs: ['y'],
  });
}

/** The samples as files of every kind that holds numbers. */
export const crossFiles = {
  'x.npy': npyBytes("'<f8'", '(4, 3)', Float64Array.from(CROSS)),
  // zipfile.ZipFile(…, 'w', ZIP_DEFLATED).writestr('x.npy', …) of the same array
  'x.npz': Buffer.from(
    'UEsDBBQAAAAIAAAAIQAHxSbnXAAAAOAAAAAFAAAAeC5ucHmb7BfqGxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RomOgrGmjoKtQpkAy4GCHCAUB/sGVABTHw/mvgBHOph4nD1AFBLAQIUAxQAAAAIAAAAIQAHxSbnXAAAAOAAAAAFAAAAAAAAAAAAAACAAQAAAAB4Lm5weVBLBQYAAAAAAQABADMAAAB/AAAAAAA=',
    'base64',
  ),
  'x.csv': 'kind,a,b,c\nup,2,1,0\nup,2,-1,0\ndown,-2,1,0\ndown,-2,-1,0\n',
};

/** Two test data sets of two samples each, as ONNX has them. */
export const crossTestSet = {
  'test_data_set_0/input_0.pb': toBinary(
    TensorProtoSchema,
    tensor('x', 'float32', [2, 3], CROSS.slice(0, 6)),
  ),
  'test_data_set_1/input_0.pb': toBinary(TensorProtoSchema, tensor('x', 'float32', [2, 3], CROSS.slice(6))),
};
