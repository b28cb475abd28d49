import { basename, resolve } from 'node:path';
import type { DataOptions } from '../data/options.js';
import { observe } from '../engine/observe.js';
import type { PassOptions } from '../engine/pass/pass.js';
import type { Progress } from '../engine/pass/progress.js';
import { mayLoadCuda } from '../engine/session/provider.js';
import { UserError } from '../errors.js';
import { ACCUMULATION_OPSET } from '../instrument/accumulate.js';
import { MOST_CARRIED } from '../instrument/carriedSums.js';
import { type BatchesPerRun, instrument } from '../instrument/instrument.js';
import { nameOutputs } from '../instrument/nameOutputs.js';
import type { InstrumentOptions } from '../instrument/options.js';
import { requireProjectable } from '../instrument/project.js';
import { classOutput } from '../layers/classOutput.js';
import { findLayers } from '../layers/findLayers.js';
import { inMainGraph } from '../layers/layer.js';
import { mixesSamples } from '../layers/mixesSamples.js';
import { modelWarnings } from '../layers/modelWarnings.js';
import { outputLayers } from '../layers/outputLayers.js';
import { rankLimits } from '../layers/rankLimits.js';
import { selectLayers } from '../layers/selectLayers.js';
import { structureOf } from '../layers/structure.js';
import { fixedBatchSize } from '../onnx/modelInput.js';
import { type OtherRun, type PlannedRun, placeFor } from '../run/files/standingRun.js';
import { checkTarget, writeRun } from '../run/files/writeRun.js';
import { nonFiniteSentence } from '../run/nonFinite.js';
import type { Run } from '../run/schema.js';
import type { ProviderChoice } from '../run/settingValues.js';
import { type RuleName, ruleCalled } from '../run/storedRule.js';
import { untilSentence } from '../run/until.js';
import { checkpointingOf } from './checkpoint/checkpointingOf.js';
import { embedSamples } from './embedSamples.js';
import type { InspectOptions } from './inspect.js';
import { refuseAborted } from './interruption.js';
import { classNamesOf, labelAccuracy } from './labelAccuracy.js';
import { longLoading } from './longLoading.js';
import { makeRun, settingsOf } from './makeRun.js';
import { originOfNonFinite, requireSkippable } from './nonFinite.js';
import { observationOptions } from './observationOptions.js';
import { type InputOptions, openedModel } from './openedModel.js';
import { openedSource } from './openedSource.js';
import { maskedLayers } from './paddingMask.js';
import { requireInTurn, requireSequence } from './sequences.js';
import { shardCalled, shardName } from './shard.js';
import { untilOf } from './until.js';

