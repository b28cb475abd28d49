import type { Feed } from '../../data/feed.js';
import { UserError } from '../../errors.js';
import type { CoordinateOutput } from '../../instrument/project.js';
import { type FixedFeed, fixedFeeds, turnedRound } from '../feeds/fixedBatch.js';
import type { Stack } from '../feeds/stepDown.js';
import { doublesOf, type ModelSession } from '../session/modelSession.js';
import type { Collected, Collector } from './collector.js';
import { type EmbeddedLayer, LayerCoordinates } from './layerCoordinates.js';

/** Collects the coordinates of all samples that come out of a projected model. */
export class CoordinateCollector implements Collector<EmbeddedLayer> {
  readonly #session: ModelSession;
  readonly #outputs: readonly CoordinateOutput[];
  readonly #fixedBatch: number | undefined;
  readonly #layers: readonly LayerCoordinates[];
  readonly #expected: number;
  #samples = 0;
  #orderIsKnown = false;

  /**
   * @param samples that the first pass over the data saw.
   * @param fixedBatch the batch size that the model fixes; feeds are cut and filled up to it.
   */
  constructor(
    session: ModelSession,
    outputs: readonly CoordinateOutput[],
    samples: number,
    fixedBatch: number | undefined,
  ) {
    this.#session = session;
    this.#outputs = outputs;
    this.#fixedBatch = fixedBatch;
    this.#layers = outputs.map(({ layer }) => new LayerCoordinates(layer, samples));
    this.#expected = samples;
  }

  /** @throws UserError where the model cannot run on the batch, or there are more samples than in the first pass. */
  async add({ feed }: Pick<Stack, 'feed'>): Promise<void> {
    const samples = this.#samples + feed.samples;
    if (samples > this.#expected) throw otherData(`more than ${this.#expected}`, this.#expected);
    const size = this.#fixedBatch;
    const batches: Iterable<FixedFeed> =
      size === undefined ? [{ feed, samples: feed.samples }] : fixedFeeds(feed, size);
    for (const batch of batches) await this.#addBatch(batch);
    // Counted once they have run: samples of a batch that was too large come again in parts.
    this.#samples = samples;
  }

  /** Coordinates are not kept: a second pass begins again. */
  async save(): Promise<never> {
    throw new Error('coordinates cannot be saved on the way');
  }

  async restore(): Promise<never> {
    throw new Error('coordinates cannot be restored');
  }

  /** @throws UserError where there were fewer samples than in the first pass. */
  result(): Collected<EmbeddedLayer> {
    if (this.#samples < this.#expected) throw otherData(this.#samples, this.#expected);
    const layers = this.#layers.map((layer) => layer.result());
    return { layers, buffers: layers.flatMap(({ coordinates }) => coordinates?.buffer ?? []) };
  }

  async #addBatch({ feed, samples: kept }: FixedFeed): Promise<void> {
    const rows = await this.#rows(feed);
    if (!this.#orderIsKnown && feed.samples > 1) {
      this.#orderIsKnown = true;
      const reversed = turnedRound(feed);
      const turned = reversed ? await this.#rows(reversed) : [];
      turned.forEach((of, i) => {
        this.#layers[i].requireOrder(rows[i], of, feed.samples);
      });
    }
    this.#layers.forEach((layer, i) => {
      layer.add(rows[i], feed.samples, kept);
    });
  }

  /** x and y of each row, for each layer. */
  async #rows(feed: Feed): Promise<Float64Array[]> {
    const outputs = await this.#session.run(this.#session.recurrence.fed(feed));
    return this.#outputs.map(({ coordinates }) => doublesOf(outputs, coordinates));
  }
}

function otherData(second: number | string, first: number): UserError {
  return new UserError(
    `the data changed between the two passes: ${first} samples in the first, ${second} in the second; analyze again when it stays the same`,
  );
}
