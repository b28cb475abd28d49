import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkpointsIn, Rest } from '../../../src/job/watch/checkpoints.js';
import { filledIn } from '../../../src/job/watch/hook.js';
import { readScalars } from '../../../src/job/watch/scalars.js';
import { SERIES_FILE, Series, type SeriesEntry } from '../../../src/job/watch/series.js';
import { parseStopRule, reasonToStop } from '../../../src/job/watch/stopRules.js';
import { seriesTable, sparkline } from '../../../src/report/history/seriesTable.js';
import { ascii, unicode } from '../../../src/text/symbols.js';
import { layer, run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

describe('checkpoints', () => {
  it('are the .onnx files of a folder and of those below it, by the steps in their names', async () => {
    const folder = await temporaryDirectory();
    for (const name of ['checkpoint-500', 'checkpoint-40', '.hidden', 'epoch_1.delve'])
      await mkdir(join(folder, name));
    for (const name of [
      'epoch_10.onnx',
      'epoch_2.onnx',
      '.epoch_3.onnx',
      'epoch_4.onnx.tmp',
      'notes.txt',
      'checkpoint-500/model.onnx',
      'checkpoint-40/model.onnx',
      '.hidden/epoch_5.onnx',
      'epoch_1.delve/epoch_1.onnx',
    ]) {
      await writeFile(join(folder, name), 'x');
    }
    const found = await checkpointsIn(folder);
    expect(found.map(({ file }) => file)).toEqual([
      'epoch_2.onnx',
      'epoch_10.onnx',
      'checkpoint-40/model.onnx',
      'checkpoint-500/model.onnx',
    ]);
    expect(found.map(({ step }) => step)).toEqual([2, 10, 40, 500]);
  });

  it('count the weights that lie outside as parts of them', async () => {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'epoch_1.onnx'), 'xx');
    await writeFile(join(folder, 'epoch_1.onnx.data'), 'xxx');
    await writeFile(join(folder, 'epoch_1.onnx_data'), 'xxxx');
    await writeFile(join(folder, 'epoch_1.data'), 'xxxxx');
    await writeFile(join(folder, 'epoch_10.onnx'), 'x');
    expect((await checkpointsIn(folder)).map(({ size }) => size)).toEqual([14, 1]);
  });

  it('need a folder', async () => {
    await expect(checkpointsIn('/nowhere/checkpoints')).rejects.toThrow(/does not exist/);
  });

  const at = (size: number, modified: number, isDone = false) => ({
    file: 'a',
    step: 1,
    size,
    modified,
    isDone,
  });

  it('are whole when nothing has changed for as long as it takes, by their own time at first', () => {
    const rest = new Rest(2000);
    expect(rest.isWhole(at(10, 1000), 3000)).toBe(true);
    const writing = new Rest(2000);
    expect(writing.isWhole(at(10, 5000), 5100)).toBe(false);
    expect(writing.isWhole(at(20, 6000), 7200)).toBe(false);
    expect(writing.isWhole(at(20, 6000), 7999)).toBe(false);
    expect(writing.isWhole(at(20, 6000), 8000)).toBe(true);
  });

  it('are not whole while they are empty, and at once when somebody says so', () => {
    expect(new Rest(0).isWhole(at(0, 0), 10_000)).toBe(false);
    expect(new Rest(60_000).isWhole(at(5, 9999, true), 10_000)).toBe(true);
  });

  it('of a clock that is ahead wait by what is seen of them', () => {
    const rest = new Rest(2000);
    expect(rest.isWhole(at(5, 99_000), 10_000)).toBe(false);
    expect(rest.isWhole(at(5, 99_000), 12_000)).toBe(true);
  });

  it('are marked by a .done beside them', async () => {
    const folder = await temporaryDirectory();
    await writeFile(join(folder, 'a.onnx'), 'x');
    await writeFile(join(folder, 'a.onnx.done'), '');
    await writeFile(join(folder, 'b.onnx'), 'x');
    await utimes(join(folder, 'b.onnx'), 1, 1);
    const found = await checkpointsIn(folder);
    expect(found.map(({ file, isDone }) => [file, isDone])).toEqual([
      ['b.onnx', false],
      ['a.onnx', true],
    ]);
  });
});