export interface AnalyzeOptions
  extends InspectOptions,
    Partial<InstrumentOptions>,
    Pick<InputOptions, 'inputs' | 'state'>,
    Omit<DataOptions, 'data' | 'shuffles' | 'cameWith'> {
  /** A `.onnx` file. */
  readonly model: string;
  /** A source, or `<input>=<source>` once per model input. */
  readonly data: string | readonly string[];
  /** Directory for the run; absent: nothing is written. */
  readonly out?: string;
  /**
   * What becomes of another run that stands at `out`: `replace` it (default), `refuse` before the pass, or `number`
   * the directory. The same one, by the name of the model, the data and the settings, is replaced in any case.
   */
  readonly otherRun?: OtherRun;
  /** Called before the pass with where the run goes: `out`, or that with a number. */
  readonly onTarget?: (dir: string) => void;
  /** Write the moments too, so that runs can be merged and covariances read back. */
  readonly moments?: boolean;
  /**
   * Pass the data through a second time, and write where each sample lies in the plane of the first two eigenvectors
   * of each layer: `embedding.csv` in `out`, for `readEmbedding`.
   */
  readonly embedding?: boolean;
  /**
   * Samples a batch (32); `auto` starts at 32 and finds the size of the highest throughput by measuring. A model that
   * fixes its batch size runs at that.
   */
  readonly batchSize?: number | 'auto';
  /**
   * Batches that are added up inside one run of the model, so that their moments are fetched once. `auto` is 1 on the
   * CPU and on WebGPU; on CUDA it follows from what the first runs cost.
   */
  readonly accumulate?: number | 'auto';
  readonly maxSamples?: number;
  /**
   * What becomes of samples on which a layer gives NaN or an infinity: `report` where it came from, and give no numbers
   * of the layers concerned (default); or `skip` such samples, which then count in no layer.
   */
  readonly onNonfinite?: 'report' | 'skip';
  /**
   * Tell how well saturation, directions and effective rank are known (`true`), from groups of batches that are kept
   * apart: at most 512 MiB more, and about a tenth of the time.
   */
  readonly uncertainty?: boolean;
  /**
   * End the pass as soon as the saturation of every layer is known so well: half of its 95 % interval, and the bias that few
   * samples leave. `0.01` is one point; `'layer4.*=0.005'` is for some layers. Samples must come in random order.
   */
  readonly until?: number | string | readonly (number | string)[];
  /** Samples that are read as they lie were put in random order before, so that `until` may judge by the first ones. */
  readonly inOrderIsRandom?: boolean;
  /** Use every k-th batch only. */
  readonly every?: number;
  /**
   * Take one of several disjoint shares of the samples: `'3/16'` is the third of sixteen; `'auto'` reads which from the
   * variables that Slurm, Kubernetes and AWS Batch set in a task of an array. Samples are chosen first (`maxSamples`,
   * `every`), then dealt out by whole batches in turn. The moments are written too, for `mergeSavedRuns`.
   */
  readonly shard?: string;
  /**
   * Seconds between two states of the pass that are kept beside `out` (60), so that it can be resumed after it was
   * stopped; `false`: none. It is gone once the run is written.
   */
  readonly checkpoint?: number | false;
  /** Go on from the state that an earlier call of the same left beside `out`; where there is none, begin again. */
  readonly resume?: boolean;
  /**
   * An input `[samples, positions]` that is zero at positions that only fill up their sample: these are no observations of
   * layers that hold them. By default one called `attention_mask`; `false`: none.
   */
  readonly mask?: string | false;
  /** `auto` (CUDA where it loads, else the CPU), `cpu`, `cuda` or `webgpu`. */
  readonly provider?: ProviderChoice;
  /** Which of several GPUs (0); several share the batches, one session each. One named twice has two runs in flight. */
  readonly device?: number | readonly number[];
  /** Threads for each operator; absent: as many as there are cores. */
  readonly threads?: number;
  /**
   * Allow CUDA to round the factors of float32 products and convolutions to ten bits (TF32), unless the environment
   * variable `NVIDIA_TF32_OVERRIDE` says otherwise. It holds for all analyses of a process, as of the first on CUDA.
   */
  readonly tf32?: boolean;
  /** Shares of variance to explain, each above 0 and up to 1 (0.99); the first is the primary one. */
  readonly thresholds?: readonly number[];
  /** How directions are counted (`explained`); `delve`: as the released Python package does. */
  readonly idimRule?: RuleName;
  /** A label for the part of the data (`eval`). */
  readonly split?: string;
  /** Stops the work within a second or so; nothing is written then. */
  readonly signal?: AbortSignal;
  /** Called when the model is loaded and after every batch; with `embedding`, for a second pass from 0 again. */
  readonly onProgress?: (progress: Progress) => void;
  /** Remarks for people: which provider runs, at which batch size. */
  readonly onNotice?: (text: string) => void;
}

/** From this many features on, the eigenvalues of a layer take seconds, and eight times as long for twice as many. */
const LONG_SPECTRUM = 2048;

/** Their order takes eight bytes each. */
const MOST_SHUFFLED = 2 ** 24;

/**
 * One pass of a data set through a model: the moments of every layer are computed inside the graph, their
 * statistics from the moments. `embedding` takes a second pass.
 *
 * @returns the run, which also stands in `out` where that was given.
 * @throws UserError for everything that the caller can fix; InterruptedError when `signal` aborts.
 */
