import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Api from '../../src/index.js';
import { browserPath, openBrowser } from '../browser/browser.js';
import { delve } from '../support/commandLine.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { temporaryDirectory } from '../support/temporaryDirectory.js';

// Models run as built files only.
const { LivePage, watchCheckpoints } = (await import(
  new URL('../../dist/index.js', import.meta.url).href
)) as typeof Api;

/** A network of two layers of 8 features, the second of which passes on so many directions. */
function network(directions: number, weight = 1): Uint8Array {
  const identity = (kept: number) =>
    Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 && i / 9 < kept ? weight : 0));
  return modelBytes({
    nodes: [
      node('MatMul', ['x', 'a.weight'], ['h'], {}, { name: '/a/MatMul' }),
      node('MatMul', ['h', 'b.weight'], ['u'], {}, { name: '/b/MatMul' }),
      node('MatMul', ['u', 'c.weight'], ['y'], {}, { name: '/c/MatMul' }),
    ],
    initializers: [
      tensor('a.weight', 'float32', [8, 8], identity(8)),
      tensor('b.weight', 'float32', [8, 8], identity(directions)),
      tensor('c.weight', 'float32', [8, 8], identity(8)),
    ],
    inputs: [value('x', 'float32', ['n', 8])],
    outputs: ['y'],
  });
}

async function training(...directions: number[]): Promise<string> {
  const folder = join(await temporaryDirectory(), 'checkpoints');
  await mkdir(folder);
  for (const [i, each] of directions.entries()) await checkpoint(folder, i + 1, each);
  return folder;
}

async function checkpoint(folder: string, step: number, directions: number, weight = 1): Promise<void> {
  await writeFile(join(folder, 'writing.tmp'), network(directions, weight));
  await rename(join(folder, 'writing.tmp'), join(folder, `epoch_${step}.onnx`));
}

const data = ['random:64'];
const watched = (checkpoints: string, options: Partial<Api.WatchOptions> = {}) =>
  watchCheckpoints({ checkpoints, data, once: true, settle: 0, interval: 20, provider: 'cpu', ...options });

