import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../../errors.js';
import { excerpt } from '../../shape/jsonShape.js';
import { differingSettings } from '../compare/comparableSettings.js';
import type { RunData, RunLayer } from '../schema.js';
import { settingRows } from '../settings.js';
import { nameOf, type Shard } from './shard.js';

/** Moments that mean other things, of another precision or of another part of the data, do not add. */
const MUST_AGREE = settingRows.filter(({ decides }) => decides === 'numbers');

/**
 * Makes sure that the moments of these runs may be added.
 *
 * @throws UserError that names the first difference.
 */
export function requireShardsOfOne(shards: readonly Shard[]): void {
  const [first, ...others] = shards;
  const names = new Set<string>();
  for (const { name } of shards) {
    if (name === undefined) continue;
    if (names.has(name)) throw new UserError(`${name} is named twice: its data would count twice`);
    names.add(name);
  }
  for (const [index, other] of others.entries()) {
    const refuse = (difference: string): never => {
      throw new UserError(
        `${nameOf(first, 0)} and ${nameOf(other, index + 1)} cannot be merged: ${difference}; ` +
          'merge runs of one model with the same settings',
      );
    };
    const [a, b] = [first.run, other.run];
    if (a.model.sha256 !== b.model.sha256) {
      refuse(`they are of different models (${a.model.path} and ${b.model.path}, by their sha256)`);
    }
    const [setting] = differingSettings(a.settings, b.settings, MUST_AGREE);
    if (setting) refuse(`${setting.setting} is ${setting.before} in one and ${setting.after} in the other`);
    refuseOtherPreprocessing(a.data, b.data, refuse);
    if (a.layers.length !== b.layers.length) {
      refuse(`one has ${a.layers.length} layers and the other ${b.layers.length}`);
    }
    for (const [i, layer] of a.layers.entries()) requireSameLayer(layer, b.layers[i], refuse);
  }
}

function refuseOtherPreprocessing(a: RunData, b: RunData, refuse: (difference: string) => never): void {
  const [left, right] = [a.preprocessing ?? {}, b.preprocessing ?? {}];
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (isDeepStrictEqual(left[key], right[key])) continue;
    const [first, second] = [left[key], right[key]].map((value) =>
      value === undefined ? 'none' : excerpt(typeof value === 'string' ? value : JSON.stringify(value)),
    );
    refuse(`preprocessing ${key} is ${first} in one and ${second} in the other`);
  }
}

function requireSameLayer(a: RunLayer, b: RunLayer, refuse: (difference: string) => never): void {
  if (a.name !== b.name) refuse(`layer ${a.name} of one stands where ${b.name} stands in the other`);
  if (a.output !== b.output)
    refuse(`layer ${a.name} is tensor ${a.output} in one and ${b.output} in the other`);
  // Without observations the number of features is not known.
  if (a.observations > 0 && b.observations > 0 && a.features !== b.features) {
    refuse(`layer ${a.name} has ${a.features} features in one and ${b.features} in the other`);
  }
}
