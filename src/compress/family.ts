import type { Shapes } from '../cost/macs.js';
import type { Layer } from '../layers/layer.js';
import type { Graph } from '../onnx/graph.js';
import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import type { DecodedTensor } from '../onnx/tensor.js';
import type { LinearForm } from './linearForm.js';
import type { PartBuilder } from './partBuilder.js';

/** A layer in its graph: the node that does its work, and the Add of its bias where that is a node of its own. */
export interface LayerAt {
  readonly graph: Graph;
  readonly layer: Layer;
  readonly node: NodeProto;
  readonly add?: NodeProto;
  readonly shapes: Shapes;
}

/** What is known of a layer that can be taken apart. */
export interface Factorable {
  /** Names of the constants that `formOf` needs: the weight, and the bias where there is one. */
  readonly weight: string;
  readonly bias?: string;
  readonly out: number;
  readonly in: number;
  readonly kernel: number;
  /** How often the weights are applied in the batch of the shapes: positions × samples. */
  readonly applications: number;
  /** How often a map at each position of the output is. */
  readonly outputPositions: number;
  /** The input is taken as it is, without padding or groups, so that a map at each position may go into the weights. */
  readonly takesMaps: boolean;
}

/** Between which values nodes are written, and what the part is called; nothing where it stands for the whole layer. */
export interface Place {
  readonly part: '' | 'project' | 'expand';
  readonly input: string;
  readonly output: string;
}

/** How layers of some operators become linear maps, and how such maps become nodes again. */
export interface FactorFamily {
  readonly operators: readonly string[];
  /** A string says why it cannot be taken apart. */
  describe(at: LayerAt): Factorable | string;
  /** The layer's map from its constants, which have been read. */
  formOf(at: LayerAt, weight: DecodedTensor, bias: DecodedTensor | undefined): LinearForm;
  /** The same operator with other weights. */
  write(at: LayerAt, form: LinearForm, build: PartBuilder, place: Place): void;
  /** A map at each position of the output. */
  writeMap(at: LayerAt, form: LinearForm, build: PartBuilder, place: Place): void;
}