export async function analyze(options: AnalyzeOptions): Promise<Run> {
  const { thresholds = [0.99], signal } = options;
  const idimRule = ruleCalled(options.idimRule ?? 'explained');
  if (options.out !== undefined) await checkTarget(options.out);
  checkNumbers(options, thresholds);
  refuseIdle(options);
  const settings = observationOptions(options);
  const shard = options.shard === undefined ? undefined : shardCalled(options.shard);

  const { model, fedBack, inputs, options: opened } = await openedModel(options);
  for (const warning of modelWarnings(model)) options.onNotice?.(warning);
  const { layers: found, all, notObservable } = findLayers(model, options.operators);
  const selected = selectLayers(all, options);
  const { layers, mask, notices } = await maskedLayers(
    model,
    selected,
    // A single sample needs no padding.
    fedBack.length > 0 ? (options.mask ?? false) : options.mask,
  );
  for (const notice of notices) options.onNotice?.(notice);
  // An operator that was asked for by name may stand behind the last layer proper.
  const proper = found.filter(({ isRequested }) => !isRequested);
  const structure = structureOf(model, all);
  const limits = rankLimits(model, proper);
  const outputs = { last: proper.at(-1)?.name, all: outputLayers(model, proper) };
  if (options.embedding) requireProjectable(model);
  const long = longLoading(layers.length);
  if (long !== undefined) options.onNotice?.(long);
  const provider = options.provider ?? 'auto';
  const accumulate = batchesAdded(options, provider);
  const fixedBatch = fixedBatchSize(inputs);
  requireInTurn(options, fedBack, fixedBatch);
  const mixer =
    fixedBatch === undefined
      ? undefined
      : mixesSamples(
          { ...model, graph: nameOutputs(model.graph, layers.filter(inMainGraph)) },
          layers.filter(inMainGraph).map(({ output }) => output),
        );
  const tuneBatch = options.batchSize === 'auto';
  const wanted = options.batchSize === 'auto' ? undefined : options.batchSize;
  const batchSize = fixedBatch ?? wanted ?? (fedBack.length > 0 ? 1 : 32);
  if (fixedBatch !== undefined && wanted !== undefined && wanted !== fixedBatch) {
    options.onNotice?.(`the model fixes its batch size to ${fixedBatch}: --batch ${wanted} is ignored`);
  }

  if (shard?.from !== undefined) {
    options.onNotice?.(`shard ${shard.index + 1} of ${shard.count} (${shard.from})`);
  }
  const skipsNonFinite = options.onNonfinite === 'skip';
  if (skipsNonFinite) requireSkippable(options, mixer);
  const uncertainty = options.uncertainty ?? true;
  // Coordinates are told in the order of the source.
  const shuffles = uncertainty && !options.embedding && fedBack.length === 0;
  const inOrder = fedBack.length > 0 ? options.maxSamples !== undefined : options.inOrder;
  const source = await openedSource({ ...opened, shuffles, inOrder }, model, inputs);
  for (const notice of source.notices ?? []) options.onNotice?.(notice);
  if (
    options.maxSamples !== undefined &&
    source.drawSeed === undefined &&
    !options.inOrder &&
    source.reader !== 'random'
  ) {
    options.onNotice?.(
      `${source.source} can only be read in order: --max-samples takes its first ${options.maxSamples}`,
    );
  }
  const shuffleSeed = shuffles && (source.size ?? 0) <= MOST_SHUFFLED ? source.shuffleSeed : undefined;
  const pass: PassOptions = {
    provider,
    device: options.device,
    threads: options.threads,
    tf32: options.tf32,
    accumulate,
    batchSize,
    tuneBatch,
    fixedBatch,
    wholeBatches: mixer !== undefined,
    maxSamples: options.maxSamples,
    every: options.every,
    share: shard,
    shuffle: shuffleSeed !== undefined,
    signal,
    fedBack,
    onProgress: options.onProgress,
    onNotice: options.onNotice,
  };
  const statistics = {
    ...settings,
    thresholds,
    idimRule,
    batchSize,
    split: options.split ?? 'eval',
    maxSamples: options.maxSamples,
    drawSeed: source.drawSeed,
    shuffleSeed,
    every: options.every,
    inputs: options.inputs,
    state: options.state,
    mask,
    axes: options.embedding,
    shard: shard && { parts: [shard.index + 1], count: shard.count, block: batchSize },
  };
  try {
    requireSequence(options, fedBack, source);
    const fedBackOutputs = fedBack.map(({ output }) => output);
    const scores = source.labelled ? classOutput(model) : undefined;
    const batches = settings.magnitudes
      ? 'one'
      : batchesPerRun(fedBack.length > 0 ? 1 : accumulate, provider);
    const samplesInTurn = batches === 'one' && isOnCpu(provider);
    const instrumented = instrument(model, layers, { ...settings, samplesInTurn }, batches, [
      ...(scores === undefined ? [] : [scores]),
      ...fedBackOutputs,
    ]);
    if (accumulate !== 'auto' && accumulate > 1 && !instrumented.accumulates) {
      options.onNotice?.(
        `--accumulate ${accumulate} is ignored: models of an opset before ${ACCUMULATION_OPSET} take one batch a run`,
      );
    }
    const measuredAtInput = instrumented.layers.flatMap(({ layer, lifted }) => (lifted ? [layer] : []));
    const planned: PlannedRun = {
      model: { path: model.path, sha256: model.sha256 },
      data: {
        ...{ source: source.source, reader: source.reader, preprocessing: source.preprocessing },
        ...(statistics.shard ? { shard: statistics.shard } : {}),
      },
      settings: settingsOf(statistics, { provider: 'cpu' }),
      layers: layers.map(({ name }) => name),
    };
    const out = await chosenTarget(options, planned);
    const until = untilOf(
      options,
      source,
      shuffleSeed !== undefined,
      statistics,
      layers.map(({ name }) => name),
    );
    const checkpointing = await checkpointingOf(options, out, planned, source, { batchSize, uncertainty });
    const from = checkpointing?.from;
    const observation = await observe(
      instrumented,
      source,
      {
        ...pass,
        provider: from?.provider ?? provider,
        from,
        precision: settings.precision,
        classOutput: scores,
        uncertainty,
        skipsNonFinite,
        keepsMoments: options.moments === true || shard !== undefined,
      },
      [...(checkpointing ? [checkpointing.pause] : []), ...(until ? [until.pause] : [])],
    ).catch((error: unknown) => {
      throw checkpointing?.explained(error) ?? error;
    });
    const { leftOut = 0 } = observation;
    const mixing = `the model fixes its batch size to ${fixedBatch}, and its ${mixer} makes each sample's numbers depend on the others of its batch`;
    if (observation.samples === 0 && leftOut > 0) {
      throw new UserError(
        `${mixing}: the ${leftOut} ${leftOut === 1 ? 'sample' : 'samples'} of this data fill no batch; give at least ${fixedBatch}`,
      );
    }
    if (observation.samples === 0 && observation.skipped) {
      const [first = 'the first'] = observation.skipped.origins;
      throw new UserError(
        `all ${observation.skipped.count} samples make a layer NaN or infinite, ${first} to begin with: without --on-nonfinite skip the run tells where it comes from`,
      );
    }
    // A shard of little data may have no batch.
    if (observation.samples === 0 && !shard) throw new UserError(noSamples(options));
    const widest = Math.max(...observation.layers.map(({ moments }) => moments.sum.length));
    if (widest >= LONG_SPECTRUM) {
      options.onNotice?.(`computing eigenvalues, of up to ${widest} features a layer: this takes a while`);
    }
    const warnings =
      leftOut > 0
        ? [
            `${mixing}: the last ${leftOut} ${leftOut === 1 ? 'sample' : 'samples'}, which fill no batch, were left out`,
          ]
        : [];
    const scored =
      observation.answers && observation.answers.labels.size > 0
        ? labelAccuracy(observation.answers, await classNamesOf(options.classes, model), observation.samples)
        : undefined;
    warnings.push(...(scored?.warnings ?? []));
    const nonFinite = await originOfNonFinite(model, layers.filter(inMainGraph), observation, fixedBatch);
    if (nonFinite) warnings.push(nonFiniteSentence(nonFinite));
    for (const warning of warnings) options.onNotice?.(warning);
    const made = await makeRun(
      {
        model,
        found: { layers: layers.filter(inMainGraph), all: layers, notObservable },
        outputs,
        structure,
        limits,
        source,
        observation,
        measuredAtInput,
        warnings,
        nonFinite,
        scored,
      },
      { ...statistics, batchSize: observation.batchSize },
      signal,
    );
    refuseAborted(signal, made.run.data.samples);
    const told = until?.told(made.run) ?? made.run;
    if (told.until?.reached) {
      options.onNotice?.(untilSentence(told.until, told.data.samples, told.layers.length));
    }
    const { run, embedding } = options.embedding
      ? await embedSamples(
          { model, layers: layers.filter(inMainGraph), source, fedBack: fedBackOutputs, ...made },
          settings,
          {
            ...pass,
            provider: observation.provider,
          },
        )
      : { run: told, embedding: undefined };
    refuseAborted(signal, run.data.samples);
    const moments = options.moments || shard ? made.moments : undefined;
    if (out !== undefined) await writeRun(out, run, { moments, embedding });
    await checkpointing?.done();
    return run;
  } finally {
    await source.close();
  }
}

