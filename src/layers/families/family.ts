import type { Graph } from '../../onnx/graph.js';
import type { NodeProto } from '../../onnx/proto/onnx_pb.js';
import type { Layer } from '../layer.js';

/** What a family says of a node; the layer's name, node and operator, and where it stands, are filled in for it. */
export type LayerDescription = Omit<Layer, 'name' | 'node' | 'op' | 'unnamed' | 'aside'> & {
  /** Nodes that compute `output` beside the layer's own. */
  readonly aside?: readonly NodeProto[];
};

/** A node and where it stands. */
export interface NodeInGraph {
  readonly node: NodeProto;
  readonly graph: Graph;
}

/** Operators whose outputs are observed in the same way. A new kind of layer is one such object and a registry line. */
export interface LayerFamily {
  readonly operators: readonly string[];
  /**
   * Describes the layer that a node of one of these operators makes. `undefined`: it is no layer (a product of two
   * activations). A string: it is one, but cannot be observed, for this reason.
   */
  describe(at: NodeInGraph): LayerDescription | string | undefined;
}
