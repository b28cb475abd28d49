import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../../src/cli/terminal/context.js';
import { addStepSummary } from '../../../src/cli/terminal/stepSummary.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

const MIB = 1024 * 1024;
// Nothing else of a context is asked for.
const stepOf = (GITHUB_STEP_SUMMARY?: string) => ({ env: { GITHUB_STEP_SUMMARY } }) as unknown as Context;
const full = (room: number) => '#'.repeat(room);

test('a summary takes what earlier commands of the step left of GitHub’s 1 MiB', async () => {
  const file = join(await temporaryDirectory(), 'summary.md');
  await addStepSummary(stepOf(file), () => 'first\n');
  await addStepSummary(stepOf(file), full);
  expect(await readFile(file, 'utf8')).toMatch(/^first\n#+$/);
  expect((await stat(file)).size).toBe(MIB);
  await addStepSummary(stepOf(file), full);
  expect((await stat(file)).size).toBe(MIB);
});

test('what is left is counted in bytes', async () => {
  const file = join(await temporaryDirectory(), 'summary.md');
  await writeFile(file, '層'.repeat(1000));
  await addStepSummary(stepOf(file), full);
  expect((await stat(file)).size).toBe(MIB);
});

test('outside of a step nothing is rendered, and a summary that cannot be written is an error', async () => {
  await addStepSummary(stepOf(), () => expect.fail('rendered'));
  const nowhere = join(await temporaryDirectory(), 'no/summary.md');
  await expect(addStepSummary(stepOf(nowhere), full)).rejects.toThrow(
    /cannot be written .*GITHUB_STEP_SUMMARY/,
  );
});
