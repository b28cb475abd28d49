import type { FeedSource } from '../data/feed.js';
import { InterruptedError } from '../errors.js';
import type { ProjectedModel } from '../instrument/project.js';
import type { EmbeddedLayer } from './collect/layerCoordinates.js';
import { type PassOptions, runPass } from './pass/pass.js';

export type { EmbeddedLayer };

export interface EmbedOptions extends PassOptions {
  /** Samples that the first pass saw, and this one has to see. */
  readonly samples: number;
}

/** Where the samples lie in each layer's plane. */
export interface EmbeddedSamples {
  /** One entry for each layer of the model, in graph order. */
  readonly layers: readonly EmbeddedLayer[];
  /** The class of each sample, in the order of the data. */
  readonly labels: readonly (string | undefined)[];
}

/**
 * Runs a projected model over all feeds of a source, the second pass over the data, and collects the coordinates of
 * every sample in every layer: 16 bytes each. The buffer of `model.bytes` is empty afterwards.
 *
 * @throws UserError where the data gives other samples than in the first pass; what `runPass` throws.
 */
export async function embed(
  model: ProjectedModel,
  source: FeedSource,
  options: EmbedOptions,
): Promise<EmbeddedSamples> {
  const { samples, onProgress, signal } = options;
  const labels: (string | undefined)[] = [];
  /** Readers make a new string for every sample; one a class is enough to keep. */
  const known = new Map<string, string>();
  const same = (label: string | undefined): string | undefined => {
    if (label === undefined) return undefined;
    const kept = known.get(label) ?? label;
    known.set(label, kept);
    return kept;
  };
  try {
    const { layers } = await runPass(
      { kind: 'coordinates', outputs: model.layers, samples },
      model,
      source,
      {
        ...options,
        onProgress: onProgress && ((progress) => onProgress({ ...progress, total: samples, pass: 2 })),
      },
      (feed) => {
        for (let i = 0; i < feed.samples; i++) labels.push(same(feed.labels?.[i]));
      },
    );
    return { layers, labels };
  } catch (error) {
    if (!(signal?.aborted && error instanceof InterruptedError)) throw error;
    throw new InterruptedError(`${error.message} of the second pass`, error.samples);
  }
}
