import { readFile } from 'node:fs/promises';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { shardCalled } from '../../src/api/shard.js';

const documented = async () => {
  const text = await readFile('docs/large.md', 'utf8');
  return parse(/### Kubernetes\n\n```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '');
};

test('the Kubernetes job of docs/large.md is one by the schema of its version', async () => {
  const manifest = await documented();
  expect(manifest).toMatchObject({ apiVersion: Job.apiVersion, kind: Job.kind });
  expect(() => new Job(manifest).validate()).not.toThrow();
  // The schema knows the fields that the job stands on.
  const { spec } = manifest;
  for (const field of ['completionMode', 'completions', 'backoffLimitPerIndex']) {
    expect(() => new Job({ ...manifest, spec: { ...spec, [field]: [] } }).validate()).toThrow();
  }
});

test('its pods get the shards, each one of them', async () => {
  const { spec } = await documented();
  expect(spec.completionMode).toBe('Indexed');
  const [{ env, command }] = spec.template.spec.containers;
  expect(command).toContain('auto');
  const given = Object.fromEntries(
    env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  const shards = Array.from({ length: spec.completions }, (_, index) =>
    shardCalled('auto', { ...given, JOB_COMPLETION_INDEX: String(index) }),
  );
  expect(shards.map(({ index }) => index)).toEqual(shards.map((_, i) => i));
  expect(new Set(shards.map(({ count }) => count))).toEqual(new Set([spec.completions]));
});
