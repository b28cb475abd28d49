import { fromFloat16 } from '../../data/batches/halfPrecision.js';
import type { Feed } from '../../data/feed.js';
import type { LiftModel, MomentOutputs } from '../../instrument/instrumentedModel.js';
import { fixedFeeds } from '../feeds/fixedBatch.js';
import type { Task } from '../pass/messages.js';
import { doublesOf, type ModelSession, type Outputs, valuesOf } from '../session/modelSession.js';
import { ClassCounts } from './classCounts.js';
import type { Collected, Collector } from './collector.js';
import { type BatchMoments, LayerMoments, type ObservedLayer, withoutPadding } from './layerMoments.js';
import { liftMoments } from './liftMoments.js';

/** Adds up the moments that come out of an instrumented model. */
export class MomentCollector implements Collector<ObservedLayer> {
  readonly #session: ModelSession;
  readonly #outputs: readonly MomentOutputs[];
  readonly #fixedBatch: number | undefined;
  readonly #lifts: readonly LiftModel[];
  /** All layers, in graph order. */
  readonly #wanted: readonly MomentOutputs[];
  readonly #layers: readonly LayerMoments[];
  readonly #classOutput: string | undefined;
  readonly #classes = new ClassCounts();
  #batches = 0;

  /** @param fixedBatch the batch size that the model fixes; feeds are cut and filled up to it. */
  constructor(
    session: ModelSession,
    { outputs, lifts = [], classOutput }: Omit<Extract<Task, { kind: 'moments' }>, 'kind'>,
    fixedBatch: number | undefined,
  ) {
    this.#session = session;
    this.#wanted = outputs;
    this.#lifts = lifts;
    this.#classOutput = classOutput;
    // Layers that are measured at one input share its outputs.
    this.#outputs = [...new Map(outputs.map((names) => [names.scatter, names])).values()];
    this.#fixedBatch = fixedBatch;
    this.#layers = this.#outputs.map(({ layer }) => new LayerMoments(layer));
  }

  /** @throws UserError where the model cannot run on the batch, or a layer's features changed. */
  async add(feed: Feed): Promise<void> {
    if (this.#fixedBatch === undefined) {
      const moments = await this.#moments(feed);
      // Counted once it has run: a batch that memory did not suffice for comes again in parts.
      this.#batches++;
      this.#addAll(moments);
      return;
    }
    this.#batches++;
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

  async result(): Promise<Collected<ObservedLayer>> {
    const measured = new Map(this.#outputs.map(({ scatter }, i) => [scatter, this.#layers[i].observation()]));
    const found = new Map<string, ObservedLayer>();
    for (const [index, lift] of this.#lifts.entries()) {
      const over = this.#wanted.flatMap(({ layer, scatter, lifted }) =>
        lifted?.model === index ? [{ layer, scatter, lifted }] : [],
      );
      const input = measured.get(over[0]?.scatter ?? '');
      if (!input) continue;
      for (const layer of await liftMoments(lift, input, over, this.#batches)) found.set(layer.name, layer);
      measured.delete(over[0].scatter);
    }
    const layers = this.#wanted.flatMap(
      ({ layer, scatter }) => found.get(layer) ?? measured.get(scatter) ?? [],
    );
    return {
      layers,
      ...(this.#classOutput === undefined ? {} : { answers: this.#classes.result() }),
      buffers: layers.flatMap(({ moments, inner }) => [
        moments.sum.buffer,
        moments.scatter.buffer,
        ...(inner ? [inner.buffer] : []),
      ]),
    };
  }

  #addAll(batch: readonly BatchMoments[]): void {
    this.#layers.forEach((layer, i) => {
      layer.add(batch[i], this.#batches);
    });
  }

  async #moments(feed: Feed): Promise<BatchMoments[]> {
    const outputs = await this.#session.run(feed);
    if (this.#classOutput !== undefined) countAnswers(this.#classes, feed, outputs[this.#classOutput]);
    return this.#outputs.map((names) => momentsIn(outputs, names));
  }
}

function countAnswers(classes: ClassCounts, { labels }: Feed, scores: Outputs[string] | undefined): void {
  if (!labels || scores?.dims.length !== 2) return;
  const { data, dims } = scores;
  const values = data instanceof Uint16Array ? Float32Array.from(data, fromFloat16) : data;
  classes.add(labels, values as ArrayLike<number>, dims[1]);
}

function momentsIn(outputs: Outputs, names: MomentOutputs): BatchMoments {
  const moments = {
    count: Number(valuesOf(outputs, names.count)[0]),
    sum: doublesOf(outputs, names.sum),
    scatter: doublesOf(outputs, names.scatter),
  };
  return names.shift === undefined ? moments : { ...moments, shift: doublesOf(outputs, names.shift) };
}
