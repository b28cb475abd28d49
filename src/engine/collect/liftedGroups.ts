import type { InferenceSession } from 'onnxruntime-node';
import type { LiftModel } from '../../instrument/instrumentedModel.js';
import { covariance } from '../../stats/covariance.js';
import { type KeptMoments, withoutPart } from '../../stats/packedMoments.js';
import { groupsFor, type SpectraWithout } from '../../stats/uncertainty.js';
import { factorOf } from '../factorOf.js';
import { doublesOf } from '../session/modelSession.js';
import type { SpectraTeam } from '../statistics/spectraTeam.js';

/** A layer that is measured at its input, whose errors are to be told. */
export interface LiftedGroup {
  readonly layer: string;
  /** The output of the lift that is its WᵀW where the factor is the unit matrix. */
  readonly inner: string;
  readonly features: number;
  /** Groups are joined until there are no more than so many. */
  readonly most: number;
}

/** Spectra that are being computed: inside an object, since a promise of a promise is none. */
export interface PendingSpectra {
  readonly found: Promise<ReadonlyMap<string, SpectraWithout>>;
}

/**
 * The spectra of layers y = W x + b without the samples of each group, from the moments of x by group.
 *
 * @param session of the lift, which gives WᵀW where L is the unit matrix. It is not needed any more once this returns.
 * @returns by layer, as soon as the team is through; empty where nothing can be said.
 */
export async function liftedGroups(
  session: InferenceSession,
  names: LiftModel,
  moments: KeptMoments,
  layers: readonly LiftedGroup[],
  team: SpectraTeam,
): Promise<PendingSpectra> {
  const order = moments.sum.length;
  const told = layers.flatMap(({ layer, inner, features, most }) => {
    const parts = groupsFor(moments, most, features);
    return parts ? [{ layer, inner, parts }] : [];
  });
  if (told.length === 0) return { found: Promise.resolve(new Map()) };
  const { Tensor } = await import('onnxruntime-node');
  const unit = new Float64Array(order * order);
  for (let i = 0; i < order; i++) unit[i * order + i] = 1;
  const outputs = await session.run({
    [names.mean]: new Tensor('float64', new Float64Array(order), [order]),
    [names.factor]: new Tensor('float64', unit, [order, order]),
  });
  // Layers with as many groups share the covariances.
  const counts = [...new Set(told.map(({ parts }) => parts.length))];
  const pending = counts.map(async (count) => {
    const alike = told.filter(({ parts }) => parts.length === count);
    const [{ parts }] = alike;
    const factors = alike.map(({ inner }) => factorOf(doublesOf(outputs, inner), order));
    const spectra = await Promise.all(
      parts.map((part) =>
        team.spectra(() => {
          const values = covariance(withoutPart(moments, part));
          return { covariance: { rows: order, columns: order, values }, factors };
        }),
      ),
    );
    const sizes = parts.map((part) => part.count);
    return alike.map(({ layer }, i) => [layer, { spectra: spectra.map((of) => of[i]), sizes }] as const);
  });
  const found = Promise.all(pending).then((layers) => new Map(layers.flat()));
  // Whoever waits for it is told; nobody may, where something else goes wrong before.
  found.catch(() => {});
  return { found };
}
