import { fromFloat16 } from '../../data/batches/halfPrecision.js';
import type { Feed } from '../../data/feed.js';
import type { LiftModel, MomentOutputs } from '../../instrument/instrumentedModel.js';
import { providerSpeeds } from '../../run/settingValues.js';
import { GROUPS } from '../../stats/groups.js';
import { buffersOf } from '../../stats/packedMoments.js';
import { type FixedFeed, fixedFeeds } from '../feeds/fixedBatch.js';
import { divides, piece } from '../feeds/pieces.js';
import type { Stack } from '../feeds/stepDown.js';
import { copyOf } from '../feeds/transferable.js';
import type { Task } from '../pass/messages.js';
import type { WorkerState } from '../pass/pause.js';
import { BatchTooLargeError } from '../session/batchTooLarge.js';
import { doublesOf, type ModelSession, type Outputs, valuesOf } from '../session/modelSession.js';
import { type MomentState, readGroups, storedAnswers, writeGroups } from '../state/momentState.js';
import { packedFeed, unpackedFeed } from '../state/packedFeed.js';
import { spectraTeam } from '../statistics/spectraTeam.js';
import { ClassCounts } from './classCounts.js';
import type { Collected, Collector, OffendingBatch } from './collector.js';
import { keptGroups, mostGroups } from './layerGroups.js';
import { type BatchMoments, LayerMoments, type ObservedLayer, withoutPadding } from './layerMoments.js';
import { type LiftedMoments, liftMoments } from './liftMoments.js';

