import { GraphWriter } from '../../bench/models/graph.js';

/** A model whose layer (`Relu`, by --ops) gives out its positive inputs unchanged: rounding cannot differ. */
export function exactModel(): Uint8Array {
  const graph = new GraphWriter(1);
  const input = graph.input('input', ['batch', 64]);
  const weight = graph.weights('w', [64, 4], 64);
  const output = graph.node('', 'MatMul', [graph.node('', 'Relu', [input]), weight]);
  return graph.model({ [output]: ['batch', 4] });
}

/** Samples of 256 bytes that become feature maps of 64 MiB each: memory runs out long before the data is large. */
export function hungryModel(): Uint8Array {
  const graph = new GraphWriter(2);
  const input = graph.input('input', ['batch', 1, 8, 8]);
  const weight = graph.weights('w', [1, 64, 64, 64], 1);
  const map = graph.node('grow', 'ConvTranspose', [input, weight], {
    strides: [64, 64],
    kernel_shape: [64, 64],
  });
  return graph.model({ [graph.node('', 'GlobalAveragePool', [map])]: ['batch', 64, 1, 1] });
}
