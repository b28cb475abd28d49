import type { FeedSource } from '../../data/feed.js';
import type { PlannedRun } from '../../run/files/standingRun.js';
import { CHECKPOINT_SECONDS, Checkpointing } from './checkpoint.js';

/** What `analyze` is told that the state of its pass depends on, beside what stands in a run. */
export interface PassChoices {
  readonly checkpoint?: number | false;
  readonly resume?: boolean;
  readonly batchSize?: number | 'auto';
  readonly accumulate?: number | 'auto';
  readonly provider?: string;
  readonly device?: number | readonly number[];
  readonly tf32?: boolean;
  readonly onNonfinite?: string;
  readonly inOrder?: boolean;
  readonly seed?: number;
  readonly embedding?: boolean;
  readonly until?: number | string | readonly (number | string)[];
  readonly onError?: string;
  readonly onNotice?: (text: string) => void;
}

/** What keeps the state of the pass; `undefined` where nothing does. */
export async function checkpointingOf(
  options: PassChoices,
  out: string | undefined,
  planned: PlannedRun,
  { size }: Pick<FeedSource, 'size'>,
  { batchSize, uncertainty }: { readonly batchSize: number; readonly uncertainty: boolean },
): Promise<Checkpointing | undefined> {
  const { checkpoint = CHECKPOINT_SECONDS, resume = false, onNotice } = options;
  if (out === undefined || (checkpoint === false && !resume)) return undefined;
  const told = {
    '--batch': options.batchSize ?? batchSize,
    '--accumulate': options.accumulate ?? 'auto',
    '--provider': options.provider ?? 'auto',
    '--device': options.device ?? 'first',
    '--tf32': options.tf32 ?? false,
    '--uncertainty': uncertainty,
    '--on-nonfinite': options.onNonfinite ?? 'report',
    '--in-order': options.inOrder ?? false,
    '--seed': options.seed ?? 'as usual',
    '--embedding': options.embedding ?? false,
    '--until': String(options.until ?? 'not given'),
    '--on-error': options.onError ?? 'fail',
    'the number of samples': size ?? 'unknown',
  };
  const work = {
    planned,
    options: Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value)])),
  };
  const seconds = checkpoint === false ? Number.POSITIVE_INFINITY : checkpoint;
  return Checkpointing.open({ out, work, seconds, resume, onNotice });
}
