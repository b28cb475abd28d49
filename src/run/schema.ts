import type {
  ConvMethod,
  Interpolation,
  MeasureAt,
  Precision,
  SequenceMethod,
} from '../instrument/options.js';
import type { InitialWeights } from '../layers/initialWeights.js';
import type { GraphNode } from '../layers/layerGraph.js';
import type { StructureNode } from '../layers/structure.js';
import type { Magnitudes } from '../stats/magnitudes.js';
import type { LayerStatistics } from '../stats/statistics.js';
import type { LayerUncertainty } from '../stats/uncertainty.js';
import type { RunNonFinite } from './nonFinite.js';
import type { Provider, SampleOrder, Tf32 } from './settingValues.js';
import type { StoredRule } from './storedRule.js';
import type { RunUntil } from './until.js';

/** The result of one analysis, as it stands in `run.json`. The schema is a contract: it only grows. */
export interface Run {
  readonly schemaVersion: 1;
  /** Version of delve that made the run. */
  readonly delve: string;
  readonly model: RunModel;
  readonly data: RunData;
  readonly settings: RunSettings;
  /** `seconds` of the pass over the data; `statisticsSeconds` of the eigenvalues after it. */
  readonly timing: {
    readonly seconds: number;
    readonly samplesPerSecond: number;
    readonly statisticsSeconds?: number;
  };
  /** In graph order. */
  readonly layers: readonly RunLayer[];
  /** How the layers hang together, and where paths between them meet; in graph order. */
  readonly graph?: readonly GraphNode[];
  /** The same of all the model's layers, observed or not, up to its outputs, with what readings need to know of each. */
  readonly structure?: readonly StructureNode[];
  /** The model's last layer, whether it was observed or not: its width is set by the task. */
  readonly outputLayer?: string;
  /** Every layer from which the model's outputs are reached without passing another one, observed or not. */
  readonly outputLayers?: readonly string[];
  /** The file beside this one that holds the projected samples; absent where none were asked for. */
  readonly embedding?: string;
  /** Where the network seems not to be trained: how many layers have weights as an initialisation draws them. */
  readonly initialWeights?: InitialWeights;
  /** What could not be observed, and why. */
  readonly notObservable?: readonly { readonly node: string; readonly op: string; readonly reason: string }[];
  /** Where NaN or an infinity came up first, where one did and its origin was found. */
  readonly nonFinite?: RunNonFinite;
  /** How the pass ended, where it was to end as soon as its numbers were known well enough. */
  readonly until?: RunUntil;
  /** Remarks on the run as a whole, in words. */
  readonly warnings?: readonly string[];
}

export interface RunModel {
  readonly path: string;
  readonly sha256: string;
  readonly producer: string;
  readonly opset: number;
}

export interface RunData {
  readonly source: string;
  readonly reader: string;
  readonly samples: number;
  readonly skipped: number;
  /** Samples in the source, used or not, where it could tell. */
  readonly available?: number;
  readonly labels?: RunLabels;
  /** The first of the skipped samples (at most 100), with reasons. */
  readonly skippedSamples?: readonly { readonly origin: string; readonly reason: string }[];
  readonly preprocessing?: Readonly<Record<string, unknown>>;
  /** Where only some shards of the data were used: which. */
  readonly shard?: RunShard;
}

/** Shards of a data set: its samples as one pass would take them, in blocks, dealt out in turn. */
export interface RunShard {
  /** The numbers of those that were used, counted from 1, ascending. */
  readonly parts: readonly number[];
  /** How many there are in all. */
  readonly count: number;
  /** Samples a block: the batch size before any tuning. */
  readonly block: number;
}

/** The classes that the data tells, and how the model's own output goes with them. */
export interface RunLabels {
  /** Classes of the model's output; where no accuracy was measured, those that came up. */
  readonly classes: number;
  /** Samples with a label. */
  readonly samples: number;
  /** The share of them whose class had the highest score; absent where the output is not one of classes. */
  readonly top1?: number;
  /** The share whose class was among the five highest scores; absent where there are no more than five. */
  readonly top5?: number;
  /** Samples a label. */
  readonly counts: Readonly<Record<string, number>>;
}

