import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baselineFor, hasRules, rulesOf } from '../../src/job/gate.js';
import { isFolder, textIn, writeOutputs } from '../../src/job/outputFiles.js';
import { requireHarmless } from '../../src/job/requireHarmless.js';
import { severalModels } from '../../src/job/severalModels.js';
import { updateBaseline } from '../../src/job/updateBaseline.js';
import { writeReports } from '../../src/job/writeReports.js';
import { readRun } from '../../src/run/files/readRun.js';
import { layer, run } from '../support/runs.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const one = run([layer('a', 1, 4)]);

describe('an output', () => {
  it('is a folder where it is one, or ends as one', async () => {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'file'), '');
    expect(await isFolder(folder)).toBe(true);
    expect(await isFolder(join(folder, 'none/'))).toBe(true);
    expect(await isFolder('none\\')).toBe(true);
    expect(await isFolder(join(folder, 'none'))).toBe(false);
    expect(await isFolder(join(folder, 'file'))).toBe(false);
  });

  it('is appended to where it is there, and is no folder', async () => {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'file'), 'text');
    expect(await textIn(join(folder, 'file'))).toBe('text');
    expect(await textIn(join(folder, 'none'))).toBeUndefined();
    await expect(textIn(folder)).rejects.toThrow(`cannot read ${folder}, to append to it`);
  });

  it('takes the place of what stood there, with its folders where they are to be made', async () => {
    const folder = await temporaryDirectory();
    const [first, second] = [join(folder, 'a.txt'), join(folder, 'deep/er/b.bin')];
    await writeFile(first, 'old and longer');
    await writeOutputs(
      [
        { path: first, content: 'new' },
        { path: second, content: Uint8Array.of(1, 2) },
      ],
      { makeFolders: true },
    );
    expect(await readFile(first, 'utf8')).toBe('new');
    expect([...(await readFile(second))]).toEqual([1, 2]);
    // Nothing half-written is left.
    expect((await readdir(folder)).sort()).toEqual(['a.txt', 'deep']);
  });

  it('that cannot be written leaves what stood there, and nothing else', async () => {
    const folder = await temporaryDirectory();
    await mkdir(join(folder, 'place'));
    await writeFile(join(folder, 'place/old'), '');
    const write = (path: string, makeFolders: boolean) =>
      writeOutputs([{ path, content: 'x' }], { makeFolders });
    await expect(write(join(folder, 'none/a'), false)).rejects.toThrow(
      `--output ${join(folder, 'none/a')} cannot be written (`,
    );
    await expect(write(join(folder, 'place'), true)).rejects.toThrow('place cannot be written (');
    expect(await readdir(folder)).toEqual(['place']);
    expect(await readdir(join(folder, 'place'))).toEqual(['old']);
  });

  it.skipIf(process.platform === 'win32')('may be a pipe, which is written to and stays one', async () => {
    const path = join(await temporaryDirectory(), 'pipe');
    execFileSync('mkfifo', [path]);
    const [read] = await Promise.all([
      readFile(path, 'utf8'),
      writeOutputs([{ path, content: 'x' }], { makeFolders: true }),
    ]);
    expect(read).toBe('x');
    expect((await stat(path)).isFIFO()).toBe(true);
  });

  it('is no model that stands there, and nothing that was read', async () => {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'net.ONNX'), '');
    await mkdir(join(folder, 'folder.onnx'));
    await expect(requireHarmless([join(folder, 'net.ONNX')], {})).rejects.toThrow(
      'net.ONNX would be written over a model: name another place',
    );
    await requireHarmless([join(folder, 'new.onnx'), join(folder, 'folder.onnx'), join(folder, 'a.csv')], {});
    const reads = { files: [{ path: join(folder, 'a.csv'), what: 'the labels' }] };
    await expect(requireHarmless([join(folder, 'b.csv'), join(folder, 'a.csv')], reads)).rejects.toThrow(
      'a.csv would be written over the labels',
    );
  });
});

