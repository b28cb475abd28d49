import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { jobConfigOf } from '../../src/job/jobConfig.js';
import { prepareReports } from '../../src/job/prepareReports.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

async function prepared(...outputs: string[]): Promise<string> {
  const folder = await temporaryDirectory();
  await writeFile(join(folder, 'file'), 'x');
  const job = { model: 'm.onnx', data: 'file', baseline: 'kept/main.delve' };
  const reports = outputs.map((output) => ({ format: 'csv', output }));
  const config = jobConfigOf({ ...job, reports }, join(folder, 'delve.config.json'));
  await prepareReports(config, [join(folder, 'm.delve')], [join(folder, 'm.onnx')]);
  return folder;
}

it('makes the folders of reports before the work', async () => {
  const folder = await prepared('a/b/layers.csv', 'c/', 'm.delve.csv', 'kept/main.csv');
  expect((await stat(join(folder, 'a/b'))).isDirectory()).toBe(true);
  expect((await stat(join(folder, 'c'))).isDirectory()).toBe(true);
});

it.each([
  ['m.onnx', 'the model'],
  ['./x/../delve.config.json', 'the file of the job'],
  ['kept/main.delve', 'the baseline'],
  ['kept/main.delve/run.json', 'the baseline'],
  ['m.delve/layers.csv', 'the run'],
  ['file', 'the data'],
])('refuses to write a report to %s', async (output, harmed) => {
  await expect(prepared('fine.csv', output)).rejects.toThrow(UserError);
  await expect(prepared('fine.csv', output)).rejects.toThrow(
    `reports[1].output would be written over ${harmed}`,
  );
});

it('refuses a folder that cannot be made, in one sentence', async () => {
  await expect(prepared('file/layers.csv')).rejects.toThrow(UserError);
  await expect(prepared('file/layers.csv')).rejects.toThrow(/reports\[0\]\.output cannot be written/);
});
