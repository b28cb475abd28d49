import type { NodeProto } from '../onnx/proto/onnx_pb.js';
import type { MaskedAxes } from './paddingMask.js';

/**
 * Where the samples are, where that is not the first axis: a weight of three or more axes puts its own before those of
 * an input of fewer. `'open'` where only running the model tells.
 */
export type SamplesAxis = number | 'open';

/** How a layer's output tensor holds samples, features and positions. */
export type ActivationLayout =
  /** `[samples, features, ...positions]`: convolutions. */
  | { readonly kind: 'featureMap'; readonly rank: number }
  /** `[samples, ...positions, features]`: linear layers. `rank` is absent where it is only known at run time. */
  | { readonly kind: 'featuresLast'; readonly rank?: number; readonly samplesAxis?: SamplesAxis }
  /** `[samples, ..., features, positions]`: a constant weight multiplied from the left; `[features, samples]` of rank 2. */
  | { readonly kind: 'featuresBeforeLast'; readonly rank?: number; readonly samplesAxis?: SamplesAxis }
  /**
   * `Y` of a recurrent operator: `[steps, directions, samples, units]`, or `[samples, steps, directions, units]`
   * where `batchFirst`. Steps from `sequenceLengths` (int32, one a sample) onward are padding, which is zero.
   */
  | { readonly kind: 'recurrent'; readonly batchFirst: boolean; readonly sequenceLengths?: string };

/** Integers that stand for real numbers: (q − zeroPoint) · scale. Names of graph values; the zero point may be absent. */
export interface Quantization {
  readonly scale: string;
  readonly zeroPoint?: string;
}

/**
 * y = W x + b at each position: all that a layer does, in real numbers that nothing rounds to integers. Then the
 * moments of y follow from those of x, which are cheaper to come by where x has fewer features.
 */
export interface LinearMap {
  /** The value that x is. */
  readonly input: string;
  /** How `input` holds x; the same kind as that of the layer's output. */
  readonly layout: ActivationLayout;
  /** Features of x. */
  readonly inputs: number;
  /** The value that W is: a matrix, with axes of size one behind it for convolutions. */
  readonly weight: string;
  /** W as it is stored: `[inputs, features]`, otherwise `[features, inputs]`. */
  readonly inputsFirst: boolean;
  /** The value that b is: as many numbers as there are features. */
  readonly bias?: string;
  /** Of the positions of x, every so many are looked at, by axis; absent: all. */
  readonly strides?: readonly number[];
}

/** The input that tells which positions of a layer's output only fill up their sample, and where these positions are. */
export interface LayerMask {
  readonly input: string;
  readonly axes: MaskedAxes;
}

/** A step from a graph into a body that one of its nodes carries. */
export interface BodyStep {
  /** The node's place in its graph. */
  readonly node: number;
  /** Its attribute that is the body. */
  readonly attribute: string;
}

/** A layer whose output can be observed. */
export interface Layer {
  /** Unique in the model, the same from run to run. */
  readonly name: string;
  /** The node's own name, as the model has it (may be empty). */
  readonly node: string;
  readonly op: string;
  /** The value that is observed: the node's output, or that of the bias or scaling that completes the layer. */
  readonly output: string;
  readonly layout: ActivationLayout;
  /** Features with the `channelwise` and `timestepwise` methods; absent where only running the model tells. */
  readonly features?: number;
  /** Shape of the weight as the operator gets it; absent where it is not constant. */
  readonly weightShape?: readonly number[];
  /** The most directions that the output can have, whatever the data, where a small fan-in keeps it below `features`. */
  readonly rankLimit?: number;
  /** Weights and biases, counted. */
  readonly parameters?: number;
  readonly quantization?: Quantization;
  /** Which positions are padding, where the data tell. */
  readonly mask?: LayerMask;
  /** What the layer computes, where that is one linear map a position. */
  readonly linearMap?: LinearMap;
  /** Asked for by the operator's name (`--ops`): the operator makes no layer by itself. */
  readonly isRequested?: true;
  /** Where the operator leaves its output out: which of the node's outputs has to be given the name `output`. */
  readonly unnamed?: { readonly nodeIndex: number; readonly outputIndex: number };
  /**
   * Where the layer's output is no value of the model, or not as it can be observed: the nodes that compute it beside the
   * layer's own. They take nothing away from the graph.
   */
  readonly aside?: { readonly nodeIndex: number; readonly nodes: readonly NodeProto[] };
  /**
   * Where the layer stands in a body of `If`, `Loop` or `Scan`: the way there from the model's own graph. `output` and
   * `unnamed` then are about the body.
   */
  readonly inside?: { readonly steps: readonly BodyStep[]; readonly words: string };
}

/** The place of a layer's node in its graph, where its output does not lead there. */
export const indexOf = ({ unnamed, aside }: Layer): number | undefined =>
  unnamed?.nodeIndex ?? aside?.nodeIndex;

/** The layers whose outputs do not lead to their nodes, by where these are. */
export function layersByIndex(layers: readonly Layer[]): ReadonlyMap<number, Layer> {
  return new Map(
    layers.flatMap((layer) => {
      const index = indexOf(layer);
      return index === undefined ? [] : [[index, layer] as const];
    }),
  );
}

/** Whether a layer's output is a value of the model's own graph. */
export const inMainGraph = ({ inside }: Layer): boolean => inside === undefined;

/** A layer that cannot be observed, and why, in words. */
export interface NotObservable {
  readonly node: string;
  readonly op: string;
  readonly reason: string;
}
