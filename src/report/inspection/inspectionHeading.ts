import type { NotObservable } from '../../layers/layer.js';
import type { Dimension } from '../../onnx/graph.js';
import { compact, counted } from '../../text/numbers.js';
import { printable } from '../../text/printable.js';
import type { InspectedLayer, InspectedModel } from './inspectedLayer.js';

/** What stands above the list of layers: what the model is, and what it takes as a whole. */
export function inspectionHeading(
  { model, inputs, cost }: InspectedModel,
  layers: readonly InspectedLayer[],
): { readonly model: readonly string[]; readonly totals: string } {
  const total = layers.reduce((sum, { parameters }) => sum + (parameters ?? 0), 0);
  return {
    model: [
      `${printable(model.producer)} · opset ${model.opset} · sha256 ${model.sha256.slice(0, 12)}`,
      ...inputs.map(({ name, type, shape }) => `input ${printable(name)}: ${type} ${describeShape(shape)}`),
    ],
    totals: `${counted(layers.length, 'layer')} to observe, ${total.toLocaleString('en')} parameters${macsIn(cost?.totals)}${inBodies(layers)}`,
  };
}

/** What cannot be observed: the same reason is given once for all nodes that share it. */
export function unobservable(nodes: readonly NotObservable[]): { title: string; reasons: string[] } {
  const byReason = new Map<string, string[]>();
  for (const { node, op, reason } of nodes) {
    const name = printable(node === '' ? op : `${op} ${node}`);
    byReason.set(reason, [...(byReason.get(reason) ?? []), name]);
  }
  return {
    title: `${counted(nodes.length, 'layer')} not observable`,
    reasons: [...byReason].map(([reason, names]) => `${names.join(', ')}: ${printable(reason)}`),
  };
}

const describeShape = (shape: readonly Dimension[] | undefined): string =>
  shape ? `[${shape.map((size) => printable(`${size ?? '?'}`)).join(', ')}]` : 'of any shape';

function macsIn(totals: { readonly macs: number; readonly otherMacs: number } | undefined): string {
  if (!totals) return '';
  const other = totals.otherMacs > 0 ? `, and ${compact(totals.otherMacs)} in products of activations` : '';
  return `, ${compact(totals.macs)} MACs a sample${other}`;
}

function inBodies(layers: readonly InspectedLayer[]): string {
  const inside = layers.filter((layer) => layer.inside !== null).length;
  return inside === 0 ? '' : `, ${inside === layers.length ? 'all' : inside} in bodies of If, Loop or Scan`;
}
