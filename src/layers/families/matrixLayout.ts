import type { Graph } from '../../onnx/graph.js';
import type { ActivationLayout } from '../layer.js';

type MatrixLayout = Extract<ActivationLayout, { kind: 'featuresLast' | 'featuresBeforeLast' }>;

/** The rank of a value where the model declares it. */
export function rankOf(graph: Graph, name: string): { rank?: number } {
  const rank = graph.info(name)?.shape?.length;
  return rank === undefined ? {} : { rank };
}

/**
 * How a product of an activation and a constant weight is laid out, the features being the weight's columns
 * (`featuresLast`) or its rows (`featuresBeforeLast`). Leading axes are broadcast from the right, as NumPy does, so
 * those of the weight that the activation has none against stand before the samples.
 */
export function layoutOfProduct(
  graph: Graph,
  kind: MatrixLayout['kind'],
  {
    output,
    activation,
    weight,
  }: { output: string; activation: string; weight: readonly number[] | undefined },
): MatrixLayout {
  const declared = rankOf(graph, output);
  const axes = weight?.length ?? 2;
  if (axes <= 2) return { kind, ...declared };
  const isWider = declared.rank !== undefined && declared.rank > axes;
  const rank = rankOf(graph, activation).rank ?? (isWider ? declared.rank : undefined);
  if (rank === undefined) return { kind, ...declared, samplesAxis: 'open' };
  if (rank >= axes) return { kind, rank };
  // Of rank 2, X in W · X is [inputs, samples].
  const isColumn = kind === 'featuresBeforeLast' && rank === 2;
  return { kind, rank: axes, samplesAxis: isColumn ? axes - 1 : axes - rank };
}
