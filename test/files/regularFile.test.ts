import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import { findConfig, readConfig } from '../../src/job/findConfig.js';
import { readModelFile } from '../../src/onnx/modelFile.js';
import { readRun } from '../../src/run/files/readRun.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

it.skipIf(process.platform === 'win32')('a pipe is refused, and not waited for', async () => {
  const folder = await temporaryDirectory();
  const run = join(folder, 'run.json');
  const config = join(folder, 'delve.config.json');
  execFileSync('mkfifo', [run, config]);
  const refused = (path: string) =>
    new UserError(`${path} is a device or a pipe, and only regular files are read: save it as a file first`);
  await expect(readRun(folder)).rejects.toThrow(refused(run));
  await expect(readRun(run)).rejects.toThrow(refused(run));
  await expect(readModelFile(run)).rejects.toThrow(refused(run));
  await expect(readModelFile('/dev/zero')).rejects.toThrow(refused('/dev/zero'));
  await expect(readConfig(config)).rejects.toThrow(refused(config));
  await expect(findConfig(folder)).rejects.toThrow(refused(config));
});