describe('rules that stop a training', () => {
  const at = (...saturations: number[]) =>
    run(
      saturations.map((each, i) => layer(`l${i}`, Math.round(100 * each), 100, { effectiveRank: 10 * each })),
    );

  it.each(['plateau', 'plateau:3', 'plateau:3:0.05', 'tail:2', 'collapse', 'collapse:0.25'])(
    'reads %s',
    (text) => {
      expect(parseStopRule(text).kind).toBe(text.split(':')[0]);
    },
  );

  it.each([
    '',
    'plateau:',
    'plateau:0',
    'plateau:2.5',
    'plateau:2:2',
    'tail:x',
    'tail:-1',
    'collapse:1',
    'rise',
    'tail:1:2',
  ])('refuses %s', (text) => {
    expect(() => parseStopRule(text)).toThrow(/--stop-when .* is not a rule: give plateau/);
  });

  it('a plateau is that no layer moves by more than so much over so many steps', () => {
    const rule = parseStopRule('plateau:2:0.05');
    expect(reasonToStop(rule, [at(0.5, 0.5), at(0.5, 0.5)])).toBeUndefined();
    expect(reasonToStop(rule, [at(0.1, 0.9), at(0.5, 0.5), at(0.54, 0.5), at(0.52, 0.5)])).toMatch(
      /^plateau: over the last 2 steps no layer's saturation moved by more than 4\.0 %/,
    );
    expect(reasonToStop(rule, [at(0.5, 0.5), at(0.54, 0.5), at(0.5, 0.6)])).toBeUndefined();
  });

  it('a plateau takes no layer without a number for one that stands still', () => {
    const invalid = run([layer('l0', 0.5, 10, { saturation: null })]);
    expect(reasonToStop(parseStopRule('plateau:1'), [invalid, invalid])).toBeUndefined();
  });

  it('a collapse is an effective rank that fell to its share of the most that it was', () => {
    const rule = parseStopRule('collapse');
    expect(reasonToStop(rule, [at(0.2), at(0.9), at(0.46)])).toBeUndefined();
    expect(reasonToStop(rule, [at(0.2), at(0.9), at(0.45)])).toMatch(
      /effective rank of l0 fell from 9\.0 to 4\.5/,
    );
    expect(reasonToStop(rule, [at(0.2)])).toBeUndefined();
  });

  it('a tail is the reading of the last run', () => {
    const tailed = at(0.8, 0.8, 0.7, 0.8, 0.1, 0.1, 0.9);
    expect(reasonToStop(parseStopRule('tail:2'), [tailed])).toMatch(/^tail: 2 layers from l4 on/);
    expect(reasonToStop(parseStopRule('tail:3'), [tailed])).toBeUndefined();
  });
});

describe('scalars', () => {
  async function scalars(text: string) {
    const path = join(await temporaryDirectory(), 'log');
    await writeFile(path, text);
    return readScalars(path);
  }

  it('are read out of JSON Lines, without a last line that is still being written', async () => {
    expect(
      await scalars('{"epoch": 1, "loss": 0.5, "note": "x"}\n{"epoch": 2, "loss": 0.25, "acc": 0.9}\n{"epo'),
    ).toEqual([
      {
        name: 'loss',
        points: [
          [1, 0.5],
          [2, 0.25],
        ],
      },
      { name: 'acc', points: [[2, 0.9]] },
    ]);
  });

  it('are read out of CSV, with empty cells and without a last line that is still being written', async () => {
    expect(await scalars('step,loss,acc\n10,0.5,\n20,0.25,0.9\n30,0.1')).toEqual([
      {
        name: 'loss',
        points: [
          [10, 0.5],
          [20, 0.25],
        ],
      },
      { name: 'acc', points: [[20, 0.9]] },
    ]);
  });

  it('are counted where no column is a step, and none where there is no file yet', async () => {
    expect(await scalars('loss\n3\n2\n')).toEqual([
      {
        name: 'loss',
        points: [
          [0, 3],
          [1, 2],
        ],
      },
    ]);
    expect(await readScalars('/nowhere/log.jsonl')).toEqual([]);
  });

  it('name the line that is none', async () => {
    await expect(scalars('{"step": 1}\nnonsense\n{"step": 2}\n')).rejects.toThrow(
      /line 2 is not a JSON object/,
    );
  });

  it('may be called as what every object has', async () => {
    expect(await scalars('{"step": 1, "__proto__": 3, "constructor": 4}\n')).toEqual([
      { name: '__proto__', points: [[1, 3]] },
      { name: 'constructor', points: [[1, 4]] },
    ]);
  });
});