export type {
  ConvMethod,
  GraphNode,
  Interpolation,
  MeasureAt,
  Precision,
  Provider,
  SequenceMethod,
  StoredRule,
  StructureNode,
};

export interface RunSettings {
  /** The share of variance that counts as explained: what `intrinsicDimensionality` of each layer was cut at. */
  readonly threshold: number;
  /** All thresholds, where several were asked for; `threshold` is the first of them. */
  readonly thresholds?: readonly number[];
  /** How directions were counted; `delve` is stored as `delve-0.1.50`. */
  readonly idimRule: StoredRule;
  readonly convMethod: ConvMethod;
  /** How recurrent layers were observed. */
  readonly sequenceMethod: SequenceMethod;
  /** How linear layers of rank 3 and more were observed. */
  readonly linearMethod?: SequenceMethod;
  /** The input of the model by which padded positions were told, which are no observations. */
  readonly mask?: string;
  readonly precision: Precision;
  readonly provider: Provider;
  /** The CUDA devices that shared the batches, where there were several. */
  readonly devices?: readonly number[];
  /** Whether float32 products and convolutions of the model may have been rounded to ten bits (TF32), as CUDA can. */
  readonly tf32?: Tf32;
  readonly batchSize: number;
  /** Batches that were added up inside one run of the model; absent in runs before 0.2.0, which took one. */
  readonly accumulate?: number;
  readonly split: string;
  readonly interpolate?: number;
  readonly interpolation?: Interpolation;
  /** `cheaper`: layers with `measuredAt` were measured at their inputs; absent: all were at their outputs. */
  readonly measureAt?: MeasureAt;
  /** Inputs that held one number everywhere, by name or glob. */
  readonly inputs?: Readonly<Record<string, number>>;
  /** Inputs that outputs of the sample before fed, by name or glob: `{ h: 'hn' }`. */
  readonly state?: Readonly<Record<string, string>>;
  /** Whether `magnitudes` of the layers were asked for. */
  readonly magnitudes?: true;
  readonly maxSamples?: number;
  /** Which samples `maxSamples` took: such that were drawn at random, or the `first`; absent before 0.2: the first. */
  readonly order?: SampleOrder;
  /** The samples were read in random order, drawn from this seed, so that groups of batches are alike. */
  readonly shuffleSeed?: number;
  /** What they were drawn from. */
  readonly orderSeed?: number;
  readonly every?: number;
}

/** One layer. Where `invalid` is set, every statistic is `null` and `eigenvalues` is empty. */
export interface RunLayer extends LayerStatistics {
  readonly name: string;
  /** The node's own name, as the model has it (may be empty). */
  readonly node: string;
  readonly op: string;
  /** The tensor that was observed. */
  readonly output: string;
  /** NaN or Inf came up: in which batch first (counted from 1). */
  readonly invalid?: { readonly batch: number; readonly reason: string };
  /** How well saturation, directions and effective rank are known; absent where that was not asked for or not known. */
  readonly uncertainty?: LayerUncertainty;
  /** Numbers of the model, not of the data: for reports. */
  readonly weightShape?: readonly number[];
  readonly parameters?: number;
  /** SHA-256 of the weight's values in one order and type: by it, another export's layer is known again. */
  readonly weights?: string;
  /** The most directions that the output can have, whatever the data; where that is fewer than `features`. */
  readonly rankLimit?: number;
  /** The moments are those of the layer's input x, mapped: y = W x + b. Absent: they are those of its output. */
  readonly measuredAt?: 'input';
  /** How large its values are, where that was asked for: the largest magnitude, how many become infinite as float16, and how many there are. */
  readonly magnitudes?: Magnitudes;
  /** It stands in a body of `If`, `Loop` or `Scan`: which, in words. */
  readonly inside?: string;
}