describe('watching a folder of checkpoints', () => {
  it('analyses what is there in the order of the training, once', async () => {
    const folder = await training(8, 6);
    await checkpoint(folder, 10, 3);
    const seen: number[] = [];
    const { series, stop } = await watched(folder, { onCheckpoint: (_, step) => seen.push(step) });
    expect(stop).toBeUndefined();
    expect(seen).toEqual([1, 2, 10]);
    const runs = await series.runs('eval');
    expect(runs.map(({ step, run }) => [step, run.layers[1].intrinsicDimensionality])).toEqual([
      [1, 8],
      [2, 6],
      [10, 3],
    ]);
    expect(await readdir(join(`${folder}.watch`, 'tensorboard'))).toHaveLength(3);
    const csv = await readFile(join(`${folder}.watch`, 'delve-eval.csv'), 'utf8');
    expect(
      csv
        .trim()
        .split('\n')
        .map((line) => line.split(';')[0]),
    ).toEqual(['', '1', '2', '10']);
    // Nothing twice: only what came since.
    await checkpoint(folder, 11, 2);
    const again: number[] = [];
    await watched(folder, { onCheckpoint: (_, step) => again.push(step) });
    expect(again).toEqual([11]);
  });

  it('goes on where it was interrupted, and says how', async () => {
    const folder = await training(8, 6, 4);
    const controller = new AbortController();
    await expect(
      watched(folder, {
        signal: controller.signal,
        onSeries: (_, newest) => {
          if (newest?.step === 2) controller.abort();
        },
      }),
    ).rejects.toThrow(/interrupted after 2 checkpoints: the same call goes on from there/);
    const seen: number[] = [];
    await watched(folder, { onCheckpoint: (_, step) => seen.push(step) });
    expect(seen).toEqual([3]);
  });

  it('reports a checkpoint that fails, goes on, and tries it again when it has changed', async () => {
    const folder = await training(8);
    await writeFile(join(folder, 'epoch_2.onnx'), network(8).subarray(0, 100));
    await checkpoint(folder, 3, 8, Number.NaN);
    await checkpoint(folder, 4, 5);
    const { series } = await watched(folder);
    expect(series.entries.map(({ step, verdict }) => [step, verdict])).toEqual([
      [1, 'none'],
      [2, 'error'],
      [3, 'error'],
      [4, 'none'],
    ]);
    expect(series.entries[1].error).toMatch(/epoch_2\.onnx/);
    expect(series.entries[2].error).toMatch(/NaN/);
    const seen: number[] = [];
    const onCheckpoint = (_: string, step: number) => seen.push(step);
    await watched(folder, { onCheckpoint });
    expect(seen).toEqual([]);
    await checkpoint(folder, 2, 7);
    const mended = await watched(folder, { onCheckpoint });
    expect(seen).toEqual([2]);
    expect(mended.series.entries.map(({ verdict }) => verdict)).toEqual(['none', 'none', 'error', 'none']);
  });

  it('waits for a file that is still being written', async () => {
    const folder = await training(8);
    const whole = network(4);
    const path = join(folder, 'epoch_2.onnx');
    await writeFile(path, whole.subarray(0, 150));
    let isWhole = false;
    let sawHalf = false;
    const writing = (async () => {
      for (const part of [160, 200, whole.length]) {
        await new Promise((done) => setTimeout(done, 150));
        await writeFile(path, whole.subarray(0, part));
      }
      isWhole = true;
    })();
    const { series } = await watched(folder, {
      settle: 600,
      onCheckpoint: (file) => {
        if (file === 'epoch_2.onnx' && !isWhole) sawHalf = true;
      },
    });
    await writing;
    expect(sawHalf).toBe(false);
    expect(series.entries.map(({ verdict }) => verdict)).toEqual(['none', 'none']);
  });

  it('holds train data beside the others as a split of its own', async () => {
    const folder = await training(8, 6);
    const { series } = await watched(folder, { trainData: ['random:40'] });
    expect((await series.runs('train')).map(({ run }) => [run.settings.split, run.data.samples])).toEqual([
      ['train', 40],
      ['train', 40],
    ]);
    expect((await series.runs('eval')).map(({ run }) => run.data.samples)).toEqual([64, 64]);
    expect(await readdir(`${folder}.watch`)).toContain('delve-train.csv');
  });

  it('refuses a series of other options, and its own folder as that of the checkpoints', async () => {
    const folder = await training(8);
    await watched(folder);
    await expect(watched(folder, { data: ['random:10'] })).rejects.toThrow(/other options \(data\)/);
    await expect(watched(folder, { out: folder })).rejects.toThrow(/folder of the checkpoints/);
    await expect(watched('/nowhere')).rejects.toThrow(/does not exist/);
  });

  it('ends with a stop file where a rule holds, and not before', async () => {
    const folder = await training(8, 6, 3, 3);
    const { series, stop } = await watched(folder, { stopWhen: [{ kind: 'collapse', share: 0.5 }] });
    expect(stop?.reason).toMatch(/^collapse: the effective rank of b fell from /);
    expect(series.entries.at(-1)?.step).toBe(3);
    expect(await readFile(stop?.file ?? '', 'utf8')).toBe(`${stop?.reason}\n`);
    // A new watch begins without the stop of the last one.
    const { stop: second } = await watched(folder, {
      stopWhen: [{ kind: 'plateau', steps: 20, within: 0.01 }],
    });
    expect(second).toBeUndefined();
    await expect(stat(stop?.file ?? '')).rejects.toThrow();
  });

  it('runs a command after each checkpoint, whatever a checkpoint is called', async () => {
    const folder = await training();
    await writeFile(join(folder, "it's $(touch x)_1.onnx"), network(8));
    await writeFile(join(folder, 'broken_2.onnx'), 'x');
    const log = join(folder, 'log.txt');
    const notices: string[] = [];
    await watched(folder, {
      exec: `printf '%s|%s|%s\\n' {step} {verdict} {checkpoint} >> '${log}'; test {verdict} != error`,
      onNotice: (text) => notices.push(text),
    });
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    expect(lines.map((line) => line.split('|').slice(0, 2).join())).toEqual(['1,none', '2,error']);
    expect(lines[0]).toContain("it's $(touch x)_1.onnx");
    expect(notices.filter((text) => text.includes('--exec'))).toEqual(['--exec ended with exit code 1']);
  });

  it('takes a checkpoint of the same name that was written again for another', async () => {
    const folder = await training(8);
    await watched(folder);
    await checkpoint(folder, 1, 3);
    await utimes(join(folder, 'epoch_1.onnx'), 1000, 1000);
    const { series } = await watched(folder);
    const [only] = await series.runs('eval');
    expect(only.run.layers[1].intrinsicDimensionality).toBe(3);
    expect(series.entries).toHaveLength(1);
  });
});

