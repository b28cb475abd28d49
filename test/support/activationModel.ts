import type { ActivationLayout, Layer } from '../../src/layers/layer.js';
import type { ElementType } from '../../src/onnx/elementType.js';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import { inMemory } from './graphs.js';
import { type Feeds, ortTensor } from './instrumented.js';
import { model, node, value } from './models.js';

/** A layer whose output is whatever is fed, so that any activation can be observed. */
export interface ActivationModel {
  readonly file: ModelFile;
  readonly layer: Layer;
  readonly feeds: Feeds;
}

export interface Activation {
  readonly layout: ActivationLayout;
  readonly dims: readonly number[];
  readonly values?: ArrayLike<number>;
  readonly type?: ElementType;
  readonly opset?: number;
  readonly features?: number;
  /** What `lengths` is fed with: the value that a recurrent layout can name as its sequence lengths. */
  readonly lengths?: readonly number[];
}

/** `activation → Identity → y`, all dimensions open, the layer's name being `layer`. */
export function activationModel(activation: Activation): ActivationModel {
  const { layout, dims, type = 'float32', opset = 17, lengths = [], features } = activation;
  const size = dims.reduce((product, dim) => product * dim, 1);
  const values = activation.values ?? unevenValues(size);
  return {
    file: inMemory(
      model({
        opset,
        inputs: [
          value(
            'activation',
            type,
            dims.map((_, axis) => `dim${axis}`),
          ),
          value('lengths', 'int32', ['sequences']),
        ],
        nodes: [node('Identity', ['activation'], ['y'])],
        outputs: ['y'],
      }),
    ),
    layer: {
      name: 'layer',
      node: '',
      op: 'Identity',
      output: 'y',
      layout,
      ...(features === undefined ? {} : { features }),
    },
    feeds: {
      activation: ortTensor(type, dims, values),
      lengths: ortTensor('int32', [lengths.length], lengths),
    },
  };
}

/** Numbers of both signs without order, some of them equal; float16 holds them exactly up to 400 of them. */
export function unevenValues(size: number): number[] {
  return Array.from({ length: size }, (_, i) => ((i * 37) % 13) - 5 + (i % 7) / 4);
}
