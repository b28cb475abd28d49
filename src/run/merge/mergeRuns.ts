import { UserError } from '../../errors.js';
import { affordableGroups, GROUPS } from '../../stats/groups.js';
import { joinedMagnitudes } from '../../stats/magnitudes.js';
import { emptyMoments } from '../../stats/moments.js';
import type { KeptMoments } from '../../stats/packedMoments.js';
import { layerStatistics, type StatisticsOptions } from '../../stats/statistics.js';
import { sumOfMoments } from '../../stats/sumOfMoments.js';
import { layerUncertainty } from '../../stats/uncertainty.js';
import type { Run, RunLayer, RunSettings } from '../schema.js';
import { providerSpeeds } from '../settingValues.js';
import { countingRule } from '../storedRule.js';
import { mergeData } from './mergeData.js';
import { requireShardsOfOne } from './requireShardsOfOne.js';
import { refuseSameShards } from './sameShards.js';
import { nameOf, type Shard } from './shard.js';
import { unitedShards } from './unitedShards.js';

/**
 * Adds up runs of one model over parts of the data to the run over all of it: moments add, and the statistics are
 * computed from the sums. A layer that is invalid in one shard is invalid in the whole.
 *
 * @param partial whether shards of a data set may be missing.
 * @throws UserError where there are fewer than two, two hold the same data, one is missing, or they differ in the model,
 *   the layers or a setting that matters; the message names the first difference.
 */
export function mergeRuns(
  shards: readonly Shard[],
  { partial = false }: { readonly partial?: boolean } = {},
): { run: Run; moments: Map<string, KeptMoments> } {
  const [first, ...others] = shards;
  if (!first || others.length === 0)
    throw new UserError('merging takes at least two runs: name more of them');
  requireShardsOfOne(shards);
  const shard = unitedShards(shards, partial);
  refuseSameShards(shards);
  const { run } = first;
  const thresholds = run.settings.thresholds ?? [run.settings.threshold];
  const moments = new Map<string, KeptMoments>();
  const invalid = run.layers.map((_, index) =>
    shards.findIndex(({ run }) => run.layers[index].invalid !== undefined),
  );
  for (const [index, { name }] of run.layers.entries()) {
    if (invalid[index] >= 0) continue;
    moments.set(name, sumOf(shards.map((shard, i) => momentsOf(shard, name, nameOf(shard, i)))));
  }
  const sums = [...moments.values()].map(({ count, sum }) => ({ observations: count, features: sum.length }));
  const affordable = affordableGroups(sums, providerSpeeds[run.settings.provider]);
  const groups = new Map([...moments.keys()].map((name, i) => [name, affordable[i]]));
  const layers = run.layers.map(({ name }, index): RunLayer => {
    const parts = shards.map(({ run }) => run.layers[index]);
    const total = moments.get(name);
    if (!total) return invalidLayer(parts, invalid[index], nameOf(shards[invalid[index]], invalid[index]));
    return withStatistics(parts, total, groups.get(name) ?? GROUPS, {
      thresholds,
      idimRule: countingRule(run.settings.idimRule),
      precision: run.settings.precision,
    });
  });
  const runs = shards.map((shard) => shard.run);
  const seconds = runs.reduce((sum, { timing }) => sum + timing.seconds, 0);
  const data = mergeData(
    runs.map((each) => each.data),
    shard,
  );
  const warnings = [
    ...new Set(runs.flatMap((each) => [...(each.warnings ?? []), ...withoutEmbedding(each)])),
  ];
  const { warnings: _, embedding: _embedding, ...rest } = run;
  return {
    moments,
    run: {
      ...rest,
      settings: settingsOfAll(runs.map(({ settings }) => settings)),
      data,
      timing: { seconds, samplesPerSecond: seconds > 0 ? data.samples / seconds : 0 },
      layers,
      ...(warnings.length > 0 ? { warnings } : {}),
    },
  };
}

/** Each part has axes of its own, and those of the whole are known only now. */
function withoutEmbedding({ embedding }: Run): string[] {
  return embedding === undefined
    ? []
    : [
        'the embeddings of the parts cannot be merged, as their axes differ: analyze all data at once with --embedding',
      ];
}

/** Those of the first, less what says which part of the data was used, where the shards differ in it. */
function settingsOfAll([first, ...others]: readonly RunSettings[]): RunSettings {
  const { maxSamples, every, order, orderSeed, ...settings } = first;
  const agreed = (key: keyof RunSettings) => others.every((other) => other[key] === first[key]);
  return {
    ...settings,
    ...(maxSamples !== undefined && agreed('maxSamples') ? { maxSamples } : {}),
    ...(every !== undefined && agreed('every') ? { every } : {}),
    ...(order !== undefined && agreed('order') ? { order } : {}),
    ...(orderSeed !== undefined && agreed('orderSeed') ? { orderSeed } : {}),
  };
}

function momentsOf({ run, moments }: Shard, layer: string, name: string): KeptMoments {
  const found = moments.get(layer);
  if (found) return found;
  const observed = run.layers.find((each) => each.name === layer)?.observations ?? 0;
  if (observed === 0) return emptyMoments(0);
  throw new UserError(`${name} holds no moments of layer ${layer}: analyze it again with --moments`);
}

/** Shards that never reached the layer do not know how many features it has, and add nothing. */
function sumOf(parts: readonly KeptMoments[]): KeptMoments {
  return sumOfMoments(parts, Math.max(...parts.map(({ sum }) => sum.length)));
}

function withStatistics(
  parts: readonly RunLayer[],
  total: KeptMoments,
  groups: number,
  options: StatisticsOptions,
): RunLayer {
  const { thresholds: _, uncertainty: __, magnitudes: ___, ...layer } = parts[0];
  const magnitudes = parts.flatMap((part) => (part.observations > 0 ? (part.magnitudes ?? [undefined]) : []));
  const known = magnitudes.filter((each) => each !== undefined);
  const statistics = layerStatistics(total, options);
  const uncertainty = layerUncertainty(total, statistics.eigenvalues, {
    threshold: options.thresholds[0],
    idimRule: options.idimRule,
    most: groups,
  });
  return {
    ...layer,
    ...statistics,
    ...(uncertainty ? { uncertainty } : {}),
    // Of all or of none: a part that was not asked tells nothing of the whole.
    ...(known.length > 0 && known.length === magnitudes.length
      ? { magnitudes: joinedMagnitudes(known) }
      : {}),
  };
}

function invalidLayer(parts: readonly RunLayer[], index: number, shard: string): RunLayer {
  const { invalid, warnings, ...layer } = parts[index];
  return {
    ...layer,
    observations: parts.reduce((sum, { observations }) => sum + observations, 0),
    ...(invalid ? { invalid: { ...invalid, reason: `${invalid.reason} (${shard})` } } : {}),
    warnings: warnings.map((warning) => `${warning} (${shard})`),
  };
}
