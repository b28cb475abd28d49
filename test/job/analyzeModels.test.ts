import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AnalyzeOptions } from '../../src/api/analyzeOptions.js';
import type { Progress } from '../../src/engine/pass/progress.js';
import { InterruptedError, UserError } from '../../src/errors.js';
import { analyzeModels, type ModelPlace, throwFailures } from '../../src/job/analyzeModels.js';
import { invalidLayer, layer, run } from '../support/runs.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

const defaultTarget = (model: string) => `/here/${model.replace(/^.*\//, '').replace('.onnx', '')}.delve`;
const data = 'images/';

/** Analyses nothing: models called `bad` fail, and each pass has two steps of ten samples. */
function pretended(results: Readonly<Record<string, unknown>> = {}) {
  const calls: (string | undefined)[][] = [];
  const analyze = async ({ model, out, onProgress }: AnalyzeOptions) => {
    calls.push([model, out]);
    const result = results[model];
    if (result instanceof Error) throw result;
    onProgress?.({ samples: 10, total: 20, seconds: 1 });
    const layers = [result === 'nan' ? invalidLayer('a', 4) : layer('a', 1, 4)];
    return run(layers, { data: { source: 'x', reader: 'npy', samples: 20, skipped: 0 } });
  };
  return { one: { analyze, defaultTarget }, calls };
}

describe('several models', () => {
  it('are analysed in the order of their steps, into a folder or beside each other', async () => {
    const dir = await temporaryDirectory();
    const { one, calls } = pretended();
    const models = ['m/epoch_10.onnx', 'm/epoch_2.onnx'];
    const out = join(dir, 'new/runs');
    const { runs, count } = await analyzeModels(one, { models, data, out });
    await analyzeModels(one, { models, data });
    await analyzeModels(one, { models: ['b.onnx', 'epoch_1.onnx', 'a.onnx'], data });
    expect(calls).toEqual([
      ['m/epoch_2.onnx', join(out, 'epoch_2.delve')],
      ['m/epoch_10.onnx', join(out, 'epoch_10.delve')],
      ['m/epoch_2.onnx', '/here/epoch_2.delve'],
      ['m/epoch_10.onnx', '/here/epoch_10.delve'],
      ...['b', 'epoch_1', 'a'].map((name) => [`${name}.onnx`, `/here/${name}.delve`]),
    ]);
    expect([count, runs.map((each) => each.out)]).toEqual([
      2,
      [join(out, 'epoch_2.delve'), join(out, 'epoch_10.delve')],
    ]);
  });

  it('have one progress, and say which is at work', async () => {
    const seen: [Progress, ModelPlace][] = [];
    const { one } = pretended({ b: new UserError('b is broken') });
    const onProgress = (progress: Progress, place: ModelPlace) => seen.push([progress, place]);
    await analyzeModels(one, { models: ['a', 'b', 'c'], data, onProgress });
    expect(
      seen.map(([{ samples, total }, { model, number, count }]) => [samples, total, model, number, count]),
    ).toEqual([
      // 20 samples each; the second adds none.
      [10, 60, 'a', 1, 3],
      [30, 40, 'c', 3, 3],
    ]);
  });

  it('keep their runs where another one fails, which the error names', async () => {
    const { one } = pretended({
      'b.onnx': new UserError('b.onnx is broken'),
      'c.onnx': 'nan',
      'd.onnx': new UserError('no data'),
    });
    const written: string[] = [];
    const found = await analyzeModels(one, {
      ...{ models: ['a', 'b', 'c', 'd', 'e'].map((name) => `${name}.onnx`), data },
      onRun: (out) => written.push(out),
    });
    expect(found.runs).toHaveLength(3);
    expect(written).toEqual(['a', 'c', 'e'].map(defaultTarget));
    expect(() => throwFailures(found)).toThrow(UserError);
    expect(() => throwFailures(found)).toThrow(
      /^3 of 5 models failed: b\.onnx is broken; c\.onnx: no layer could be measured: .*; d\.onnx: no data$/,
    );
    expect(() => throwFailures({ ...found, failures: [] })).not.toThrow();
  });

  it('say once what is wrong with all, and a fault of delve as it is', async () => {
    const missing = new UserError('images/ does not exist');
    const all = await analyzeModels(pretended({ a: missing, b: missing }).one, { models: ['a', 'b'], data });
    expect(() => throwFailures(all)).toThrow(/^images\/ does not exist$/);
    const fault = new TypeError('oops');
    const odd = await analyzeModels(pretended({ a: missing, b: fault }).one, { models: ['a', 'b'], data });
    expect(() => throwFailures(odd)).toThrow(fault);
  });

  it('stop where the user stops them', async () => {
    const { one, calls } = pretended({ b: new InterruptedError('interrupted after 5 samples', 5) });
    await expect(analyzeModels(one, { models: ['a', 'b', 'c'], data })).rejects.toThrow(
      'at model 2 of 3, b: interrupted after 5 samples',
    );
    expect(calls).toHaveLength(2);
  });

  it('are refused before the first where two would have one run, or --out is none of a folder', async () => {
    const { one, calls } = pretended();
    const dir = await temporaryDirectory();
    await mkdir(join(dir, 'old.delve'));
    await writeFile(join(dir, 'old.delve/run.json'), '{}');
    await writeFile(join(dir, 'file'), '');
    const refused = (models: string[], message: RegExp, out?: string) =>
      expect(
        analyzeModels(one, { models, data, ...(out === undefined ? {} : { out: join(dir, out) }) }),
      ).rejects.toThrow(message);
    await refused(['x/net.onnx', 'y/net.onnx'], /^the runs of x\/net\.onnx and y\/net\.onnx would both be /);
    await refused(['net.onnx', 'net.onnx'], /^net\.onnx is named twice/);
    await refused(
      ['a.onnx', 'b.onnx'],
      /old\.delve is a run: with several models, name a folder/,
      'old.delve',
    );
    await refused(['a.onnx', 'b.onnx'], /file cannot be a folder for runs/, 'file');
    expect(calls).toEqual([]);
  });
});
