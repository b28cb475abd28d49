import type { Run, RunLayer } from '../../src/run/schema.js';

/** A layer of equal eigenvalues, as many as `directions`, so that its saturation is their share of the features. */
export function layer(
  name: string,
  directions: number,
  features: number,
  parts: Partial<RunLayer> = {},
): RunLayer {
  const eigenvalues = Array.from({ length: features }, (_, i) => (i < directions ? 1 : 0));
  return {
    name,
    node: `/${name}/Conv`,
    op: 'Conv',
    output: `/${name}/Conv_output_0`,
    observations: 31808,
    features,
    intrinsicDimensionality: directions,
    saturation: directions / features,
    trace: directions,
    diagonalTrace: directions,
    logDeterminant: directions === features ? 0 : null,
    determinant: directions === features ? 1 : 0,
    effectiveRank: directions,
    participationRatio: directions,
    deadFeatures: features - directions,
    eigenvalues,
    warnings: [],
    ...parts,
  };
}

/** A layer in which NaN came up. */
export function invalidLayer(name: string, features: number): RunLayer {
  return layer(name, 0, features, {
    intrinsicDimensionality: null,
    saturation: null,
    trace: null,
    diagonalTrace: null,
    logDeterminant: null,
    determinant: null,
    effectiveRank: null,
    participationRatio: null,
    deadFeatures: null,
    eigenvalues: [],
    invalid: { batch: 3, reason: 'NaN or Inf in its activations' },
    warnings: ['invalid: NaN or Inf in its activations in batch 3'],
  });
}

export function run(layers: readonly RunLayer[], parts: Partial<Run> = {}): Run {
  return {
    schemaVersion: 1,
    delve: '0.1.0',
    model: { path: 'models/net.onnx', sha256: 'ab'.repeat(32), producer: 'pytorch 2.5', opset: 17 },
    data: { source: 'images/', reader: 'images', samples: 497, skipped: 0 },
    settings: {
      threshold: 0.99,
      idimRule: 'explained',
      convMethod: 'channelwise',
      sequenceMethod: 'last',
      linearMethod: 'timestepwise',
      precision: 'float64',
      provider: 'cpu',
      batchSize: 32,
      split: 'eval',
    },
    timing: { seconds: 3.1, samplesPerSecond: 160.2 },
    layers,
    ...parts,
  };
}
