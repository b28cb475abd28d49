import type { Share } from '../data/selection.js';
import { UserError } from '../errors.js';
import { printable } from '../text/printable.js';

/** Which share of the data an analysis takes. */
export interface ChosenShard extends Share {
  /** The variables of the scheduler that it was read from, in words; absent where it was named. */
  readonly from?: string;
}

/** How a scheduler tells a task of an array which one it is: index from 0 and count, or what is wrong. */
interface Scheduler {
  readonly name: string;
  /** Set in tasks of an array, and only there. */
  readonly variable: string;
  share(read: (variable: string) => number): Share;
  readonly variables: string;
}

const schedulers: readonly Scheduler[] = [
  {
    name: 'Slurm',
    variable: 'SLURM_ARRAY_TASK_ID',
    variables: 'SLURM_ARRAY_TASK_ID, _COUNT, _MIN and _STEP',
    share(read) {
      const [id, count, min, max, step] = ['ID', 'COUNT', 'MIN', 'MAX', 'STEP'].map((name) =>
        read(`SLURM_ARRAY_TASK_${name}`),
      );
      if (count === 1) {
        throw new UserError(
          '--shard auto: the Slurm array has a single task, which would take all samples: to do one shard again, name it, such as --shard 4/16',
        );
      }
      const index = (id - min) / step;
      if (!Number.isInteger(index) || (max - min) / step + 1 !== count || index < 0 || index >= count) {
        throw new UserError(
          `--shard auto: the Slurm array of ${count} tasks from ${min} to ${max} by steps of ${step} has gaps: number its tasks evenly (--array=1-16), or name the shard, such as --shard 4/16`,
        );
      }
      return { index, count };
    },
  },
  {
    name: 'Kubernetes',
    variable: 'JOB_COMPLETION_INDEX',
    variables: 'JOB_COMPLETION_INDEX and JOB_COMPLETIONS',
    share: (read) => ({ index: read('JOB_COMPLETION_INDEX'), count: read('JOB_COMPLETIONS') }),
  },
  {
    name: 'AWS Batch',
    variable: 'AWS_BATCH_JOB_ARRAY_INDEX',
    variables: 'AWS_BATCH_JOB_ARRAY_INDEX and _SIZE',
    share: (read) => ({ index: read('AWS_BATCH_JOB_ARRAY_INDEX'), count: read('AWS_BATCH_JOB_ARRAY_SIZE') }),
  },
];

/**
 * The share that `--shard` names.
 *
 * @param text `3/16`, counted from 1; or `auto`: what the scheduler says in the environment.
 * @throws UserError where it is neither, or no scheduler says it or two do.
 */
export function shardCalled(text: string, env: NodeJS.ProcessEnv = process.env): ChosenShard {
  if (text === 'auto') return scheduled(env);
  const [, first, second] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(text) ?? [];
  const [number, count] = [Number(first), Number(second)];
  if (number === 0) {
    throw new UserError(
      `--shard ${printable(text)}: shards are counted from 1, so the first of ${count} is --shard 1/${count}`,
    );
  }
  if (number <= count && Number.isSafeInteger(count)) return { index: number - 1, count };
  throw new UserError(
    `--shard ${printable(text)} names no shard: give its number, counted from 1, and how many there are, such as 3/16, or auto in a task of an array`,
  );
}

/** The run's name without the shard's, such as `net.shard-3-of-16`. */
export function shardName(name: string, { index, count }: Share): string {
  return `${name}.shard-${index + 1}-of-${count}`;
}

function scheduled(env: NodeJS.ProcessEnv): ChosenShard {
  const found = schedulers.filter(({ variable }) => env[variable]);
  const [scheduler, other] = found;
  if (!scheduler) {
    const names = schedulers.map(({ variable }) => variable).join(', ');
    throw new UserError(
      `--shard auto: none of ${names} is set, so this is no task of an array: name the shard, such as --shard 3/16`,
    );
  }
  if (other) {
    throw new UserError(
      `--shard auto: both ${scheduler.variable} and ${other.variable} are set: name the shard, such as --shard 3/16`,
    );
  }
  const share = scheduler.share((variable) => read(variable, scheduler.name, env));
  if (share.index >= share.count) {
    throw new UserError(
      `--shard auto: ${scheduler.variable} is ${share.index}, and there are only ${share.count} tasks, counted from 0: check ${scheduler.variables}`,
    );
  }
  return { ...share, from: `${scheduler.name}: ${scheduler.variables}` };
}

function read(variable: string, scheduler: string, env: NodeJS.ProcessEnv): number {
  const text = env[variable];
  if (text !== undefined && /^\d+$/.test(text)) return Number(text);
  const state = text ? `is ${printable(text)}, which is not a whole number` : 'is not set';
  const way =
    variable === 'JOB_COMPLETIONS'
      ? 'give it the number of completions in the manifest (env), as Kubernetes tells a pod its index only'
      : `check how ${scheduler} starts the task`;
  throw new UserError(`--shard auto: ${variable} ${state}: ${way}, or name the shard, such as --shard 3/16`);
}