describe('reports', () => {
  const names = async (folder: string) =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name)
      .sort();

  it('of one format are the file that is named', async () => {
    const folder = await temporaryDirectory();
    const path = join(folder, 'layers.csv');
    expect(await writeReports([one], ['csv'], path, {})).toEqual([path]);
    expect(await names(folder)).toEqual(['layers.csv']);
    // Its folder is not made: a slip would make one anywhere.
    await expect(writeReports([one], ['csv'], join(folder, 'none/layers.csv'), {})).rejects.toThrow(
      'cannot be written',
    );
  });

  it('of several formats lie in the folder that is named', async () => {
    const folder = await temporaryDirectory();
    const written = await writeReports([one], ['csv', 'json'], join(folder, 'out'), {});
    expect(written).toHaveLength(2);
    expect(await names(join(folder, 'out'))).toEqual(
      written.map((path) => path.slice(folder.length + 5)).sort(),
    );
    const [single] = await writeReports([one], ['csv'], `${folder}/made/`, {});
    expect(await names(join(folder, 'made'))).toEqual([single.slice(folder.length + 6)]);
  });

  it('are appended to what is there, of the format that does so', async () => {
    const path = join(await temporaryDirectory(), 'history.csv');
    await writeReports([one], ['delve-csv'], path, { step: 1 });
    await writeReports([one], ['delve-csv'], path, { step: 2 });
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line) => line.split(';')[0])).toEqual(['', '1', '2']);
  });
});

describe('a baseline', () => {
  it('is one run for all models, or a folder with a run of the same name for each', async () => {
    const folder = await temporaryDirectory();
    await updateBaseline(join(folder, 'main.delve'), one);
    expect(await baselineFor(undefined, 'runs/net.delve')).toBeUndefined();
    expect(await baselineFor(join(folder, 'main.delve'), 'runs/net.delve')).toBe(join(folder, 'main.delve'));
    expect(await baselineFor(folder, 'runs/net.delve')).toBe(join(folder, 'net.delve'));
  });

  it('is read for its rules, and said to be missing', async () => {
    const folder = await temporaryDirectory();
    const rules = {
      minSaturation: [],
      maxSaturation: [],
      maxDrop: [{ bound: 0.1 }],
      rules: [],
      allowDifferent: [],
    };
    expect(await rulesOf(rules)).toEqual(rules);
    await updateBaseline(join(folder, 'main.delve'), one);
    const read = await readRun(join(folder, 'main.delve'));
    expect(await rulesOf({ ...rules, baseline: join(folder, 'main.delve') })).toEqual({
      ...rules,
      baseline: read,
    });
    expect(await rulesOf({ ...rules, confidence: 0.95, baseline: join(folder, 'main.delve') })).toMatchObject(
      {
        confidence: 0.95,
      },
    );
    await expect(rulesOf({ ...rules, baseline: join(folder, 'none.delve') })).rejects.toThrow(
      'none.delve yet: make one with --update-baseline',
    );
    await writeFile(join(folder, 'main.delve/run.json'), '{');
    await expect(rulesOf({ ...rules, baseline: join(folder, 'main.delve') })).rejects.toThrow('run.json');
  });

  it('makes rules, as any bound does', () => {
    const none = { minSaturation: [], maxSaturation: [], maxDrop: [], rules: [], allowDifferent: [] };
    expect(hasRules(none)).toBe(false);
    for (const key of ['minSaturation', 'maxSaturation', 'maxDrop'] as const) {
      expect(hasRules({ ...none, [key]: [{ bound: 0.1 }] })).toBe(true);
    }
    expect(hasRules({ ...none, baseline: 'x' })).toBe(true);
  });
});

describe('models of a job', () => {
  it('are several where a list or a pattern names them', async () => {
    const folder = await temporaryDirectory();
    for (const name of ['a.onnx', 'b.onnx']) await writeFile(join(folder, name), '');
    const of = (model: string | string[] | undefined) =>
      severalModels({ file: 'job.json', ...(model === undefined ? {} : { model }) });
    expect(await of(undefined)).toBeUndefined();
    expect(await of(join(folder, 'a.onnx'))).toBeUndefined();
    expect(await of([join(folder, 'a.onnx')])).toEqual([join(folder, 'a.onnx')]);
    expect(await of(`${folder}/*.onnx`)).toEqual([join(folder, 'a.onnx'), join(folder, 'b.onnx')]);
    expect(await of([`${folder}/b*.onnx`, join(folder, 'a.onnx')])).toEqual([
      join(folder, 'b.onnx'),
      join(folder, 'a.onnx'),
    ]);
    await expect(of(`${folder}/*.pt`)).rejects.toThrow(/^job\.json: model: .*\*\.pt matches no file/);
  });
});
