import type { Feed } from '../data/feed.js';
import type { MomentOutputs } from '../instrument/instrumentedModel.js';
import type { Collected, Collector } from './collector.js';
import { fixedFeeds } from './fixedBatch.js';
import { type BatchMoments, LayerMoments, type ObservedLayer, withoutPadding } from './layerMoments.js';
import { doublesOf, type ModelSession, type Outputs, valuesOf } from './modelSession.js';

/** Adds up the moments that come out of an instrumented model. */
export class MomentCollector implements Collector<ObservedLayer> {
  readonly #session: ModelSession;
  readonly #outputs: readonly MomentOutputs[];
  readonly #fixedBatch: number | undefined;
  readonly #layers: readonly LayerMoments[];
  #batches = 0;

  /** @param fixedBatch the batch size that the model fixes; feeds are cut and filled up to it. */
  constructor(session: ModelSession, outputs: readonly MomentOutputs[], fixedBatch: number | undefined) {
    this.#session = session;
    this.#outputs = outputs;
    this.#fixedBatch = fixedBatch;
    this.#layers = outputs.map(({ layer }) => new LayerMoments(layer));
  }

  /** @throws UserError where the model cannot run on the batch, or a layer's features changed. */
  async add(feed: Feed): Promise<void> {
    this.#batches++;
    if (this.#fixedBatch === undefined) {
      this.#addAll(await this.#moments(feed));
      return;
    }
    const size = this.#fixedBatch;
    for (const { feed: filled, samples, copies } of fixedFeeds(feed, size)) {
      const moments = await this.#moments(filled);
      if (!copies) {
        this.#addAll(moments);
        continue;
      }
      const padding = await this.#moments(copies);
      this.#addAll(moments.map((m, i) => withoutPadding(this.#layers[i].name, m, padding[i], samples, size)));
    }
  }

  result(): Collected<ObservedLayer> {
    const layers = this.#layers.map((layer) => layer.observation());
    return { layers, buffers: layers.flatMap(({ moments }) => [moments.sum.buffer, moments.scatter.buffer]) };
  }

  #addAll(batch: readonly BatchMoments[]): void {
    this.#layers.forEach((layer, i) => {
      layer.add(batch[i], this.#batches);
    });
  }

  async #moments(feed: Feed): Promise<BatchMoments[]> {
    const outputs = await this.#session.run(feed);
    return this.#outputs.map((names) => momentsIn(outputs, names));
  }
}

function momentsIn(outputs: Outputs, names: MomentOutputs): BatchMoments {
  const moments = {
    count: Number(valuesOf(outputs, names.count)[0]),
    sum: doublesOf(outputs, names.sum),
    scatter: doublesOf(outputs, names.scatter),
  };
  return names.shift === undefined ? moments : { ...moments, shift: doublesOf(outputs, names.shift) };
}