describe('delve watch', () => {
  const args = (folder: string, ...more: string[]) => [
    'watch',
    folder,
    '--data',
    'random:64',
    '--once',
    '--settle',
    '0',
    ...more,
  ];

  it('prints a table with a sparkline a layer, and ends', async () => {
    const folder = await training(8, 6, 3);
    const { code, stdout, stderr } = await delve(args(folder));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^b +█▇▄ +100\.0 % +37\.5 %/m);
    expect(stderr).toContain('series of 3 in');
  });

  it('holds each step against the rules of a configuration, and fails where one is broken', async () => {
    const folder = await training(8, 3);
    const config = join(folder, '..', 'delve.config.json');
    await writeFile(config, JSON.stringify({ rules: [{ statistic: 'saturation', layers: 'b', min: 0.7 }] }));
    const { code, stderr } = await delve(args(folder, '--config', config));
    expect(code).toBe(1);
    expect(stderr).toMatch(/step 2: 1 of the rules' comparisons failed/);
    const { checkpoints } = JSON.parse(await readFile(join(`${folder}.watch`, 'series.json'), 'utf8'));
    expect(checkpoints.map(({ verdict }: { verdict: string }) => verdict)).toEqual(['pass', 'fail']);
  });

  it('ends with 1 where the training should stop, and with 2 where a checkpoint could not be analysed', async () => {
    const folder = await training(8, 8, 2);
    const { code, stdout } = await delve(args(folder, '--stop-when', 'collapse:0.5'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^stop: collapse/m);
    const broken = await training(8);
    await writeFile(join(broken, 'epoch_2.onnx'), 'no model');
    const { code: two, stderr } = await delve(args(broken, '--quiet'));
    expect(two).toBe(2);
    expect(stderr.trim()).toMatch(/^delve: epoch_2\.onnx could not be analysed: /);
    const empty = await training();
    expect((await delve(args(empty, '--quiet'))).stderr).toMatch(/holds no \.onnx file/);
    expect((await delve(args(empty, '--stop-when', 'rise'))).stderr).toMatch(
      /--stop-when rise is not a rule/,
    );
  });

  it('serves a page that grows, until Ctrl-C', async () => {
    const folder = await training(8);
    const command = [resolve('bin/delve.js'), 'watch', folder, '--data', 'random:64', '--settle', '0'];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const until = async (test: () => boolean | Promise<boolean>) => {
      for (let i = 0; i < 400 && !(await test()); i++) await new Promise((done) => setTimeout(done, 50));
      expect(await test()).toBe(true);
    };
    await until(() => /live page: (http:\S+)/.test(said));
    const url = /live page: (http:\S+)/.exec(said)?.[1] ?? '';
    const names = async () => {
      const { runs } = (await (await fetch(`${url}/data`)).json()) as { runs: { name: string }[] };
      return runs.map(({ name }) => name).join();
    };
    await until(async () => (await names()) === 'epoch_1');
    await checkpoint(folder, 2, 6);
    await until(async () => (await names()) === 'epoch_1,epoch_2');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    expect(said).toMatch(/interrupted after 2 checkpoints/);
  });
});

describe('the live page', () => {
  it('is for this machine only: by loopback, and by no other name', async () => {
    const page = await LivePage.open(0, async () => ({ runs: [], options: {} }));
    const ask = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      new Promise<number | undefined>((done, fail) => {
        request(`${page.url}${path}`, { headers, method }, (response) => {
          response.resume();
          done(response.statusCode);
        })
          .on('error', fail)
          .end();
      });
    expect(await ask('/')).toBe(200);
    expect(await ask('/', { host: 'evil.example' })).toBe(403);
    expect(await ask('/data', { host: `evil.example:${new URL(page.url).port}` })).toBe(403);
    expect(await ask('/../package.json')).toBe(404);
    expect(await ask('/', {}, 'POST')).toBe(405);
    await page.close();
  });

  it('says which port is taken', async () => {
    const page = await LivePage.open(0, async () => ({ runs: [], options: {} }));
    const { port } = new URL(page.url);
    await expect(LivePage.open(Number(port), async () => ({ runs: [], options: {} }))).rejects.toThrow(
      `--port ${port} cannot be listened on`,
    );
    await page.close();
  });

  it.skipIf(browserPath === undefined)(
    'is the report page: it grows in place and keeps what is shown',
    async () => {
      const folder = await training(8, 6);
      let { series } = await watched(folder, { trainData: ['random:40'] });
      const page = await LivePage.open(0, async () => {
        const runs = await series.runs();
        return {
          runs: runs.map(({ run }) => run),
          options: {
            names: runs.map(({ name }) => name),
            steps: runs.map(({ step }) => step),
            scalars: [
              {
                name: 'loss',
                points: [
                  [1, 0.5],
                  [2, 0.25],
                ] as const,
              },
            ],
          },
        };
      });
      const browser = await openBrowser();
      try {
        const tab = await browser.newPage();
        const faults: string[] = [];
        tab.on('console', (message) => faults.push(message.text()));
        tab.on('pageerror', (error) => faults.push(String(error)));
        await tab.goto(page.url);
        await tab.waitForSelector('html[data-ready]');
        expect(await tab.locator('.live').textContent()).toContain('live');
        const label = () => tab.locator('.chart.series').getAttribute('aria-label');
        expect(await label()).toMatch(/eval from .* at step 1 to .* at step 2; train from/);
        expect(await tab.locator('select[aria-label=Run] option').count()).toBe(4);
        await tab.locator('section[aria-labelledby=layers] tbody tr', { hasText: 'b' }).first().click();
        const chosen = await tab.locator('#series').textContent();
        await checkpoint(folder, 3, 2);
        ({ series } = await watched(folder, { trainData: ['random:40'] }));
        page.update();
        await tab.waitForSelector('select[aria-label=Run] option:nth-child(6)', { state: 'attached' });
        expect(await label()).toMatch(/at step 3/);
        expect(await tab.locator('#series').textContent()).toBe(chosen);
        expect(faults).toEqual([]);
      } finally {
        await browser.close();
        await page.close();
      }
    },
  );
});

describe('a report of a series', () => {
  async function series(...directions: number[]): Promise<string> {
    const folder = await training(...directions);
    await watched(folder, { trainData: ['random:40'] });
    return `${folder}.watch`;
  }

  it('is a sparkline a layer and split, in the order of the steps, with advice on the last run', async () => {
    const folder = await training(8, 6);
    await checkpoint(folder, 10, 3);
    await watched(folder, { trainData: ['random:40'] });
    const { code, stdout } = await delve(['report', `${folder}.watch`]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^split eval · 3 steps, 1 to 10 · 64 samples of random:64$/m);
    expect(stdout.match(/^b +█▇▄ +100\.0 % +37\.5 %/gm)).toHaveLength(2);
    expect(stdout.indexOf('split train · 3 steps')).toBeGreaterThan(stdout.indexOf('split eval'));
    const one = await delve(['report', `${folder}.watch`, '--split', 'train']);
    expect(one.stdout).toMatch(/^split train · 3 steps, 1 to 10 · 40 samples/);
    expect(one.stdout).not.toContain('split eval');
    const none = await delve(['report', `${folder}.watch`, '--split', 'test']);
    expect([none.code, none.stderr]).toEqual([
      2,
      'delve: --split test: there is no run of it here; there are eval and train\n',
    ]);
  });

  it('draws a heatmap of one split by itself, and gives data the steps that the series has', async () => {
    const folder = await series(8, 6, 3);
    const picture = await delve(['report', folder, '--format', 'svg']);
    expect(picture.stdout).toMatch(/Saturation, layer by run/);
    expect(picture.stdout.match(/>epoch_\d</g)).toHaveLength(3);
    // Names without numbers: the steps are those of the series.
    const plain = await training();
    await writeFile(join(plain, 'first.onnx'), network(8));
    await watched(plain);
    await writeFile(join(plain, 'second.onnx'), network(3));
    await watched(plain);
    const csv = await delve(['report', `${plain}.watch`, '--format', 'delve-csv']);
    expect(
      csv.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(';')[0]),
    ).toEqual(['', '0', '1']);
  });

  it('tells several series apart by their folders, and refuses one without a run', async () => {
    const [one, two] = [await series(8, 6), await series(8, 3)];
    const { stdout } = await delve(['report', one, two, '--format', 'csv']);
    const names = new Set(stdout.split('\n').map((line) => line.split(',')[0]));
    expect([...names].slice(1).filter(Boolean)).toHaveLength(8);
    expect(names).toContain(`${one}/epoch_1`);
    const broken = await training();
    await writeFile(join(broken, 'epoch_1.onnx'), 'no model');
    await watched(broken);
    const { code, stderr } = await delve(['report', `${broken}.watch`]);
    expect([code, stderr]).toEqual([
      2,
      `delve: the series in ${broken}.watch has no run yet: none of its checkpoints could be analysed\n`,
    ]);
  });

  it.skipIf(browserPath === undefined)('shows runs of one split together in the page', async () => {
    const folder = await series(8, 6, 3);
    const page = join(folder, 'page.html');
    const scalars = join(folder, '..', 'log.csv');
    await writeFile(scalars, 'step,loss\n1,0.5\n2,0.25\n3,0.125\n');
    const made = await delve([
      ...['report', folder, '--format', 'html', '--output', page, '--scalars', scalars],
    ]);
    expect([made.code, made.stderr]).toEqual([0, '']);
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage();
      await tab.goto(`file://${page}`);
      await tab.waitForSelector('html[data-ready]');
      const heatmap = () => tab.locator('.chart.heatmap').getAttribute('aria-label');
      expect(await heatmap()).toMatch(/of 3 layers in 3 runs/);
      const split = () => tab.locator('header .faint').textContent();
      expect(await split()).toContain('split eval');
      expect(await tab.locator('select[aria-label=Run] option').count()).toBe(6);
      const slider = tab.locator('input[aria-label="Run, by its place"]');
      expect(await slider.getAttribute('max')).toBe('2');
      await slider.fill('0');
      expect(await tab.locator('h1').textContent()).toBe('epoch_1');
      expect(await split()).toContain('split eval');
      expect(await tab.locator('.chart.series').textContent()).toContain('loss');
    } finally {
      await browser.close();
    }
  });
});