/** Batches that are added up on the device, where WebGPU does so in float32. */
function batchesAdded({ accumulate = 'auto', onNotice }: AnalyzeOptions, provider: ProviderChoice) {
  if (provider !== 'webgpu' || accumulate === 'auto' || accumulate <= MOST_CARRIED) return accumulate;
  onNotice?.(
    `--accumulate ${accumulate}: WebGPU adds up ${MOST_CARRIED} batches at most, in float32; going on with ${MOST_CARRIED}`,
  );
  return MOST_CARRIED;
}

/** WebGPU has no `Loop`: there the sums go from run to run. */
function batchesPerRun(accumulate: number | 'auto', provider: ProviderChoice): BatchesPerRun {
  if (accumulate === 1) return 'one';
  if (provider === 'webgpu') return 'carried';
  if (accumulate !== 'auto' || provider === 'cuda') return 'several';
  return isOnCpu(provider) ? 'one' : 'either';
}

/** Whether it is certain that no device will compute. */
const isOnCpu = (provider: ProviderChoice): boolean =>
  provider === 'cpu' || (provider === 'auto' && !mayLoadCuda());

/**
 * Where the run of a model goes when nothing is said: `<model name>.delve` in the current directory; of a shard,
 * `<model name>.shard-3-of-16.delve`.
 */
