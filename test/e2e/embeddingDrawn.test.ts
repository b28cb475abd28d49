import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEmbedding, readRun } from '../../dist/index.js';
import { browserPath, openBrowser } from '../browser/browser.js';
import { delve } from '../support/commandLine.js';

let folder: string;
let run: string;
let plain: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'delve-embedding-'));
  run = join(folder, 'cnn.delve');
  plain = join(folder, 'plain.delve');
  const args = ['analyze', 'fixtures/mnist-cnn.onnx', '--data', 'fixtures/mnist', '--quiet'];
  const given = ['--max-samples', '60', '--layers', 'stem,fc', '--out'];
  expect((await delve([...args, '--embedding', ...given, run])).code).toBe(0);
  expect((await delve([...args, ...given, plain])).code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Marks of samples: filled shapes, those of the legend left out. */
const marksIn = (svg: string) => [...svg.matchAll(/fill-opacity="0\.7"|opacity="0\.7"/g)].length;

describe('an embedding', () => {
  it('is drawn as a picture: a drawing a layer, a mark a sample, the classes by name', async () => {
    const { code, stdout } = await delve(['report', run, '--format', 'svg', '--plot', 'embedding']);
    expect(code).toBe(0);
    const { labels } = await readEmbedding(run, await readRun(run));
    const classes = new Set(labels);
    expect(marksIn(stdout)).toBe(2 * 60 + classes.size);
    const texts = [...stdout.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(texts).toEqual(expect.arrayContaining(['stem', 'fc', ...classes]));
    const png = join(folder, 'embedding.png');
    expect(
      (await delve(['report', run, '--format', 'png', '--plot', 'embedding', '--output', png])).code,
    ).toBe(0);
    expect((await readFile(png)).subarray(1, 4).toString()).toBe('PNG');
  });

  it('is asked for where a run has none', async () => {
    const { code, stderr } = await delve(['report', plain, '--format', 'svg', '--plot', 'embedding']);
    expect([code, stderr]).toEqual([
      2,
      `delve: the run ${plain} has no embedding to draw: analyze again with --embedding\n`,
    ]);
  });

  it.skipIf(browserPath === undefined)('is drawn in the page, for the chosen layer', async () => {
    const [page, without] = [join(folder, 'page.html'), join(folder, 'plain.html')];
    await delve(['report', run, '--format', 'html', '--output', page]);
    await delve(['report', plain, '--format', 'html', '--output', without]);
    const browser = await openBrowser();
    try {
      const tab = await browser.newPage();
      const faults: string[] = [];
      tab.on('console', (message) => faults.push(message.text()));
      tab.on('pageerror', (error) => faults.push(String(error)));
      await tab.goto(`file://${page}`);
      await tab.waitForSelector('.chart.embedding svg');
      const label = () => tab.locator('.chart.embedding').getAttribute('aria-label');
      await tab.locator('section[aria-labelledby=layers] tbody tr', { hasText: 'stem' }).click();
      expect(await label()).toMatch(/^Scatter chart: 60 samples of \d+ classes .* of stem\.$/);
      const legend = (await readEmbedding(run, await readRun(run))).labels;
      expect(marksIn(await tab.locator('.chart.embedding').innerHTML())).toBe(60 + new Set(legend).size);
      await tab.locator('section[aria-labelledby=layers] tbody tr', { hasText: 'fc' }).click();
      expect(await label()).toMatch(/of fc\.$/);
      await tab.goto(`file://${without}`);
      await tab.waitForSelector('html[data-ready]');
      expect(await tab.locator('.chart.embedding').count()).toBe(0);
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
