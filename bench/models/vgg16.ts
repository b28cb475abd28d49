import { GraphWriter } from './graph.js';

/** Channels of the 13 convolutions, `pool` between them (Simonyan and Zisserman 2014, configuration D). */
const FEATURES = [
  ...[64, 64, 'pool', 128, 128, 'pool', 256, 256, 256, 'pool'],
  ...[512, 512, 512, 'pool', 512, 512, 512, 'pool'],
] as const;
/** Widths of the classifier that is customary for 32 × 32, where one position is left behind the last pool. */
const CLASSIFIER = [512, 512, 10];

/**
 * VGG16 for images of 32 × 32 (15.2 million parameters, 61 MB) with random weights, without BatchNorm. 16 layers can
 * be observed: 13 convolutions and 3 fully connected ones.
 *
 * @returns the bytes of the model file: input `input`, `[batch, 3, 32, 32]`; output `[batch, 10]`.
 */
export function vgg16(seed = 16): Uint8Array {
  const graph = new GraphWriter(seed);
  let x = graph.input('input', ['batch', 3, 32, 32]);
  let inChannels = 3;
  // Indices are those of torch.nn.Sequential, which counts the ReLUs too.
  let index = 0;
  for (const layer of FEATURES) {
    if (layer === 'pool') {
      const pool = { kernel_shape: [2, 2], strides: [2, 2] };
      x = graph.node(`features/features.${index++}`, 'MaxPool', [x], pool);
      continue;
    }
    x = graph.conv(`features/features.${index++}`, x, { inChannels, outChannels: layer, kernel: 3 });
    x = graph.node(`features/features.${index++}`, 'Relu', [x]);
    inChannels = layer;
  }
  x = graph.node('', 'Flatten', [x], { axis: 1 });
  index = 0;
  for (const width of CLASSIFIER) {
    if (index > 0) x = graph.node(`classifier/classifier.${index++}`, 'Relu', [x]);
    x = graph.gemm(`classifier/classifier.${index++}`, x, inChannels, width);
    inChannels = width;
  }
  return graph.model({ [x]: ['batch', inChannels] });
}
