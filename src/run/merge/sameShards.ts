import { createHash } from 'node:crypto';
import { UserError } from '../../errors.js';
import type { Moments } from '../../stats/moments.js';
import { nameOf, type Shard } from './shard.js';

/**
 * Makes sure that no shard counts twice. Its moments tell, and not its path: one directory has many spellings, and a
 * copy has a path of its own.
 *
 * @throws UserError that names both.
 */
export function refuseSameShards(shards: readonly Shard[]): void {
  const seen = new Map<string, string>();
  for (const [index, shard] of shards.entries()) {
    const print = fingerprint(shard.moments);
    if (print === undefined) continue;
    const name = nameOf(shard, index);
    const other = seen.get(print);
    if (other !== undefined) {
      throw new UserError(
        `${other} and ${name} hold the same moments, so that their data would count twice: name runs over different parts of the data`,
      );
    }
    seen.set(print, name);
  }
}

/** Of all that was observed; `undefined` where nothing was, since nothing adds nothing however often. */
function fingerprint(moments: ReadonlyMap<string, Moments>): string | undefined {
  const observed = [...moments].filter(([, { count }]) => count > 0);
  if (observed.length === 0) return undefined;
  const hash = createHash('sha256');
  for (const [name, { count, sum, scatter }] of observed.sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${JSON.stringify(name)} ${count} `);
    for (const { buffer, byteOffset, byteLength } of [sum, scatter]) {
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return hash.digest('hex');
}
