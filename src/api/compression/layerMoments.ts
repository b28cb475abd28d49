import type { Candidate } from '../../compress/candidates.js';
import type { StoredDirections } from '../../compress/results.js';
import { onlyBatches } from '../../data/batches/onlyBatches.js';
import type { FeedSource } from '../../data/feed.js';
import { observe } from '../../engine/observe.js';
import { UserError } from '../../errors.js';
import { instrument } from '../../instrument/instrument.js';
import type { ModelFile } from '../../onnx/modelFile.js';
import { readMoments } from '../../run/files/momentsFile.js';
import { readRun } from '../../run/files/readRun.js';
import type { Moments } from '../../stats/moments.js';
import { observationOptions } from '../observationOptions.js';
import { maskedLayers } from '../paddingMask.js';

import type { CompressionData } from './compressionData.js';

/** Batches that are kept for judging where some are held out. */
export const isOdd = (batch: number): boolean => batch % 2 === 1;

/** The moments of the layers' outputs: out of a run, or of a pass over the data. */
export async function momentsOf(
  model: ModelFile,
  options: CompressionData,
  source: FeedSource,
  candidates: readonly Candidate[],
  { batchSize, fixedBatch }: { readonly batchSize: number; readonly fixedBatch: number | undefined },
): Promise<{
  readonly of: ReadonlyMap<string, Moments>;
  readonly provider?: CompressionData['provider'];
  readonly run?: StoredDirections;
}> {
  const chosen = candidates.map(({ at }) => at.layer);
  if (options.run !== undefined) {
    const names = chosen.map(({ name }) => name);
    return storedMoments(options.run, model, names);
  }
  const { layers, notices } = await maskedLayers(model, chosen, options.mask);
  for (const notice of notices) options.onNotice?.(notice);
  const settings = observationOptions({ measureAt: 'cheaper' });
  const data = options.holdOut ? onlyBatches(source, (batch) => !isOdd(batch)) : source;
  const observation = await observe(instrument(model, layers, settings), data, {
    provider: options.provider ?? 'auto',
    device: options.device,
    threads: options.threads,
    batchSize,
    fixedBatch,
    wholeBatches: fixedBatch !== undefined,
    maxSamples: options.maxSamples,
    every: options.every,
    signal: options.signal,
    onProgress: options.onProgress,
    onNotice: options.onNotice,
    precision: settings.precision,
  });
  const invalid = observation.layers.find((layer) => layer.invalid);
  if (invalid) {
    throw new UserError(
      `layer ${invalid.name} gave NaN or Inf on this data: check the data and its preprocessing, or leave it out with --exclude`,
    );
  }
  const of = new Map(observation.layers.map(({ name, moments }) => [name, moments]));
  return { of, provider: observation.provider };
}

async function storedMoments(path: string, model: ModelFile, layers: readonly string[]) {
  const run = await readRun(path);
  if (run.model.sha256 !== model.sha256) {
    throw new UserError(
      `${path} is a run of ${run.model.path}, not of this model (their hashes differ): analyze this one with --moments`,
    );
  }
  if (
    run.settings.convMethod !== 'channelwise' ||
    (run.settings.linearMethod ?? 'timestepwise') !== 'timestepwise'
  ) {
    throw new UserError(
      `${path} did not observe every position of a layer's output (--conv-method ${run.settings.convMethod}, --sequence-method ${run.settings.linearMethod}): analyze again with the defaults and --moments`,
    );
  }
  const moments = await readMoments(path, run);
  const missing = layers.find((name) => !moments.has(name));
  if (missing !== undefined) {
    throw new UserError(
      `${path} has no moments of layer ${missing}: analyze again, or leave it out with --exclude`,
    );
  }
  const { source, samples } = run.data;
  return {
    of: new Map([...moments].filter(([name]) => layers.includes(name))),
    run: { path, source, samples },
  };
}
