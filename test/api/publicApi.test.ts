import { execFileSync } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AnalyzeOptions,
  analyze,
  type CheckResult,
  check,
  covariance,
  diffRuns,
  InterruptedError,
  inspect,
  instrumentModel,
  mean,
  mergeSavedRuns,
  newestRun,
  type Progress,
  type Run,
  readLayers,
  readMoments,
  readRun,
  recutRun,
  report,
  UserError,
  version,
} from '../../dist/index.js';
import { crossFiles, crossModel, crossNumbers } from '../support/crossData.js';
import { folderWith } from '../support/folder.js';

const CNN = 'fixtures/mnist-cnn.onnx';
const RNN = 'fixtures/mnist-rnn.onnx';

/** A folder with a model of one layer and its four samples. */
async function cross(): Promise<{ folder: string; options: AnalyzeOptions }> {
  const folder = await folderWith({ 'cross.onnx': crossModel(), 'x.npy': crossFiles['x.npy'] });
  return {
    folder,
    options: { model: join(folder, 'cross.onnx'), data: join(folder, 'x.npy'), provider: 'cpu' },
  };
}

describe('analyze', () => {
  test('resolves to the run, and writes nothing where no folder is named', async () => {
    const { folder, options } = await cross();
    const run: Run = await analyze(options);
    expect(run).toMatchObject({ schemaVersion: 1, delve: version, layers: [crossNumbers] });
    expect((await readdir(folder)).sort()).toEqual(['cross.onnx', 'x.npy']);
  });

  test('what it resolves to is what it writes, and what readRun reads', async () => {
    const { folder, options } = await cross();
    const out = join(folder, 'cross.delve');
    const run = await analyze({ ...options, out, moments: true });
    expect(await readRun(out)).toEqual(run);
    expect(await newestRun(folder)).toBe(out);
    const moments = (await readMoments(out, run)).get('fc');
    if (!moments) throw new Error('no moments');
    expect([...covariance(moments)]).toEqual([4, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect([...mean(moments)]).toEqual([0, 0, 0]);
  });

  test('tells of progress: from none to all, never back', async () => {
    const seen: Progress[] = [];
    const notices: string[] = [];
    await analyze({
      model: RNN,
      data: 'random:50',
      batchSize: 8,
      onProgress: (progress) => seen.push(progress),
      onNotice: (text) => notices.push(text),
    });
    expect(seen.map(({ samples }) => samples)).toEqual([0, 8, 16, 24, 32, 40, 48, 50]);
    expect(new Set(seen.map(({ total }) => total))).toEqual(new Set([50]));
    const seconds = seen.map((progress) => progress.seconds);
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
    expect(notices).toEqual([expect.stringMatching(/^runs on /)]);
  });

  test('two at the same time do not disturb each other', async () => {
    const together = await Promise.all(
      [CNN, RNN].map((model) => analyze({ model, data: 'random:40', batchSize: 16 })),
    );
    for (const [i, model] of [CNN, RNN].entries()) {
      const alone = await analyze({ model, data: 'random:40', batchSize: 16 });
      expect(together[i].layers.map(({ name }) => name)).toEqual(alone.layers.map(({ name }) => name));
      together[i].layers.forEach(({ trace }, layer) => {
        expect((trace ?? 0) / (alone.layers[layer].trace ?? 0)).toBeCloseTo(1, 6);
      });
    }
  });

  test('what the caller can fix is a UserError, and the next call works', async () => {
    const { options } = await cross();
    await expect(analyze({ ...options, model: 'none.onnx' })).rejects.toThrow(UserError);
    await expect(analyze({ ...options, data: [] })).rejects.toThrow('there is no data: pass --data <source>');
    await expect(analyze({ ...options, thresholds: [99] })).rejects.toThrow(UserError);
    await expect(analyze({ ...options, thresholds: [] })).rejects.toThrow(UserError);
    await expect(analyze({ ...options, batchSize: 0.5 })).rejects.toThrow('--batch 0.5 makes no sense');
    await expect(analyze({ ...options, maxSamples: Number.NaN })).rejects.toThrow(UserError);
    expect((await analyze(options)).layers).toHaveLength(1);
  });
});

describe('an AbortSignal', () => {
  test('that was aborted before stops analyze at once', async () => {
    const { options } = await cross();
    const analysis = analyze({ ...options, signal: AbortSignal.abort() });
    await expect(analysis).rejects.toBeInstanceOf(InterruptedError);
    await expect(analysis).rejects.toMatchObject({ samples: 0 });
  });

  test('rejects with how far it got, within a second or so, and leaves nothing behind', async () => {
    const folder = await folderWith({});
    const abort = new AbortController();
    let done = 0;
    let aborted = 0;
    const analysis = analyze({
      model: CNN,
      data: 'random:1000000',
      out: join(folder, 'run'),
      signal: abort.signal,
      onProgress({ samples }) {
        done = samples;
        if (samples < 320 || abort.signal.aborted) return;
        aborted = performance.now();
        abort.abort();
      },
    });
    await expect(analysis).rejects.toBeInstanceOf(InterruptedError);
    expect(performance.now() - aborted).toBeLessThan(2000);
    await expect(analysis).rejects.toMatchObject({ samples: done });
    expect(done).toBeGreaterThanOrEqual(320);
    expect(await readdir(folder)).toEqual([]);
  });

  test('aborted after the last sample still stops the run from being written', async () => {
    const { folder, options } = await cross();
    const abort = new AbortController();
    const analysis = analyze({
      ...options,
      out: join(folder, 'run'),
      signal: abort.signal,
      onProgress({ samples, total }) {
        // Not later: on a busy machine what was found may arrive in the same turn.
        if (samples === total) queueMicrotask(() => abort.abort());
      },
    });
    await expect(analysis).rejects.toBeInstanceOf(InterruptedError);
    expect((await readdir(folder)).sort()).toEqual(['cross.onnx', 'x.npy']);
  });

  test('leaves the listeners of a signal as they were', async () => {
    const { options } = await cross();
    const { signal } = new AbortController();
    let listening = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listening++;
      add(...args);
    }) as typeof signal.addEventListener;
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
      listening--;
      remove(...args);
    }) as typeof signal.removeEventListener;
    await analyze({ ...options, signal });
    expect(listening).toBe(0);
  });
});

