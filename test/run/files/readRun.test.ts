import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NoRunError } from '../../../src/errors.js';
import { readRun } from '../../../src/run/files/readRun.js';
import { writeRun } from '../../../src/run/files/writeRun.js';
import { layer, run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

describe('reading a run', () => {
  it('takes its directory or its file', async () => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    const saved = run([layer('stem', 3, 4)]);
    await writeRun(dir, saved);
    expect(await readRun(dir)).toEqual(saved);
    expect(await readRun(join(dir, 'run.json'))).toEqual(saved);
  });

  it('names what is missing', async () => {
    const dir = await temporaryDirectory();
    await expect(readRun(join(dir, 'none'))).rejects.toThrow(
      new NoRunError(
        `there is no run at ${join(dir, 'none')}: name a directory that \`delve analyze\` wrote`,
      ),
    );
    await expect(readRun(dir)).rejects.toThrow(`${dir} holds no run.json`);
  });

  it('says of a model that it is no run', async () => {
    const path = join(await temporaryDirectory(), 'net.onnx');
    await writeFile(path, 'x');
    await expect(readRun(path)).rejects.toThrow(/net\.onnx is a model, not a run: analyse it first/);
  });

  it('names the file that cannot be read', async () => {
    const dir = await temporaryDirectory();
    await mkdir(join(dir, 'run.json'));
    await expect(readRun(dir)).rejects.toThrow(`cannot read the run ${join(dir, 'run.json')}`);
    await writeFile(join(dir, 'x.txt'), 'hello');
    await expect(readRun(join(dir, 'x.txt'))).rejects.toThrow(/x\.txt is not a whole JSON file/);
  });
});
