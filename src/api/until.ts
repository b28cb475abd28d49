import type { FeedSource } from '../data/feed.js';
import type { ObservedLayer, Pause } from '../engine/observe.js';
import type { WantedStatistics } from '../engine/statistics/computeStatistics.js';
import { statisticsOf } from '../engine/statistics/statisticsPool.js';
import { UserError } from '../errors.js';
import { layerGlob } from '../layers/layerGlob.js';
import type { Run } from '../run/schema.js';
import { type UntilTarget, untilSentence } from '../run/until.js';
import { halfWidth } from '../stats/halfWidth.js';
import type { LayerUncertainty } from '../stats/uncertainty.js';
import { namesListed } from '../text/numbers.js';

/** The first look comes after so many batches: with fewer, groups of them hold one each or none. */
const FIRST_BATCHES = 32;

/** Between two looks the samples grow by this factor at least. */
const GROWTH = 1.2;

/** Of the time of the pass (of all of it, where the source tells its size), looking may take so much. */
const SHARE = 0.03;

/**
 * Targets as they are given: `0.01`, or `'layer4.*=0.005'` for some layers, of which the last that fits a layer counts.
 *
 * @throws UserError where one is neither.
 */
export function untilTargets(given: readonly (string | number)[]): UntilTarget[] {
  const targets = given.map((each): UntilTarget => {
    const text = String(each);
    // The last one, since names of layers may hold equals signs.
    const equals = text.lastIndexOf('=');
    const layers = text.slice(0, Math.max(0, equals)).trim();
    const number = text.slice(equals + 1).trim();
    const within = Number(number);
    if ((equals >= 0 && layers === '') || number === '' || !(within > 0 && within < 1)) {
      throw new UserError(
        `--until ${text} says not how well saturation is to be known: give half the width of its interval, as 0.01 for ± 1 point, or 'layer4.*=0.005'`,
      );
    }
    return equals < 0 ? { within } : { layers, within };
  });
  return [...targets.filter((target) => !target.layers), ...targets.filter((target) => target.layers)];
}

/** Ends a pass as soon as the saturation of every layer is known well enough. */
export class Until {
  readonly #targets: readonly UntilTarget[];
  readonly #within: ReadonlyMap<string, number>;
  readonly #statistics: WantedStatistics;
  readonly #signal: AbortSignal | undefined;
  #next: number;
  readonly #size: number | undefined;
  #looks = 0;
  #spent = 0;
  /** What the next look takes, as the last one tells. */
  #expected = 0;
  /** Layers of which too little was known at the last look: only these are looked at again, until none is left. */
  #open: ReadonlySet<string> | undefined;

  /**
   * @param layers names of those that are observed.
   * @param size samples of the whole pass, where that is known.
   * @throws UserError where a target is about none of them.
   */
  constructor(
    targets: readonly UntilTarget[],
    layers: readonly string[],
    statistics: WantedStatistics,
    batchSize: number,
    signal: AbortSignal | undefined,
    size?: number,
  ) {
    this.#targets = targets;
    this.#size = size;
    this.#statistics = { ...statistics, axes: false };
    this.#next = FIRST_BATCHES * batchSize;
    this.#signal = signal;
    const within = new Map<string, number>();
    for (const target of targets) {
      const matches = target.layers === undefined ? () => true : layerGlob(target.layers);
      const about = layers.filter(matches);
      if (about.length === 0) {
        throw new UserError(
          `--until ${target.layers}=${target.within} matches no layer: the model has ${namesListed(layers)}`,
        );
      }
      for (const name of about) within.set(name, target.within);
    }
    this.#within = within;
  }

