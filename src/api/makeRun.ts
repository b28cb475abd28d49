import type { FeedSource } from '../data/feed.js';
import type { Observation, ObservedLayer } from '../engine/observe.js';
import type { MomentsWithStatistics, WantedStatistics } from '../engine/statistics/computeStatistics.js';
import { statisticsOf } from '../engine/statistics/statisticsPool.js';
import type { InstrumentOptions } from '../instrument/options.js';
import type { FoundLayers } from '../layers/findLayers.js';
import { initialWeights } from '../layers/initialWeights.js';
import type { Layer } from '../layers/layer.js';
import { layerGraph } from '../layers/layerGraph.js';
import { modelWarnings, roundingWarnings } from '../layers/modelWarnings.js';
import { weightHashes } from '../layers/weightHash.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { RunNonFinite } from '../run/nonFinite.js';
import type { Run, RunLabels, RunLayer, RunSettings, RunShard, StructureNode } from '../run/schema.js';
import { storedRule } from '../run/storedRule.js';
import type { IdimRule } from '../stats/intrinsicDimensionality.js';
import type { KeptMoments } from '../stats/packedMoments.js';
import type { PrincipalAxes } from '../stats/principalAxes.js';
import { withoutStatistics } from '../stats/statistics.js';
import { version } from '../version.js';
import { describeModel } from './inspect.js';
import { interruptedAfterAll } from './interruption.js';
import type { LabelAccuracy } from './labelAccuracy.js';

const NON_FINITE = 'NaN or Inf came up in a layer';
const MOST_SKIPPED_NAMED = 100;

/** What a pass over the data left behind. */
export interface Pass {
  readonly model: ModelFile;
  /** The layers that were observed, and what could not be. */
  readonly found: FoundLayers;
  /** The last of the model's layers, and all that its outputs are reached from. */
  readonly outputs: { readonly last: string | undefined; readonly all: readonly string[] };
  /** All the model's layers and what is known of them. */
  readonly structure: readonly StructureNode[];
  /** By layer, the most directions that its output can have, where that is below its features. */
  readonly limits: ReadonlyMap<string, number>;
  readonly source: FeedSource;
  readonly observation: Observation;
  /** Names of the layers whose moments came from their inputs. */
  readonly measuredAtInput: readonly string[];
  /** What there is to say of the run as a whole. */
  readonly warnings?: readonly string[];
  /** Where NaN or Inf came from. */
  readonly nonFinite?: RunNonFinite;
  /** How the model's output goes with the labels. */
  readonly scored?: LabelAccuracy;
}

export interface PassOptions extends InstrumentOptions, Omit<WantedStatistics, 'precision'> {
  readonly idimRule: IdimRule;
  readonly batchSize: number;
  readonly split: string;
  readonly maxSamples?: number;
  /** By which the samples were drawn; absent: they were the first. */
  readonly drawSeed?: number;
  /** By which they were read in random order; absent: in that of the source. */
  readonly shuffleSeed?: number;
  readonly every?: number;
  /** Inputs that held one number. */
  readonly inputs?: Readonly<Record<string, number>>;
  /** Outputs that fed inputs. */
  readonly state?: Readonly<Record<string, string>>;
  /** The input by which padding was left out. */
  readonly mask?: string;
  /** Where the pass took one shard only. */
  readonly shard?: RunShard;
}

/**
 * Turns the moments of a pass into a run.
 *
 * @returns the run, the moments of its valid layers by name, and the axes, where they were wanted, of those in which
 *   anything was observed.
 * @throws InterruptedError when `signal` aborts.
 */