export function defaultTarget(model: string, shard?: string): string {
  const name = basename(model).replace(/\.onnx$/i, '');
  return resolve(`${shard === undefined ? name : shardName(name, shardCalled(shard))}.delve`);
}

/** Where the run goes, decided before hours of work. */
async function chosenTarget(
  { out, otherRun = 'replace', onTarget, onNotice }: AnalyzeOptions,
  planned: PlannedRun,
): Promise<string | undefined> {
  if (out === undefined) return undefined;
  const { dir, difference } = await placeFor(out, planned, otherRun);
  if (difference !== undefined) {
    onNotice?.(`${basename(out)} holds another run (${difference}): this one goes to ${basename(dir)}`);
  }
  onTarget?.(dir);
  return dir;
}

function noSamples({ every }: AnalyzeOptions): string {
  return every !== undefined && every > 1
    ? `--every ${every} leaves no batch of this data: take a smaller number`
    : 'the data holds no sample that could be used: check the source';
}

/** An option that would have no effect is a misunderstanding, which the numbers would hide. */
function refuseIdle(options: AnalyzeOptions): void {
  const { device, provider, embedding, out, resume, checkpoint, magnitudes, accumulate } = options;
  if (magnitudes && typeof accumulate === 'number' && accumulate > 1) {
    throw new UserError(
      `--accumulate ${accumulate} adds batches up inside the model, and --magnitudes looks at each: leave one of them out`,
    );
  }
  if (device !== undefined && (provider === 'cpu' || provider === 'webgpu')) {
    throw new UserError(
      `--device ${device} has no effect with --provider ${provider}: it chooses among CUDA devices`,
    );
  }
  if (resume && out === undefined) {
    throw new UserError('--resume has no effect without --out: the checkpoint stands beside the run');
  }
  if (typeof checkpoint === 'number' && !(checkpoint > 0)) {
    throw new UserError(`--checkpoint ${checkpoint} makes no sense: give seconds, such as 60s, or off`);
  }
  if (embedding && out === undefined) {
    throw new UserError('--embedding has no effect without --out: name the directory for the run');
  }
}

function checkNumbers(options: AnalyzeOptions, thresholds: readonly number[]): void {
  for (const threshold of thresholds) {
    if (threshold > 0 && threshold <= 1) continue;
    throw new UserError(
      `--threshold ${threshold} is not a share of variance: give a number above 0 and up to 1`,
    );
  }
  if (thresholds.length === 0) throw new UserError('--threshold names no number: give one such as 0.99');
  const counts = {
    '--batch': options.batchSize === 'auto' ? undefined : options.batchSize,
    '--accumulate': options.accumulate === 'auto' ? undefined : options.accumulate,
    '--max-samples': options.maxSamples,
    '--every': options.every,
    '--threads': options.threads,
    '--interpolate': options.interpolate,
  };
  for (const [option, value] of Object.entries(counts)) {
    if (value === undefined || (Number.isSafeInteger(value) && value > 0)) continue;
    throw new UserError(`${option} ${value} makes no sense: give a whole number from 1 upward`);
  }
}