  get pause(): Pause<ObservedLayer> {
    return {
      isDue: (samples, seconds) => {
        const whole = seconds * Math.max(1, (this.#size ?? 0) / Math.max(1, samples));
        return samples >= this.#next && this.#spent + this.#expected <= SHARE * whole;
      },
      take: async (paused) => {
        const started = performance.now();
        const valid = (await paused.look()).filter(({ invalid }) => invalid === undefined);
        const before = this.#open;
        const first = before ? valid.filter(({ name }) => before.has(name)) : valid;
        let open = await this.#openOf(first);
        const others = valid.filter((layer) => !first.includes(layer));
        // Those that were known are known still, as a rule; the pass ends by what is true of all.
        const looked = open.length === 0 && others.length > 0 ? valid : first;
        if (looked !== first) open = await this.#openOf(others);
        const took = (performance.now() - started) / 1000;
        this.#open = new Set(open);
        this.#spent += took;
        this.#expected = (took * workOf(valid.filter(({ name }) => open.includes(name)))) / workOf(looked);
        this.#looks++;
        this.#next = Math.ceil(paused.samples * GROWTH);
        return open.length === 0 ? 'enough' : 'goOn';
      },
    };
  }

  /** The run with how its pass ended. */
  told(run: Run): Run {
    const open = run.layers.flatMap(({ name, saturation, observations, uncertainty }) =>
      saturation === null || observations === 0 || this.#isKnown(name, uncertainty) ? [] : [name],
    );
    const until = { targets: this.#targets, reached: open.length === 0, looks: this.#looks, open };
    if (until.reached) return { ...run, until };
    const warning = untilSentence(until, run.data.samples, run.layers.length);
    return { ...run, until, warnings: [...(run.warnings ?? []), warning] };
  }

  /** Layers of which too little is known; one in which NaN came up has no numbers to wait for. */
  async #openOf(layers: readonly ObservedLayer[]): Promise<string[]> {
    const computed = await statisticsOf(layers, this.#statistics, this.#signal);
    return layers.flatMap(({ name }, i) => {
      const { uncertainty, moments } = computed[i];
      return moments.count === 0 || this.#isKnown(name, uncertainty) ? [] : [name];
    });
  }

  #isKnown(name: string, uncertainty: LayerUncertainty | undefined): boolean {
    const within = this.#within.get(name);
    if (within === undefined) return true;
    if (!uncertainty) return false;
    const { saturation } = uncertainty;
    return Math.max(halfWidth(saturation, uncertainty), Math.abs(saturation.bias)) <= within;
  }
}

/** What the eigenvalues of layers take, relatively: the cube of their features. */
const workOf = (layers: readonly ObservedLayer[]): number =>
  layers.reduce((sum, { moments }) => sum + moments.sum.length ** 3, 0) || 1;

/** What `analyze` is told that says whether its pass may end early. */
export interface UntilOptions {
  readonly until?: number | string | readonly (number | string)[];
  readonly inOrderIsRandom?: boolean;
  readonly uncertainty?: boolean;
  readonly shard?: string;
  readonly embedding?: boolean;
  readonly maxSamples?: number;
  readonly signal?: AbortSignal;
}

/**
 * What ends the pass early.
 *
 * @throws UserError where the first samples say nothing about all, or no errors are told.
 */
export function untilOf(
  { until, inOrderIsRandom, uncertainty, shard, embedding, signal, maxSamples }: UntilOptions,
  { source, reader, size }: Pick<FeedSource, 'source' | 'reader' | 'size'>,
  isShuffled: boolean,
  statistics: WantedStatistics & { readonly batchSize: number },
  layers: readonly string[],
): Until | undefined {
  if (until === undefined) {
    if (!inOrderIsRandom) return undefined;
    throw new UserError('--in-order-is-random has no effect without --until');
  }
  if (uncertainty === false) {
    throw new UserError('--until needs the errors that --no-uncertainty leaves out: drop one of the two');
  }
  if (shard !== undefined || embedding) {
    throw new UserError(
      `--until does not go with ${embedding ? '--embedding, whose second pass takes all samples' : '--shard: each would end elsewhere'}`,
    );
  }
  if (!isShuffled && !inOrderIsRandom && reader !== 'random') {
    throw new UserError(
      `--until judges by the first samples, and ${source} is read in order, so that they may not be like the rest: say --in-order-is-random where they were shuffled before, or leave out --until`,
    );
  }
  const targets = untilTargets(typeof until === 'object' ? until : [until]);
  const whole = maxSamples === undefined ? size : Math.min(size ?? maxSamples, maxSamples);
  return new Until(targets, layers, statistics, statistics.batchSize, signal, whole);
}
