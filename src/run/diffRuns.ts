import { differingSettings, type SettingDifference } from './comparableSettings.js';
import type { Run, RunLayer } from './schema.js';

/** A number in both runs; `null` where a run has none (the layer is invalid, or nothing was observed). */
export interface Change {
  readonly before: number | null;
  readonly after: number | null;
  /** after − before; `null` where one of them is. */
  readonly change: number | null;
}

export interface LayerDiff {
  readonly name: string;
  readonly before: RunLayer;
  readonly after: RunLayer;
  readonly saturation: Change;
  readonly intrinsicDimensionality: Change;
  readonly features: Change;
  readonly observations: Change;
  readonly trace: Change;
  readonly logDeterminant: Change;
  readonly effectiveRank: Change;
  readonly participationRatio: Change;
}

export interface RunDiff {
  readonly before: Run;
  readonly after: Run;
  /** Layers that both have, in the order of the second run. */
  readonly layers: readonly LayerDiff[];
  /** Names of layers that only the second run has. */
  readonly added: readonly string[];
  /** Names of layers that only the first run has. */
  readonly gone: readonly string[];
  /** Settings that make the numbers mean different things: with one of these, changes say little. */
  readonly settings: readonly SettingDifference[];
}

/** Compares two runs layer by layer, matched by name. */
export function diffRuns(before: Run, after: Run): RunDiff {
  const old = new Map(before.layers.map((layer) => [layer.name, layer]));
  const layers: LayerDiff[] = [];
  const added: string[] = [];
  for (const layer of after.layers) {
    const match = old.get(layer.name);
    if (match) layers.push(diffLayers(match, layer));
    else added.push(layer.name);
    old.delete(layer.name);
  }
  return {
    before,
    after,
    layers,
    added,
    gone: [...old.keys()],
    settings: differingSettings(before.settings, after.settings),
  };
}

function diffLayers(before: RunLayer, after: RunLayer): LayerDiff {
  const changeOf = (statistic: (layer: RunLayer) => number | null): Change => {
    const [from, to] = [statistic(before), statistic(after)];
    return { before: from, after: to, change: from === null || to === null ? null : to - from };
  };
  return {
    name: after.name,
    before,
    after,
    saturation: changeOf(({ saturation }) => saturation),
    intrinsicDimensionality: changeOf((layer) => layer.intrinsicDimensionality),
    features: changeOf(({ features }) => features),
    observations: changeOf(({ observations }) => observations),
    trace: changeOf(({ trace }) => trace),
    logDeterminant: changeOf(({ logDeterminant }) => logDeterminant),
    effectiveRank: changeOf(({ effectiveRank }) => effectiveRank),
    participationRatio: changeOf(({ participationRatio }) => participationRatio),
  };
}
