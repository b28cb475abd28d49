import { UserError } from '../../errors.js';
import { joinedMagnitudes } from '../../stats/magnitudes.js';
import { sumOfMoments } from '../../stats/sumOfMoments.js';
import type { ObservedLayer } from './layerMoments.js';

/**
 * Adds up what several workers found, each on some of the batches. Always in the order of the workers, so that the same
 * batches give the same sums to the bit.
 *
 * @param found by worker, the layers in graph order.
 * @throws UserError where a layer's features differ from worker to worker.
 */
export function mergeFound(found: readonly (readonly ObservedLayer[])[]): readonly ObservedLayer[] {
  const [first, ...others] = found;
  if (others.length === 0) return first;
  return first.map((layer, i) => mergeLayer(found.map((layers) => layers[i] ?? layer)));
}

function mergeLayer(parts: readonly ObservedLayer[]): ObservedLayer {
  const [{ name }] = parts;
  const seen = parts.filter(({ moments }) => moments.count > 0);
  const features = (seen[0] ?? parts[0]).moments.sum.length;
  for (const { moments } of seen) {
    if (moments.sum.length === features) continue;
    throw new UserError(
      `layer ${name} has ${features} features in some batches and ${moments.sum.length} in others: ` +
        'give all samples one size (--resize), or observe it with --interpolate or --conv-method channelwise',
    );
  }
  const total = sumOfMoments(
    seen.map(({ moments }) => moments),
    features,
  );
  const invalid = parts.flatMap(({ invalid }) => invalid ?? []).sort((a, b) => a.batch - b.batch)[0];
  const magnitudes = parts.flatMap((part) => part.magnitudes ?? []);
  return {
    name,
    moments: total,
    ...(invalid ? { invalid } : {}),
    ...(magnitudes.length > 0 && !invalid ? { magnitudes: joinedMagnitudes(magnitudes) } : {}),
  };
}
