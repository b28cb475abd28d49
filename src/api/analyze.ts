import { observe } from '../engine/observe.js';
import type { PassOptions } from '../engine/pass/pass.js';
import { UserError } from '../errors.js';
import { ACCUMULATION_OPSET } from '../instrument/accumulate.js';
import { instrument } from '../instrument/instrument.js';
import { nameOutputs } from '../instrument/nameOutputs.js';
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
import type { PlannedRun } from '../run/files/standingRun.js';
import { checkTarget, writeRun } from '../run/files/writeRun.js';
import { nonFiniteSentence } from '../run/nonFinite.js';
import type { Run } from '../run/schema.js';
import { ruleCalled } from '../run/storedRule.js';
import { untilSentence } from '../run/until.js';
import { type AnalyzeOptions, refuseWithoutEffect, requireNumbers } from './analyzeOptions.js';
import { batchesAdded, batchesPerRun, isOnCpu } from './batchesPerRun.js';
import { checkpointingOf } from './checkpoint/checkpointingOf.js';
import { embedSamples } from './embedSamples.js';
import { refuseAborted } from './interruption.js';
import { classNamesOf, labelAccuracy } from './labelAccuracy.js';
import { longLoading } from './longLoading.js';
import { makeRun, settingsOf } from './makeRun.js';
import { originOfNonFinite, requireSkippable } from './nonFinite.js';
import { observationOptions } from './observationOptions.js';
import { openedModel } from './openedModel.js';
import { openedSource } from './openedSource.js';
import { maskedLayers } from './paddingMask.js';
import { chosenTarget } from './runTarget.js';
import { requireInTurn, requireSequence } from './sequences.js';
import { shardCalled } from './shard.js';
import { untilOf } from './until.js';

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
  requireNumbers(options, thresholds);
  refuseWithoutEffect(options);
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

function noSamples({ every }: AnalyzeOptions): string {
  return every !== undefined && every > 1
    ? `--every ${every} leaves no batch of this data: take a smaller number`
    : 'the data holds no sample that could be used: check the source';
}