export async function makeRun(
  {
    model,
    found,
    outputs,
    structure,
    limits,
    source,
    observation,
    measuredAtInput,
    warnings = [],
    nonFinite,
    scored,
  }: Pass,
  options: PassOptions,
  signal: AbortSignal | undefined,
): Promise<{
  run: Run;
  moments: ReadonlyMap<string, KeptMoments>;
  axes: ReadonlyMap<string, PrincipalAxes>;
}> {
  const { samples, seconds } = observation;
  const valid = observation.layers.filter(({ invalid }) => invalid === undefined);
  const started = performance.now();
  const wanted = { ...options, provider: observation.provider };
  const computing = statisticsByName(valid, wanted, samples, signal);
  // Others compute meanwhile, and what they throw is told by whoever waits for it.
  computing.catch(() => {});
  const hashes = await weightHashes(model, found.layers);
  const initial = await initialWeights(model, found.layers);
  const computed = await computing;
  const statisticsSeconds = (performance.now() - started) / 1000;
  const invalid = new Map(observation.layers.map((layer) => [layer.name, invalidNumbers(layer)]));
  const atInput = new Set(measuredAtInput);
  const magnitudes = new Map(
    valid.flatMap((each) => (each.magnitudes ? [[each.name, each.magnitudes]] : [])),
  );
  const layers = found.all.map((layer): RunLayer => {
    const { name, node, op, output, weightShape, parameters, inside } = layer;
    const rankLimit = inside ? layer.rankLimit : limits.get(name);
    const weights = hashes.get(name);
    const statistics = computed.get(name)?.statistics ?? invalid.get(name);
    if (!statistics) throw new Error(`layer ${name} was not observed`);
    const uncertainty = computed.get(name)?.uncertainty;
    const doubt = computed.has(name) ? sampleDoubt(layer, options, statistics.observations, samples) : [];
    return {
      name,
      node,
      op,
      output,
      ...statistics,
      warnings: [...statistics.warnings, ...doubt],
      ...(uncertainty ? { uncertainty } : {}),
      ...(weightShape ? { weightShape } : {}),
      ...(parameters === undefined ? {} : { parameters }),
      ...(weights === undefined ? {} : { weights }),
      ...(rankLimit !== undefined && isLinear(options) ? { rankLimit } : {}),
      ...(atInput.has(name) ? { measuredAt: 'input' } : {}),
      ...(inside ? { inside: inside.words } : {}),
      ...(magnitudes.has(name) ? { magnitudes: magnitudes.get(name) } : {}),
    };
  });
  const remarks = [
    ...(source.reader === 'random' ? ['random data: the numbers say nothing about real use'] : []),
    ...modelWarnings(model),
    ...roundingWarnings(model, found.layers, observation.provider, options.precision),
    ...warnings,
  ];
  const skippedSamples = [
    ...source.skipped,
    ...(observation.skipped?.origins ?? []).map((origin) => ({ origin, reason: NON_FINITE })),
  ].slice(0, MOST_SKIPPED_NAMED);
  const run: Run = {
    schemaVersion: 1,
    delve: version,
    model: describeModel(model),
    data: {
      source: source.source,
      reader: source.reader,
      samples,
      skipped: source.skippedCount + (observation.skipped?.count ?? 0),
      ...(source.size === undefined ? {} : { available: source.size }),
      ...(source.labels.size > 0 ? { labels: labelsOf(source.labels, scored) } : {}),
      ...(skippedSamples.length > 0 ? { skippedSamples } : {}),
      ...(Object.keys(source.preprocessing).length > 0 ? { preprocessing: source.preprocessing } : {}),
      ...(options.shard ? { shard: options.shard } : {}),
    },
    settings: settingsOf(options, observation),
    timing: { seconds, samplesPerSecond: seconds > 0 ? samples / seconds : 0, statisticsSeconds },
    layers,
    graph: layerGraph(model, found.all),
    structure,
    outputLayer: outputs.last,
    outputLayers: outputs.all,
    ...(initial ? { initialWeights: initial } : {}),
    ...(found.notObservable.length > 0 ? { notObservable: found.notObservable } : {}),
    ...(nonFinite ? { nonFinite } : {}),
    ...(remarks.length > 0 ? { warnings: remarks } : {}),
  };
  return {
    run,
    moments: new Map([...computed].map(([name, { moments }]) => [name, moments])),
    axes: new Map(
      [...computed].flatMap(([name, { axes, moments }]) =>
        axes && moments.count > 0 ? [[name, axes] as const] : [],
      ),
    ),
  };
}

function labelsOf(counts: ReadonlyMap<string, number>, scored: LabelAccuracy | undefined): RunLabels {
  const samples = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const { classes = counts.size, accuracy } = scored ?? {};
  return {
    classes: accuracy ? classes : counts.size,
    samples: accuracy?.samples ?? samples,
    ...(accuracy ? { top1: accuracy.top1, ...(classes > 5 ? { top5: accuracy.top5 } : {}) } : {}),
    counts: Object.fromEntries(counts),
  };
}

/**
 * Doubts whether the data's first axis is that of the samples: a method that makes one observation of each sample then
 * makes as many as there are samples. A network that takes `[steps, samples, features]` gives itself away here.
 */
