import { UserError } from '../../errors.js';
import { counted } from '../../text/numbers.js';
import { differingSettings } from '../compare/comparableSettings.js';
import type { RunShard } from '../schema.js';
import { settingRows } from '../settings.js';
import { numberRanges, shardInWords } from '../shardInWords.js';
import { nameOf, type Shard } from './shard.js';

/** Shards of other samples do not make up one whole. */
const MUST_AGREE = settingRows.filter(({ decides }) => decides === 'samples');

type Named = Pick<Shard, 'name' | 'run'>;

/**
 * The shard of a data set that several are together; `undefined` where they are all of it, or runs over data of their own.
 *
 * @param partial whether shards may be missing.
 * @throws UserError where a shard is there twice or, unless `partial`, missing, or they are not shards of one data set.
 */
export function unitedShards(shards: readonly Named[], partial: boolean): RunShard | undefined {
  const [first] = shards;
  const { shard } = first.run.data;
  const holders = new Map<number, string>();
  for (const [index, other] of shards.entries()) {
    if (!shard && !other.run.data.shard) continue;
    requireSameWhole(first, other, index);
    for (const part of other.run.data.shard?.parts ?? []) {
      const holder = holders.get(part);
      const name = nameOf(other, index);
      if (holder !== undefined) {
        throw new UserError(
          `${holder} and ${name} both hold shard ${part} of ${shard?.count}, so that its data would count twice: name each shard once`,
        );
      }
      holders.set(part, name);
    }
  }
  if (!shard) return undefined;
  const { count, block } = shard;
  const parts = [...holders.keys()].sort((a, b) => a - b);
  if (parts.length === count) return undefined;
  if (!partial) {
    const missing = Array.from({ length: count }, (_, i) => i + 1).filter((part) => !holders.has(part));
    throw new UserError(
      `${missing.length === 1 ? 'shard' : 'shards'} ${numberRanges(missing)} of ${count} ${missing.length === 1 ? 'is' : 'are'} missing: ` +
        `name ${missing.length === 1 ? 'its run' : 'their runs'} too, or merge ${counted(parts.length, 'shard')} with --partial`,
    );
  }
  return { parts, count, block };
}

/** Makes sure that both are shards of one data set, dealt out alike. */
function requireSameWhole(first: Named, other: Named, index: number): void {
  const refuse = (difference: string): never => {
    throw new UserError(
      `${nameOf(first, 0)} and ${nameOf(other, index)} are not shards of one data set: ${difference}; ` +
        'merge shards that were made with the same options, but for --shard',
    );
  };
  const [a, b] = [first.run, other.run];
  const [there, here] = [a.data.shard, b.data.shard];
  if (!there || !here || there.count !== here.count) {
    refuse(`one holds ${shardInWords(there)}, the other ${shardInWords(here)}`);
  } else if (there.block !== here.block) {
    refuse(`one was dealt out by batches of ${there.block}, the other of ${here.block} (--batch)`);
  }
  for (const key of ['source', 'reader', 'available'] as const) {
    if (a.data[key] !== b.data[key]) {
      const what = { source: 'data', reader: 'reader', available: 'number of samples in the data' }[key];
      refuse(
        `the ${what} is ${a.data[key] ?? 'unknown'} in one and ${b.data[key] ?? 'unknown'} in the other`,
      );
    }
  }
  const [setting] = differingSettings(a.settings, b.settings, MUST_AGREE);
  if (setting) refuse(`${setting.setting} is ${setting.before} in one and ${setting.after} in the other`);
}
