import { isSum, type Network, type ReadRun } from './network.js';

export interface Outputs {
  /** For each layer of the run. */
  readonly isOutput: readonly boolean[];
  /** The nodes that are, observed or not. */
  readonly nodes: ReadonlySet<number>;
  /** How many there are in the model, also where the run does not tell which. */
  readonly count: number;
}

/**
 * For each layer of the run whether it is an output: no other layer lies between it and an output of the model. In a
 * residual stream that the model hands out, only what the last block writes is: the others reach the output around
 * later blocks, which are layers that lie between.
 */
export function outputsOf(run: ReadRun, network: Network): Outputs {
  const { layers, outputLayer, outputLayers } = run;
  if (!outputLayers) {
    // Older runs name one layer; those that name none are taken to have observed it: then it is their last.
    const named = layers.findIndex(({ name }) => name === outputLayer);
    const output = outputLayer === undefined ? layers.length - 1 : named;
    const isOutput = layers.map((_, index) => output >= 0 && index >= output);
    return { isOutput, nodes: nodesOf(isOutput, network), count: 1 };
  }
  const named = new Set(outputLayers);
  const last = new Set(
    network.isComplete ? network.nodes.flatMap(({ id }, i) => (isLast(network, i) ? id : [])) : named,
  );
  const isWanted = (name: string) => named.has(name) && last.has(name);
  const anyLast = outputLayers.some(isWanted);
  const isOutput = layers.map(({ name }) => (anyLast ? isWanted(name) : named.has(name)));
  // What follows the last of them (an observed Softmax) has its width from it.
  const leadsToOutput = [...isOutput];
  const followers = layers.map((_, place) =>
    network.nodeOf[place] < 0 ? [] : network.observedAfter(network.nodeOf[place]),
  );
  for (let i = layers.length - 1; i >= 0; i--) {
    if (followers[i].some((next) => leadsToOutput[next])) leadsToOutput[i] = true;
  }
  layers.forEach((_, i) => {
    if (!isOutput[i]) return;
    for (const next of followers[i]) if (!leadsToOutput[next]) isOutput[next] = true;
  });
  const wanted = outputLayers.filter((name) => !anyLast || isWanted(name));
  const unobserved = network.nodes.flatMap(({ id, place }, i) =>
    place === undefined && wanted.includes(id) ? i : [],
  );
  return { isOutput, nodes: new Set([...nodesOf(isOutput, network), ...unobserved]), count: wanted.length };
}

const nodesOf = (isOutput: readonly boolean[], network: Network): Set<number> =>
  new Set(isOutput.flatMap((is, place) => (is ? network.nodeOf[place] : [])));

/** Whether a layer reaches an output of the model by meetings alone, and not by going around later layers. */
function isLast(network: Network, layer: number): boolean {
  const { nodes } = network;
  if (nodes[layer].isOutput) return true;
  const waiting = [layer];
  const seen = new Set(waiting);
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    for (const next of nodes[index].after) {
      const { isJoin, isDecoder, isOutput } = nodes[next];
      if (seen.has(next) || !(isJoin || isDecoder)) continue;
      if (isSum(nodes[next]) && network.isShortcut(index, next)) continue;
      if (isOutput) return true;
      seen.add(next);
      waiting.push(next);
    }
  }
  return false;
}
