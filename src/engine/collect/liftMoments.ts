import type { InferenceSession } from 'onnxruntime-node';
import type { LiftModel, MomentOutputs } from '../../instrument/instrumentedModel.js';
import { covariance, mean } from '../../stats/covariance.js';
import { areFinite, emptyMoments, type Moments, momentsFrom } from '../../stats/moments.js';
import {
  addToPacked,
  emptyPacked,
  type KeptMoments,
  type PackedMoments,
  unpacked,
} from '../../stats/packedMoments.js';
import type { SpectraWithout } from '../../stats/uncertainty.js';
import { factorOf } from '../factorOf.js';
import { doublesOf, openPlain } from '../session/modelSession.js';
import type { SpectraTeam } from '../statistics/spectraTeam.js';
import { type ObservedLayer, whyNotFinite } from './layerMoments.js';
import { liftedGroups } from './liftedGroups.js';

/** A layer that was measured at its input. */
export interface LiftedLayer {
  readonly layer: string;
  readonly lifted: NonNullable<MomentOutputs['lifted']>;
  /** Its errors are told from so many groups at most. */
  readonly mostGroups: number;
}

export interface LiftedMoments {
  readonly layers: readonly ObservedLayer[];
  /** By layer, the spectra that its errors come from, where they are told. */
  readonly without?: Promise<ReadonlyMap<string, SpectraWithout>>;
}

/**
 * The moments of layers from those of the input x that they share.
 *
 * That no entry of y became infinite is proved and not seen: |wᵢ·x + bᵢ| ≤ √(|wᵢ|² + bᵢ²) √(|x|² + 1), likewise for
 * all partial sums, and no |x|² is larger than the trace of Σ xxᵀ. Where the proof fails the layer counts as invalid.
 *
 * @param input what was found about x.
 * @param batches that x was seen in.
 * @param keepsGroups whether the moments of y are wanted by group too, since they are written, and not only the spectra
 *   that errors come from.
 * @param team that computes these spectra.
 */
export async function liftMoments(
  lift: LiftModel,
  { moments, invalid }: ObservedLayer,
  layers: readonly LiftedLayer[],
  batches: number,
  keepsGroups: boolean,
  team: SpectraTeam,
): Promise<LiftedMoments> {
  if (moments.count === 0) {
    return {
      layers: layers.map(({ layer, lifted: { features } }) => ({
        ...{ name: layer, moments: emptyMoments(features) },
        ...(invalid ? { invalid } : {}),
      })),
    };
  }
  const session = await openPlain(lift);
  try {
    const outputs = await run(session, lift, moments);
    const groups = invalid || !keepsGroups ? undefined : await groupsOf(session, lift, moments, layers);
    const without =
      invalid || keepsGroups
        ? undefined
        : liftedGroups(
            moments,
            layers.map(({ layer, lifted: { features, outputs: each }, mostGroups }) => ({
              ...{ layer, features, gram: doublesOf(outputs, each.gram), most: mostGroups },
            })),
            team,
          );
    const found = layers.map(({ layer, lifted: { outputs: names } }, i) => {
      const of = (name: string) => doublesOf(outputs, name);
      const output = momentsFrom(moments.count, of(names.mean), of(names.covariance));
      const doubt = invalid ?? doubtOf(output, of(names.squares), moments, batches);
      return {
        ...{ name: layer, moments: groups && !doubt ? { ...output, groups: groups[i] } : output },
        ...(doubt ? { invalid: doubt } : { inner: of(names.inner) }),
      };
    });
    return { layers: found, ...(without ? { without } : {}) };
  } finally {
    await session.release();
  }
}

/** The moments of each layer's output by group, from those of the input; `undefined` where there are no groups. */
async function groupsOf(
  session: InferenceSession,
  lift: LiftModel,
  { groups }: KeptMoments,
  layers: readonly LiftedLayer[],
): Promise<PackedMoments[][] | undefined> {
  if (!groups) return undefined;
  const found: PackedMoments[][] = layers.map(() => []);
  for (const group of groups) {
    const outputs = group.count > 0 ? await run(session, lift, unpacked(group)) : undefined;
    for (const [i, { lifted }] of layers.entries()) {
      const packed = emptyPacked(lifted.features);
      if (outputs) {
        const of = (name: string) => doublesOf(outputs, name);
        addToPacked(packed, momentsFrom(group.count, of(lifted.outputs.mean), of(lifted.outputs.covariance)));
      }
      found[i].push(packed);
    }
  }
  return found;
}

async function run(session: InferenceSession, names: LiftModel, moments: Moments) {
  const { Tensor } = await import('onnxruntime-node');
  const inputs = moments.sum.length;
  const { values: factor, columns } = factorOf(covariance(moments), inputs);
  return session.run({
    [names.mean]: new Tensor('float64', mean(moments), [inputs]),
    [names.factor]: new Tensor('float64', factor, [inputs, columns]),
  });
}

/** Half of what float32 holds. */
const LARGEST = 1.7e38;

function doubtOf(
  output: Moments,
  squares: Float64Array,
  { scatter, sum }: Moments,
  batches: number,
): ObservedLayer['invalid'] {
  if (!areFinite(output)) return { batch: 1, reason: whyNotFinite(output) };
  let trace = 0;
  for (let i = 0; i < sum.length; i++) trace += scatter[i * sum.length + i];
  const largest = squares.reduce((most, square) => Math.max(most, square), 0);
  if (Math.sqrt(largest) * Math.sqrt(trace + 1) < LARGEST) return undefined;
  return {
    batch: Math.max(1, batches),
    reason: 'numbers so large that float32 may have overflowed (--measure-at output tells) came up',
  };
}
