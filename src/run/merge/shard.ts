import type { KeptMoments } from '../../stats/packedMoments.js';
import type { Run } from '../schema.js';

/** A run over a part of the data, with its moments. */
export interface Shard {
  readonly run: Run;
  /** By layer name, as `readMoments` gives them. */
  readonly moments: ReadonlyMap<string, KeptMoments>;
  /** What to call it in messages: its directory. */
  readonly name?: string;
}

/** What to call a shard in messages. */
export function nameOf({ name }: Pick<Shard, 'name'>, index: number): string {
  return name ?? `run ${index + 1}`;
}
