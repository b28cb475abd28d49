import { UserError } from '../errors.js';
import type { ActivationLayout, Layer } from '../layers/layer.js';
import type { NodeBuilder } from './nodeBuilder.js';

type MatrixLayout = Extract<ActivationLayout, { kind: 'featuresLast' | 'featuresBeforeLast' }>;

/**
 * An activation with its samples on the first axis, wherever the layer has them.
 *
 * @throws UserError where only running the model tells: what is taken for samples could be an axis of the weight.
 */
export function samplesFirst(
  build: NodeBuilder,
  activation: string,
  { name }: Pick<Layer, 'name'>,
  { rank = 0, samplesAxis, kind }: MatrixLayout,
): string {
  if (samplesAxis === undefined) return activation;
  if (samplesAxis === 'open') {
    throw new UserError(
      `layer ${name} multiplies by a weight of three or more axes, and the model does not declare the rank of its input, so which axis holds the samples is not known: choose --sequence-method timestepwise, leave the layer out with --exclude, or run the model through onnx.shape_inference first`,
    );
  }
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  // [.., features, samples] keeps an axis of one position behind the features.
  if (kind === 'featuresBeforeLast' && samplesAxis === rank - 1) {
    const moved = [samplesAxis, ...axes.slice(0, samplesAxis)];
    return build.unsqueeze(build.add('Transpose', [activation], { perm: moved }), [rank]);
  }
  const perm = [samplesAxis, ...axes.filter((axis) => axis !== samplesAxis)];
  return build.add('Transpose', [activation], { perm });
}

/** The rank of what `samplesFirst` gives. */
export const rankOfSamplesFirst = ({ kind, rank, samplesAxis }: MatrixLayout): number | undefined =>
  kind === 'featuresBeforeLast' && rank !== undefined && samplesAxis === rank - 1 ? rank + 1 : rank;
