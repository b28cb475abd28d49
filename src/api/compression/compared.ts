import { compareModels, type ModelScore } from '../../engine/compareModels.js';
import { serializeModel } from '../../onnx/modelFile.js';
import type { ModelProto } from '../../onnx/proto/onnx_pb.js';
import { labelAccuracy } from '../labelAccuracy.js';
import type { CompressionData } from './compressionData.js';
import type { Prepared } from './prepare.js';

/** How a model does beside the original. */
export interface Judged extends Omit<ModelScore, 'answers'> {
  /** Share of samples whose largest output is that of their class; `null` where no class is known. */
  readonly accuracy: number | null;
}

/** The original and other models on the same samples. */
export interface SideBySide {
  readonly samples: number;
  /** Those of known class. */
  readonly labelled: number;
  /** The original first. */
  readonly models: readonly Judged[];
  /** What is doubtful about the accuracy, or why there is none, in words. */
  readonly warnings: readonly string[];
}

/** The original and these models, side by side on what is kept for judging. */
export async function compared(
  { model, source, batchSize, fixedBatch, heldOut, classNames, provider = 'auto' }: Prepared,
  protos: readonly ModelProto[],
  { device, threads, maxSamples, every, signal }: CompressionData,
): Promise<SideBySide> {
  const { externalDataFolder } = model;
  const asBytes = (proto: ModelProto) => ({
    bytes: serializeModel(proto),
    ...(externalDataFolder === undefined ? {} : { externalDataFolder }),
  });
  const { samples, models } = await compareModels([model.proto, ...protos].map(asBytes), source, {
    provider,
    device: typeof device === 'number' ? device : device?.[0],
    threads,
    batchSize,
    fixedBatch,
    maxSamples,
    every,
    signal,
    isWanted: heldOut,
  });
  const scored = models.map(({ answers }) =>
    answers && [...answers.labels.values()].some((label) => label.samples > 0)
      ? labelAccuracy(answers, classNames, samples)
      : undefined,
  );
  return {
    samples,
    labelled: scored[0]?.accuracy?.samples ?? 0,
    warnings: scored[0]?.warnings ?? [],
    models: models.map(({ answers: _, ...score }, i) => ({
      ...score,
      accuracy: scored[i]?.accuracy?.top1 ?? null,
    })),
  };
}