function sampleDoubt(
  { layout }: Layer,
  { convMethod, sequenceMethod }: InstrumentOptions,
  observations: number,
  samples: number,
): string[] {
  if (layout.kind === 'featuresLast' || layout.kind === 'featuresBeforeLast') {
    // A network may cut samples into parts, one row each, so a multiple is no reason to doubt.
    const isByStep = sequenceMethod === undefined || sequenceMethod === 'timestepwise';
    if (isByStep || observations % samples === 0) return [];
    return [
      `${observations} observations of ${samples} samples, which is no multiple, though --sequence-method ${sequenceMethod} makes them of whole samples: the first axis of this layer's output is not that of the samples; choose timestepwise`,
    ];
  }
  const onePerSample =
    layout.kind === 'recurrent'
      ? (sequenceMethod ?? 'last') !== 'timestepwise'
      : layout.kind === 'featureMap' && convMethod !== 'channelwise';
  if (!onePerSample || observations === samples || observations === 0) return [];
  return [
    `${observations} observations of ${samples} samples, though each should give one: is the first axis of the data not that of the samples?`,
  ];
}

/** Whether an observation is a linear function of the layer's inputs at one position, so that their number bounds it. */
function isLinear({ convMethod, sequenceMethod }: InstrumentOptions): boolean {
  return (convMethod === 'channelwise' || convMethod === 'mean') && sequenceMethod !== 'flatten';
}

/** What a run says of how it was made. */
export function settingsOf(
  options: PassOptions,
  {
    provider,
    devices,
    tf32,
    accumulate = 1,
  }: Pick<Observation, 'provider' | 'devices' | 'tf32'> & Partial<Pick<Observation, 'accumulate'>>,
): RunSettings {
  const { thresholds, idimRule, sequenceMethod, interpolate, interpolation, maxSamples, every } = options;
  return {
    threshold: thresholds[0],
    ...(thresholds.length > 1 ? { thresholds } : {}),
    idimRule: storedRule(idimRule),
    convMethod: options.convMethod,
    sequenceMethod: sequenceMethod ?? 'last',
    linearMethod: sequenceMethod ?? 'timestepwise',
    precision: options.precision,
    provider,
    ...(devices ? { devices } : {}),
    // Elsewhere than on CUDA nothing is rounded so.
    tf32: tf32 ?? 'off',
    batchSize: options.batchSize,
    accumulate,
    split: options.split,
    ...(interpolate === undefined ? {} : { interpolate, interpolation }),
    ...(options.mask === undefined ? {} : { mask: options.mask }),
    ...(Object.keys(options.inputs ?? {}).length > 0 ? { inputs: options.inputs } : {}),
    ...(Object.keys(options.state ?? {}).length > 0 ? { state: options.state } : {}),
    ...(options.measureAt === undefined ? {} : { measureAt: options.measureAt }),
    ...(options.magnitudes ? { magnitudes: true } : {}),
    ...(maxSamples === undefined ? {} : { maxSamples, ...orderOf(options.drawSeed) }),
    ...(options.shuffleSeed === undefined ? {} : { shuffleSeed: options.shuffleSeed }),
    ...(every === undefined || every === 1 ? {} : { every }),
  };
}

const orderOf = (drawSeed: number | undefined): Pick<RunSettings, 'order' | 'orderSeed'> =>
  drawSeed === undefined ? { order: 'first' } : { order: 'drawn', orderSeed: drawSeed };

/** The statistics of valid layers by name, with the moments that they came from. */
async function statisticsByName(
  layers: readonly ObservedLayer[],
  options: WantedStatistics,
  samples: number,
  signal: AbortSignal | undefined,
): Promise<Map<string, MomentsWithStatistics>> {
  try {
    const computed = await statisticsOf(layers, options, signal);
    return new Map(layers.map(({ name }, index) => [name, computed[index]]));
  } catch (error) {
    if (!signal?.aborted) throw error;
    throw interruptedAfterAll(samples);
  }
}

/** What the run says of a layer in which NaN or Inf came up; `undefined` for the others. */
function invalidNumbers({ moments, invalid }: ObservedLayer) {
  if (!invalid) return undefined;
  const observed = { observations: moments.count, features: moments.sum.length };
  return {
    ...withoutStatistics(observed, `invalid: ${invalid.reason} in batch ${invalid.batch}`),
    invalid,
  };
}
