import { GraphWriter } from './graph.js';

/** Channels of the four stages; each has two basic blocks. */
const STAGES = [64, 128, 256, 512];
const BLOCKS = 2;
const CLASSES = 1000;

/**
 * ResNet18 in its ImageNet layout (He et al. 2015; 11.7 million parameters, 47 MB) with random weights, as PyTorch
 * exports it for inference: BatchNorm folded into the convolutions. 21 layers can be observed: 20 convolutions, one
 * of them the stem and three on shortcuts, and the classifier.
 *
 * @returns the bytes of the model file: input `input`, `[batch, 3, height, width]`, all but the channels open;
 *   output `[batch, 1000]`.
 */
export function resnet18(seed = 18): Uint8Array {
  const graph = new GraphWriter(seed);
  const input = graph.input('input', ['batch', 3, 'height', 'width']);
  let x = graph.conv('conv1', input, { inChannels: 3, outChannels: 64, kernel: 7, stride: 2 });
  x = graph.node('relu', 'Relu', [x]);
  x = graph.node('maxpool', 'MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let inChannels = 64;
  STAGES.forEach((outChannels, stage) => {
    for (let block = 0; block < BLOCKS; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const path = `layer${stage + 1}/layer${stage + 1}.${block}`;
      x = basicBlock(graph, path, x, { inChannels, outChannels, stride });
      inChannels = outChannels;
    }
  });
  x = graph.node('avgpool', 'GlobalAveragePool', [x]);
  x = graph.node('', 'Flatten', [x], { axis: 1 });
  x = graph.gemm('fc', x, inChannels, CLASSES);
  return graph.model({ [x]: ['batch', CLASSES] });
}

function basicBlock(
  graph: GraphWriter,
  path: string,
  x: string,
  { inChannels, outChannels, stride }: { inChannels: number; outChannels: number; stride: number },
): string {
  let y = graph.conv(`${path}/conv1`, x, { inChannels, outChannels, kernel: 3, stride });
  y = graph.node(`${path}/relu`, 'Relu', [y]);
  y = graph.conv(`${path}/conv2`, y, { inChannels: outChannels, outChannels, kernel: 3 });
  const shortcut =
    stride === 1 && inChannels === outChannels
      ? x
      : graph.conv(`${path}/downsample/downsample.0`, x, { inChannels, outChannels, kernel: 1, stride });
  // The block's second ReLU is the same module called again, which the exporter counts.
  return graph.node(`${path}/relu_1`, 'Relu', [graph.node(path, 'Add', [y, shortcut])]);
}
