import { describe, expect, it } from 'vitest';
import { shardCalled, shardName } from '../../src/api/shard.js';

const slurm = (id: number, count: number, min: number, max: number, step: number) => ({
  SLURM_ARRAY_TASK_ID: String(id),
  SLURM_ARRAY_TASK_COUNT: String(count),
  SLURM_ARRAY_TASK_MIN: String(min),
  SLURM_ARRAY_TASK_MAX: String(max),
  SLURM_ARRAY_TASK_STEP: String(step),
});

describe('a shard', () => {
  it.each([
    ['1/1', 0, 1],
    ['3/16', 2, 16],
    [' 16 / 16 ', 15, 16],
  ])('called %s is number %i from 0 of %i', (text, index, count) => {
    expect(shardCalled(text, {})).toEqual({ index, count });
  });

  it('is counted from 1, and 0 is refused with what was meant', () => {
    expect(() => shardCalled('0/16', {})).toThrow(
      '--shard 0/16: shards are counted from 1, so the first of 16 is --shard 1/16',
    );
  });

  it.each(['17/16', '3', '3/', '/16', '-1/4', '1.5/4', 'third', '', '3/0', '1/99999999999999999999'])(
    'is not %j',
    (text) => {
      expect(() => shardCalled(text, {})).toThrow(/names no shard: give its number, counted from 1/);
    },
  );

  it('has a name that carries it', () => {
    expect(shardName('net', { index: 2, count: 16 })).toBe('net.shard-3-of-16');
  });
});

describe('--shard auto', () => {
  it.each([
    // --array=1-16, 0-15, 0-30:2 and 5-9:4
    [slurm(3, 16, 1, 16, 1), 2, 16],
    [slurm(15, 16, 0, 15, 1), 15, 16],
    [slurm(6, 16, 0, 30, 2), 3, 16],
    [slurm(9, 2, 5, 9, 4), 1, 2],
  ])('reads a Slurm array: %o', (env, index, count) => {
    const from = 'Slurm: SLURM_ARRAY_TASK_ID, _COUNT, _MIN and _STEP';
    expect(shardCalled('auto', env)).toEqual({ index, count, from });
  });

  it('reads an Indexed Job of Kubernetes and an array of AWS Batch, which count from 0', () => {
    expect(shardCalled('auto', { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '4' })).toEqual({
      ...{ index: 0, count: 4 },
      from: 'Kubernetes: JOB_COMPLETION_INDEX and JOB_COMPLETIONS',
    });
    expect(shardCalled('auto', { AWS_BATCH_JOB_ARRAY_INDEX: '3', AWS_BATCH_JOB_ARRAY_SIZE: '4' })).toEqual({
      index: 3,
      count: 4,
      from: 'AWS Batch: AWS_BATCH_JOB_ARRAY_INDEX and _SIZE',
    });
  });

  it.each([
    ['no array', {}, /none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX is set/],
    // --array=4 and --array=1,3,7: jobs that do some shards again
    ['an array of one task', slurm(4, 1, 4, 4, 1), /a single task, which would take all samples/],
    ['an array with gaps', slurm(7, 3, 1, 7, 1), /of 3 tasks from 1 to 7 by steps of 1 has gaps/],
    [
      'a pod that does not know how many there are',
      { JOB_COMPLETION_INDEX: '3' },
      /JOB_COMPLETIONS is not set: give it the number of completions in the manifest/,
    ],
    [
      'an index beyond the count',
      { JOB_COMPLETION_INDEX: '4', JOB_COMPLETIONS: '4' },
      /JOB_COMPLETION_INDEX is 4, and there are only 4 tasks, counted from 0/,
    ],
    [
      'what is no number',
      { AWS_BATCH_JOB_ARRAY_INDEX: 'x', AWS_BATCH_JOB_ARRAY_SIZE: '4' },
      /AWS_BATCH_JOB_ARRAY_INDEX is x, which is not a whole number/,
    ],
    [
      'two schedulers',
      { ...slurm(1, 2, 1, 2, 1), JOB_COMPLETION_INDEX: '0' },
      /both SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are set/,
    ],
  ])('refuses %s', (_, env, message) => {
    expect(() => shardCalled('auto', env)).toThrow(message);
    expect(() => shardCalled('auto', env)).toThrow(
      /name the shard, such as --shard|name it, such as --shard|check JOB_COMPLETION_INDEX/,
    );
  });
});
