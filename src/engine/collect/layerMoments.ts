import { UserError } from '../../errors.js';
import { GroupedMoments } from '../../stats/groups.js';
import { joinedMagnitudes, type Magnitudes } from '../../stats/magnitudes.js';
import {
  addMoments,
  addShiftedMoments,
  areFinite,
  emptyMoments,
  type Moments,
  subtractMoments,
} from '../../stats/moments.js';
import type { BatchMoments, KeptMoments, PackedMoments } from '../../stats/packedMoments.js';
import type { SpectraWithout } from '../../stats/uncertainty.js';
import type { LayerState } from '../state/momentState.js';

export type { BatchMoments };

/** What a pass has found out about one layer. */
export interface ObservedLayer {
  readonly name: string;
  /** Of all batches; where `invalid` is set, of those before the one it names. */
  readonly moments: KeptMoments;
  /** A smaller matrix with the same eigenvalues, but for zeros, as the covariance; where there is one. */
  readonly inner?: Float64Array;
  /** Of a layer whose own moments are not kept by groups: the spectra without each group of samples. */
  readonly without?: SpectraWithout;
  /** NaN or Inf came up: the first batch (counted from 1) in which it did. */
  readonly invalid?: { readonly batch: number; readonly reason: string };
  /** Where they were asked for, and the layer is in the model's own graph. */
  readonly magnitudes?: Magnitudes;
}

/** Adds up one layer's moments, batch by batch. */
export class LayerMoments {
  #total: GroupedMoments | undefined;
  #firstRows = 0;
  #invalid: ObservedLayer['invalid'];
  #magnitudes: Magnitudes | undefined;

  constructor(readonly name: string) {}

  /**
   * @param number the batch's, counted from 1.
   * @param groups that its batches are kept apart in: a power of two, the same with every call.
   * @throws UserError where the layer's features are not as many as in earlier batches.
   */
  add(batch: BatchMoments, number: number, groups = 1): void {
    if (this.#invalid) return;
    const features = batch.sum.length;
    // A mean over no rows is NaN and says nothing about the layer.
    if (batch.count === 0) {
      this.#total ??= new GroupedMoments(features, groups);
      return;
    }
    if (!this.#total || this.#total.count === 0) {
      this.#total = new GroupedMoments(features, groups);
      this.#firstRows = number;
    }
    if (this.#total.features !== features) {
      throw new UserError(
        `layer ${this.name} has ${this.#total.features} features in batch ${this.#firstRows} and ${features} in batch ${number}: ` +
          'give all samples one size (--resize), or observe it with --interpolate or --conv-method channelwise',
      );
    }
    if (!areFinite(batch)) {
      this.#invalid = { batch: number, reason: whyNotFinite(batch) };
      return;
    }
    this.#total.add(batch, number);
  }

  addMagnitudes(batch: Magnitudes): void {
    this.#magnitudes = this.#magnitudes ? joinedMagnitudes([this.#magnitudes, batch]) : batch;
  }

  /** Whether moments of several batches can be added as if they were of one: `add` tells what is wrong with one. */
  takes(moments: BatchMoments): boolean {
    if (this.#invalid) return true;
    const fits = !this.#total || this.#total.count === 0 || this.#total.features === moments.sum.length;
    return fits && areFinite(moments) && moments.scatter.length === moments.sum.length ** 2;
  }

  /** Whether numbers came up from which nothing follows. */
  get isInvalid(): boolean {
    return this.#invalid !== undefined;
  }

  /** What there is but for the moments, and these, which are not copied. */
  state(): { state: LayerState; groups: readonly PackedMoments[] | undefined } {
    const total = this.#total;
    return {
      state: {
        name: this.name,
        ...(total ? { features: total.features, groups: total.groups.length } : {}),
        firstRows: this.#firstRows,
        ...(this.#invalid ? { invalid: this.#invalid } : {}),
        ...(this.#magnitudes ? { magnitudes: this.#magnitudes } : {}),
      },
      groups: total?.groups,
    };
  }

  /** Goes on from what an earlier pass left behind. */
  restore({ firstRows, invalid, magnitudes }: LayerState, total: GroupedMoments | undefined): void {
    this.#total = total;
    this.#firstRows = firstRows;
    this.#invalid = invalid;
    this.#magnitudes = magnitudes;
  }

  observation(): ObservedLayer {
    return {
      name: this.name,
      moments: this.#total?.total() ?? emptyMoments(0),
      ...(this.#invalid ? { invalid: this.#invalid } : {}),
      // JSON holds no NaN; of a layer without numbers there are none to tell.
      ...(this.#magnitudes && !this.#invalid ? { magnitudes: this.#magnitudes } : {}),
    };
  }
}

/**
 * Why moments are not finite. One NaN or Inf among the values makes their sum NaN or Inf; where the sum is finite, only
 * the products overflowed, as those of float32 do from 1.8e19 on.
 */
export function whyNotFinite({ sum }: Moments): string {
  return sum.every(Number.isFinite)
    ? 'finite values whose products overflow (with --precision float64 they may not) came up'
    : 'NaN or Inf came up';
}

/**
 * The moments of the first `samples` samples of a batch that was filled up to `size` with copies of its last one.
 *
 * Where the batch axis went inside the graph need not be known: a batch of `size` copies of the last sample has
 * `size` times that sample's moments, so (size − samples) / size of them are what the copies added.
 *
 * @param filled of the batch x₁ … xᵣ, xᵣ … xᵣ (r = `samples`).
 * @param copies of the batch xᵣ … xᵣ.
 * @throws UserError where observations are not dealt out evenly over the samples.
 */
export function withoutPadding(
  layer: string,
  filled: BatchMoments,
  copies: BatchMoments,
  samples: number,
  size: number,
): Moments {
  const moments = addRaw(emptyMoments(filled.sum.length), filled);
  const padding = addRaw(emptyMoments(copies.sum.length), copies);
  const count = moments.count - (padding.count * (size - samples)) / size;
  const whole = Math.round(count);
  if (Math.abs(count - whole) > 1e-6 || whole < 0) {
    throw new UserError(
      `the last batch cannot be filled up for layer ${layer}: ${padding.count} observations do not divide by the model's batch size of ${size}; ` +
        `choose --max-samples as a multiple of ${size}, or leave the layer out with --exclude`,
    );
  }
  subtractMoments(moments, padding, (size - samples) / size);
  moments.count = whole;
  return moments;
}

function addRaw(total: Moments, batch: BatchMoments): Moments {
  if ('shift' in batch) addShiftedMoments(total, batch);
  else addMoments(total, batch);
  return total;
}