/** Of the samples that are left out, so many are named. */
const MOST_NAMED = 100;

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
  readonly #uncertainty: boolean;
  /** Groups that each layer's moments are kept in, as its first batch tells. */
  #groups: readonly number[] | undefined;
  #batches = 0;
  readonly #skipsNonFinite: boolean;
  #offending: OffendingBatch | undefined;
  readonly #keepsMoments: boolean;
  readonly #expected: number | undefined;
  #skipped = 0;
  readonly #skippedOrigins: string[] = [];

  /** @param fixedBatch the batch size that the model fixes; feeds are cut and filled up to it. */
  constructor(
    session: ModelSession,
    {
      outputs,
      lifts = [],
      classOutput,
      uncertainty = false,
      skipsNonFinite = false,
      keepsMoments = false,
      expectedSamples,
    }: Omit<Extract<Task, { kind: 'moments' }>, 'kind'>,
    fixedBatch: number | undefined,
  ) {
    this.#session = session;
    this.#wanted = outputs;
    this.#lifts = lifts;
    this.#classOutput = classOutput;
    // Layers that are measured at one input share its outputs.
    this.#outputs = [...new Map(outputs.map((names) => [names.scatter, names])).values()];
    this.#fixedBatch = fixedBatch;
    this.#uncertainty = uncertainty;
    this.#skipsNonFinite = skipsNonFinite;
    this.#keepsMoments = keepsMoments;
    this.#expected = expectedSamples;
    this.#layers = this.#outputs.map(({ layer }) => new LayerMoments(layer));
  }

  /** @throws UserError where the model cannot run on the batch, or a layer's features changed. */
  async add({ feed, batch, numberOf }: Stack): Promise<void> {
    if (feed.samples > batch && this.#session.accumulates) {
      const total = await this.#total(feed, batch);
      if (total) {
        this.#addAll(total, numberOf(0), feed.samples);
        return;
      }
    }
    const size = Math.max(1, batch);
    for (let start = 0; start < Math.max(1, feed.samples); start += size) {
      const end = Math.min(start + size, feed.samples);
      await this.#addBatch(feed.samples > size ? piece(feed, start, end) : feed, numberOf(start));
    }
  }

  async save(file: string): Promise<MomentState> {
    const layers = this.#layers.map((layer) => layer.state());
    await writeGroups(
      file,
      layers.map(({ groups }) => groups),
    );
    const { width, labels } = this.#classes.result();
    const offending = this.#offending;
    const remembered = this.#session.recurrence.state;
    return {
      layers: layers.map(({ state }) => state),
      batches: this.#batches,
      skipped: this.#skipped,
      skippedOrigins: this.#skippedOrigins,
      answers: { width, labels: [...labels].map(([label, answers]) => [label, storedAnswers(answers)]) },
      ...(offending ? { offending: { number: offending.number, feed: packedFeed(offending.feed) } } : {}),
      ...(remembered ? { remembered: packedFeed({ samples: 1, tensors: remembered }) } : {}),
    };
  }

  async restore({ file, state }: WorkerState): Promise<void> {
    const totals = await readGroups(file, state.layers);
    for (const [i, layer] of this.#layers.entries()) layer.restore(state.layers[i], totals[i]);
    // The layers' own first batches would tell the same.
    if (state.batches > 0) this.#groups = state.layers.map(({ groups = 1 }) => groups);
    this.#batches = state.batches;
    this.#skipped = state.skipped;
    this.#skippedOrigins.push(...state.skippedOrigins);
    const labels = state.answers.labels.map(
      ([label, { samples, first, among }]) =>
        [label, { samples, first: new Map(first), among: new Map(among) }] as const,
    );
    this.#classes.restore({ width: state.answers.width, labels: new Map(labels) });
    const { offending, remembered } = state;
    if (remembered) this.#session.recurrence.state = unpackedFeed(remembered).tensors;
    if (offending) this.#offending = { number: offending.number, feed: unpackedFeed(offending.feed) };
  }

  /** From how many groups each layer's errors are told. */
  #mostGroups(measured: ReadonlyMap<string, ObservedLayer>): ReadonlyMap<string, number> {
    const valid = [...measured].flatMap(([scatter, { moments, invalid }]) =>
      invalid ? [] : [[scatter, { observations: moments.count, features: moments.sum.length }] as const],
    );
    return mostGroups(this.#wanted, new Map(valid), providerSpeeds[this.#session.provider]);
  }

  async result(): Promise<Collected<ObservedLayer>> {
    const measured = new Map(this.#outputs.map(({ scatter }, i) => [scatter, this.#layers[i].observation()]));
    const found = new Map<string, ObservedLayer>();
    const most = this.#mostGroups(measured);
    const lifted = this.#lifts.flatMap((lift, index) => {
      const over = this.#wanted.flatMap(({ layer, scatter, lifted }) =>
        lifted?.model === index ? [{ layer, scatter, lifted, mostGroups: most.get(layer) ?? GROUPS }] : [],
      );
      const input = measured.get(over[0]?.scatter ?? '');
      return input ? [{ lift, over, input }] : [];
    });
    // Where the moments themselves are kept by group, errors are told from these.
    const alone = this.#keepsMoments ? [] : lifted;
    const team = spectraTeam(
      alone.flatMap(({ input: { moments } }) => (moments.groups ?? []).map(() => moments.sum.length)),
    );
    try {
      const lifting: LiftedMoments[] = [];
      for (const { lift, over, input } of lifted) {
        lifting.push(await liftMoments(lift, input, over, this.#batches, this.#keepsMoments, team));
      }
      for (const { layers, without } of lifting) {
        const spectra = await without;
        for (const layer of layers) found.set(layer.name, withSpectra(layer, spectra?.get(layer.name)));
      }
    } finally {
      await team.close();
    }
    for (const { over } of lifted) measured.delete(over[0].scatter);
    const layers = this.#wanted.flatMap(
      ({ layer, scatter }) => found.get(layer) ?? measured.get(scatter) ?? [],
    );
    return {
      layers,
      ...(this.#classOutput === undefined ? {} : { answers: this.#classes.result() }),
      ...(this.#offending ? { offending: this.#offending } : {}),
      ...(this.#skipped > 0 ? { skipped: { count: this.#skipped, origins: this.#skippedOrigins } } : {}),
      buffers: layers.flatMap(({ moments, inner }) => [
        ...buffersOf(moments),
        ...(inner ? [inner.buffer] : []),
      ]),
    };
  }

  async #addBatch(feed: Feed, number: number): Promise<void> {
    const size = this.#fixedBatch;
    const parts: Iterable<FixedFeed> =
      size === undefined ? [{ feed, samples: feed.samples }] : fixedFeeds(feed, size);
    for (const part of parts) {
      const fed = this.#session.recurrence.fed(part.feed);
      const outputs = await this.#session.run(fed);
      const moments = this.#momentsIn(outputs);
      if (this.#skipsNonFinite && moments.some(isNonFinite)) {
        await this.#addSound(part, number);
        continue;
      }
      this.#countAnswers(part.feed, outputs);
      const copies = part.copies && (await this.#session.run(part.copies));
      this.#addMagnitudes(outputs, copies, part);
      this.#addAll(copies ? this.#withoutCopies(moments, copies, part) : moments, number, part.samples);
      if (!this.#offending && this.#layers.some(({ isInvalid }) => isInvalid))
        // Its memory is that of a batch to come.
        this.#offending = { number, feed: copyOf(fed) };
    }
  }

  /** The samples of a batch one by one, without those that make a layer NaN or infinite. */
  async #addSound({ feed, samples }: FixedFeed, number: number): Promise<void> {
    const { origins = [] } = feed;
    if (samples === 1 || !divides(feed)) {
      this.#skipped += samples;
      const room = Math.max(0, MOST_NAMED - this.#skippedOrigins.length);
      this.#skippedOrigins.push(...origins.slice(0, Math.min(room, samples)));
      return;
    }
    for (let i = 0; i < samples; i++) await this.#addBatch(piece(feed, i, i + 1), number);
  }

  #withoutCopies(
    moments: readonly BatchMoments[],
    copies: Outputs,
    { feed, samples }: FixedFeed,
  ): readonly BatchMoments[] {
    const padding = this.#momentsIn(copies);
    return moments.map((filled, i) =>
      withoutPadding(this.#layers[i].name, filled, padding[i], samples, feed.samples),
    );
  }

  /** @param copies what the copies that fill up the batch give, a whole batch of them. */
  #addMagnitudes(outputs: Outputs, copies: Outputs | undefined, { feed, samples }: FixedFeed): void {
    for (const [i, { magnitudes }] of this.#outputs.entries()) {
      if (magnitudes === undefined) continue;
      const [largest, beyondFloat16, values] = doublesOf(outputs, magnitudes);
      const padding = copies ? doublesOf(copies, magnitudes) : [0, 0, 0];
      const share = (feed.samples - samples) / feed.samples;
      this.#layers[i].addMagnitudes({
        largest,
        beyondFloat16: Math.round(beyondFloat16 - share * padding[1]),
        values: Math.round(values - share * padding[2]),
      });
    }
  }

  /**
   * The moments of several batches in one run; `undefined` where something came up that only a run of each of them can
   * tell the batch of: NaN or Inf, features that change.
   */
  async #total(feed: Feed, batch: number): Promise<BatchMoments[] | undefined> {
    if (this.#fixedBatch !== undefined && batch !== this.#fixedBatch) return undefined;
    let outputs: Outputs;
    try {
      outputs = await this.#session.run(feed, batch);
    } catch (error) {
      if (error instanceof BatchTooLargeError) throw error;
      return undefined;
    }
    const moments = this.#momentsIn(outputs);
    if (!moments.every((total, i) => this.#layers[i].takes(total))) return undefined;
    this.#countAnswers(feed, outputs);
    return moments;
  }

  /** @param samples that the batch holds. */
  #addAll(batch: readonly BatchMoments[], number: number, samples: number): void {
    this.#batches = Math.max(this.#batches, number);
    this.#groups ??= this.#uncertainty ? this.#groupsFor(batch, samples) : batch.map(() => 1);
    for (const [i, layer] of this.#layers.entries()) layer.add(batch[i], number, this.#groups[i]);
  }

  /** Groups that each layer is kept in, as its first batch tells. Moments that are written are kept in all of them. */
  #groupsFor(batch: readonly BatchMoments[], samples: number): readonly number[] {
    const times =
      this.#keepsMoments || samples === 0 ? undefined : this.#expected && this.#expected / samples;
    const measured = this.#outputs.map(({ scatter }, i) => {
      const { count, sum } = batch[i];
      const observations = times === undefined ? undefined : count * times;
      return [scatter, { observations, features: sum.length }] as const;
    });
    return keptGroups(this.#wanted, new Map(measured), providerSpeeds[this.#session.provider]);
  }

  #momentsIn(outputs: Outputs): BatchMoments[] {
    // Sums that were made in a loop are raw.
    const isRaw = this.#session.accumulates && !this.#session.keepsShift;
    return this.#outputs.map((names) => momentsIn(outputs, isRaw ? { ...names, shift: undefined } : names));
  }

  #countAnswers(feed: Feed, outputs: Outputs): void {
    if (this.#classOutput === undefined) return;
    // Where a run takes several batches, the answers have a leading axis of them.
    const rank = this.#session.accumulates ? 3 : 2;
    countAnswers(this.#classes, feed, outputs[this.#classOutput], rank);
  }
}

const withSpectra = (layer: ObservedLayer, without: ObservedLayer['without']): ObservedLayer =>
  without && !layer.invalid ? { ...layer, without } : layer;

function countAnswers(
  classes: ClassCounts,
  { labels }: Feed,
  scores: Outputs[string] | undefined,
  rank: number,
): void {
  if (!labels || scores?.dims.length !== rank) return;
  const { data, dims } = scores;
  const values = data instanceof Uint16Array ? Float32Array.from(data, fromFloat16) : data;
  classes.add(labels, values as ArrayLike<number>, dims[rank - 1]);
}

/** Whether NaN or Inf came up; a mean over no rows is NaN too. */
const isNonFinite = ({ count, sum }: BatchMoments): boolean => count > 0 && !sum.every(Number.isFinite);

function momentsIn(outputs: Outputs, names: MomentOutputs): BatchMoments {
  const moments = {
    count: Number(valuesOf(outputs, names.count)[0]),
    sum: doublesOf(outputs, names.sum),
    scatter: doublesOf(outputs, names.scatter),
  };
  return names.shift === undefined ? moments : { ...moments, shift: doublesOf(outputs, names.shift) };
}