describe('the hook', () => {
  it('quotes for the shell what a checkpoint is called', () => {
    const values = { step: '3', verdict: 'fail', run: "a'b; rm -rf x", checkpoint: '$(id)' };
    expect(filledIn('say {step} {verdict} {run} {checkpoint} {other}', values, 'linux')).toBe(
      "say 3 fail 'a'\\''b; rm -rf x' '$(id)' {other}",
    );
  });
});

describe('the table of a series', () => {
  it('has a sparkline a layer', () => {
    expect(sparkline([0, 0.124, 0.125, 0.5, 0.99, 1, null], unicode)).toBe('▁▁▂▅██ ');
    expect(sparkline([0, 0.55, 1], ascii)).toBe('059');
    const runs = [0.2, 0.4, 0.6].map((each) => run([layer('conv', 10 * each, 10)]));
    const [, , line] = seriesTable(runs).split('\n');
    expect(line).toMatch(/^conv +▂▄▅ +20\.0 % +60\.0 %/);
  });
});

describe('a series', () => {
  const entry = (file: string, step: number): SeriesEntry => ({
    file,
    step,
    size: 1,
    modified: 2,
    runs: [],
    verdict: 'none',
  });

  it('is read back as it was stored, by the order of its steps', async () => {
    const folder = join(await temporaryDirectory(), 'series');
    const series = await Series.open(folder, { data: ['x'], seed: undefined });
    await series.record(entry('b', 7));
    await series.record(entry('a', 3));
    const again = await Series.open(folder, { data: ['x'], seed: undefined });
    expect(again.entries.map(({ file }) => file)).toEqual(['a', 'b']);
    expect(again.entryOf({ file: 'a', size: 1, modified: 2 })).toBeDefined();
    expect(again.entryOf({ file: 'a', size: 1, modified: 3 })).toBeUndefined();
  });

  it('refuses other options, a folder of other things and a damaged file', async () => {
    const folder = join(await temporaryDirectory(), 'series');
    const series = await Series.open(folder, { data: ['x'] });
    await series.record(entry('a', 1));
    await expect(Series.open(folder, { data: ['y'], seed: 1 })).rejects.toThrow(
      /other options \(data, seed\)/,
    );
    const other = await temporaryDirectory();
    await writeFile(join(other, 'mine.txt'), '');
    await expect(Series.open(other, {})).rejects.toThrow(/holds other files/);
    for (const text of [
      '{',
      '[]',
      '{"version":1}',
      '{"version":9,"made":{},"checkpoints":[]}',
      '{"version":1,"made":{},"checkpoints":[{"file":"a","step":1,"size":1,"modified":1,"runs":["../x.delve"],"verdict":"none"}]}',
    ]) {
      await writeFile(join(folder, SERIES_FILE), text);
      await expect(Series.open(folder, {})).rejects.toThrow(/series\.json/);
    }
  });

  it('numbers checkpoints whose names do not', async () => {
    const series = await Series.open(join(await temporaryDirectory(), 's'), {});
    expect(series.stepFor('a', undefined)).toBe(0);
    await series.record(entry('a', 0));
    expect(series.stepFor('b', undefined)).toBe(1);
    expect(series.stepFor('a', 5)).toBe(0);
    // Two of one step: the second is one later.
    await series.record(entry('c', 5));
    expect(series.stepFor('d', 5)).toBe(6);
  });
});
