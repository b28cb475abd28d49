import { GraphWriter } from './graph.js';

/** Inner channels and bottleneck blocks of the four stages; a block gives out four times its inner channels. */
const STAGES = [
  { width: 64, blocks: 3 },
  { width: 128, blocks: 4 },
  { width: 256, blocks: 6 },
  { width: 512, blocks: 3 },
];
const EXPANSION = 4;
const CLASSES = 1000;

/**
 * ResNet50 in its ImageNet layout (He et al. 2015; 25.5 million parameters, 102 MB; the stride on the 3 × 3 as in
 * torchvision) with random weights, BatchNorm folded into the convolutions. 54 layers can be observed: 53
 * convolutions, one of them the stem and four on shortcuts, and the classifier.
 *
 * @returns the bytes of the model file: input `input`, `[batch, 3, height, width]`, all but the channels open;
 *   output `[batch, 1000]`.
 */
export function resnet50(seed = 50): Uint8Array {
  const graph = new GraphWriter(seed);
  const input = graph.input('input', ['batch', 3, 'height', 'width']);
  let x = graph.conv('conv1', input, { inChannels: 3, outChannels: 64, kernel: 7, stride: 2 });
  x = graph.node('relu', 'Relu', [x]);
  x = graph.node('maxpool', 'MaxPool', [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  let inChannels = 64;
  STAGES.forEach(({ width, blocks }, stage) => {
    for (let block = 0; block < blocks; block++) {
      const path = `layer${stage + 1}/layer${stage + 1}.${block}`;
      const stride = stage > 0 && block === 0 ? 2 : 1;
      x = bottleneck(graph, path, x, { inChannels, width, stride });
      inChannels = width * EXPANSION;
    }
  });
  x = graph.node('avgpool', 'GlobalAveragePool', [x]);
  x = graph.node('', 'Flatten', [x], { axis: 1 });
  x = graph.gemm('fc', x, inChannels, CLASSES);
  return graph.model({ [x]: ['batch', CLASSES] });
}

function bottleneck(
  graph: GraphWriter,
  path: string,
  x: string,
  { inChannels, width, stride }: { inChannels: number; width: number; stride: number },
): string {
  const outChannels = width * EXPANSION;
  let y = graph.conv(`${path}/conv1`, x, { inChannels, outChannels: width, kernel: 1 });
  y = graph.node(`${path}/relu`, 'Relu', [y]);
  y = graph.conv(`${path}/conv2`, y, { inChannels: width, outChannels: width, kernel: 3, stride });
  y = graph.node(`${path}/relu_1`, 'Relu', [y]);
  y = graph.conv(`${path}/conv3`, y, { inChannels: width, outChannels, kernel: 1 });
  const shortcut =
    stride === 1 && inChannels === outChannels
      ? x
      : graph.conv(`${path}/downsample/downsample.0`, x, { inChannels, outChannels, kernel: 1, stride });
  // The block's last ReLU is the same module called a third time, which the exporter counts.
  return graph.node(`${path}/relu_2`, 'Relu', [graph.node(path, 'Add', [y, shortcut])]);
}