describe('the other functions', () => {
  test('inspect lists layers without running anything', async () => {
    const { inputs, layers, notObservable } = await inspect(RNN);
    expect(inputs).toEqual([{ name: 'input', type: 'float32', shape: ['batch', 28, 28] }]);
    expect(layers.map(({ op }) => op)).toEqual(['LSTM', 'MatMul', 'GRU', 'Gemm']);
    expect(notObservable).toEqual([]);
    expect((await inspect(RNN, { operators: ['Tanh'] }).catch((error) => error)) instanceof UserError).toBe(
      true,
    );
  });

  test('check judges a run, report renders it, recutRun and diffRuns make new ones of it', async () => {
    const { options } = await cross();
    const run = await analyze(options);
    const verdict: CheckResult = check(run, { minSaturation: [{ bound: 0 }, { glob: 'f*', bound: 0.7 }] });
    expect(verdict).toMatchObject({
      passed: false,
      violations: [{ layer: 'fc', statistic: 'saturation', kind: 'min', bound: 0.7 }],
    });
    expect(check(run, { baseline: run, maxDrop: [{ bound: 0 }] }).passed).toBe(true);
    expect(report(run, { format: 'csv' })).toMatch(/^run,layer,.*\r\n\S+\.onnx,fc,/);
    expect(JSON.parse(report(run, { format: 'json' }))).toMatchObject(run);
    expect(report(run)).toContain('fc');
    expect(recutRun(run, 0.8).layers[0].intrinsicDimensionality).toBe(1);
    expect(diffRuns(run, recutRun(run, 0.8)).layers[0].intrinsicDimensionality).toMatchObject({
      before: 2,
      after: 1,
    });
    // One layer is its own output: not judged.
    expect(readLayers(run).layers[0].kind).not.toBe('tail');
  });

  test('mergeSavedRuns adds up shards, and instrumentModel writes the rewritten model', async () => {
    const { folder, options } = await cross();
    const shards = ['a', 'b'].map((name) => join(folder, name));
    await analyze({ ...options, out: shards[0], moments: true, batchSize: 2, maxSamples: 2 });
    await analyze({ ...options, out: shards[1], moments: true, batchSize: 2, every: 2 });
    const merged = await mergeSavedRuns(shards, { out: join(folder, 'all') });
    expect(merged.layers).toMatchObject([crossNumbers]);
    const output = join(folder, 'moments.onnx');
    expect(await instrumentModel(options.model, { output })).toEqual(['fc']);
    expect((await inspect(output)).model.sha256).not.toBe(merged.model.sha256);
  });
});

test('the package is what it says in its manifest: one entry point, with types', async () => {
  const folder = await folderWith({});
  // As a program sees it that has installed the package.
  await mkdir(join(folder, 'node_modules'));
  await symlink(process.cwd(), join(folder, 'node_modules/delve-onnx'));
  await writeFile(join(folder, 'program.mjs'), "import { version } from 'delve-onnx'; console.log(version);");
  const printed = execFileSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(printed).toBe(`${version}\n`);
});
