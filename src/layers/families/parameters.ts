import { constantValue } from '../../onnx/constantShape.js';
import type { Graph } from '../../onnx/graph.js';

/** The shape of a weight: that of a constant, or the declared one of a weight that is fed from outside. */
export function weightShapeOf(graph: Graph, name: string): readonly number[] | undefined {
  const shape = constantValue(graph, name)?.shape ?? graph.info(name)?.shape;
  return shape?.every((size) => typeof size === 'number') ? shape : undefined;
}

/**
 * A linear map of `fanIn` numbers has no more than that many directions: `{ rankLimit }` where that is fewer than
 * `features`. With groups, each maps its own share of the inputs to its own share of the features.
 */
export function rankLimitOf(
  features: number | undefined,
  fanIn: number,
  groups = 1,
): { readonly rankLimit?: number } {
  if (features === undefined) return {};
  const rankLimit = groups * Math.min(fanIn, features / groups);
  return rankLimit < features ? { rankLimit } : {};
}

/**
 * Counts the weights and biases among a node's inputs. Inputs that are left out count nothing; where one is not
 * constant or its size is unknown, there is no honest number: `undefined`.
 */
export function countParameters(graph: Graph, names: readonly (string | undefined)[]): number | undefined {
  let count = 0;
  for (const name of names) {
    if (name === undefined || name === '') continue;
    const size = constantValue(graph, name)?.size;
    if (size === undefined) return undefined;
    count += size;
  }
  return count;
}
