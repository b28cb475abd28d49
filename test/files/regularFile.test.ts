import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openData } from '../../src/data/open/openData.js';
import { UserError } from '../../src/errors.js';
import { findConfig, readConfig } from '../../src/job/findConfig.js';
import { readModelFile } from '../../src/onnx/modelFile.js';
import { readEmbedding } from '../../src/run/files/embeddingFile.js';
import { readRun } from '../../src/run/files/readRun.js';
import { layer, run } from '../support/runs.js';
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

it.skipIf(process.platform === 'win32')('nor is one where data lies in a folder', async () => {
  const folder = await temporaryDirectory();
  await mkdir(join(folder, 'sets', 'test_data_set_0'), { recursive: true });
  await mkdir(join(folder, 'cifar'));
  const pipes = ['sets/test_data_set_0/input_0.pb', 'cifar/data_batch_1.bin', 'embedding.csv', 'x.png'];
  execFileSync(
    'mkfifo',
    pipes.map((name) => join(folder, name)),
  );
  const x = { name: 'x', type: 'float32', shape: ['n', 3, 32, 32] } as const;
  const readAll = async (source: string) => {
    const data = await openData({ data: [join(folder, source)] }, [x]);
    try {
      for await (const _ of data.feeds({ batchSize: 4 }));
    } finally {
      await data.close();
    }
  };
  await expect(readAll('sets')).rejects.toThrow(/input_0\.pb is a device or a pipe/);
  await expect(readAll('cifar')).rejects.toThrow(/data_batch_1\.bin is a device or a pipe/);
  await expect(readAll('x.png')).rejects.toThrow(/x\.png is neither a file nor a folder/);
  await writeFile(join(folder, 'run.json'), JSON.stringify(run([layer('fc', 1, 2)])));
  await expect(readEmbedding(folder, await readRun(folder))).rejects.toThrow(
    /embedding\.csv is a device or a pipe/,
  );
});
