import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { html } from '../../src/report/html/html.js';
import { recutRun } from '../../src/run/compare/recutRun.js';
import type { Run } from '../../src/run/schema.js';
import { hostileNames } from '../support/hostileNames.js';
import { layer, run } from '../support/runs.js';
import { browserPath, openBrowser } from './browser.js';

/** A network of so many layers, whose eigenvalues fall geometrically, the last third faster. */
function network(layers: number, parts: Partial<Run> = {}): Run {
  const described = Array.from({ length: layers }, (_, i) => {
    const features = 32 + 8 * (i % 5);
    const ratio = i > (2 * layers) / 3 && i < layers - 1 ? 0.05 : 0.7 + 0.02 * (i % 10);
    const eigenvalues = Array.from({ length: features }, (__, k) => ratio ** k);
    return layer(`layer${1 + Math.floor(i / 10)}.${i % 10}.conv`, 1, features, {
      eigenvalues,
      deadFeatures: 0,
    });
  });
  return recutRun(run(described, parts), 0.99);
}

describe.skipIf(browserPath === undefined)('the page in a browser', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    browser = await openBrowser();
    folder = await mkdtemp(join(tmpdir(), 'delve-page-'));
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a page of these runs; `faults` gathers what no page of ours may do. */
  async function open(runs: readonly Run[], options: BrowserContextOptions = {}, names?: string[]) {
    const file = join(folder, `${Math.random()}.html`);
    await writeFile(file, await html(runs, { names }));
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    const faults: string[] = [];
    page.on('console', (message) => faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) faults.push(request.url());
    });
    const started = performance.now();
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('html[data-ready]');
    return { page, faults, seconds: (performance.now() - started) / 1000 };
  }

  const column = (page: Page, index: number) =>
    page
      .locator(`section[aria-labelledby=layers] tbody tr`)
      .evaluateAll((rows, at) => rows.map((row) => row.children[at].textContent), index);

  it('draws its charts, without a complaint and without a request', async () => {
    const { page, faults } = await open([network(20)]);
    await page.waitForSelector('.profile svg path', { state: 'attached' });
    expect(await page.locator('.profile svg path[fill="#0072b2"]').count()).toBeGreaterThanOrEqual(13);
    expect(await page.locator('.profile svg path[fill="#d55e00"]').count()).toBeGreaterThanOrEqual(5);
    expect(await page.locator('.spectrum svg path').count()).toBeGreaterThan(4);
    expect(await page.locator('.graph g.layer').count()).toBe(20);
    expect(await page.locator('.verdict').textContent()).toMatch(
      /^From layer2\.4\.conv on, 5 layers use only /,
    );
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(['0.9', '0.5', '0.9999', '1'])(
    'cuts every layer at %s as the command line does',
    async (threshold) => {
      const whole = network(12);
      const { page } = await open([whole]);
      const before = await column(page, 4);
      await page.locator('input[type=number]').fill(threshold);
      await page.locator('input[type=number]').press('Tab');
      const cut = recutRun(whole, Number(threshold));
      const expected = cut.layers.map(({ intrinsicDimensionality }) => String(intrinsicDimensionality));
      expect(await column(page, 4)).toEqual(expected);
      expect(expected).not.toEqual(before);
      await page.close();
    },
  );

  it('follows the slider by keyboard', async () => {
    const whole = network(12);
    const { page } = await open([whole]);
    await page.locator('#threshold').focus();
    for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowLeft');
    const threshold = Number(await page.locator('input[type=number]').inputValue());
    expect(threshold).toBeLessThan(0.985);
    const cut = recutRun(whole, threshold);
    expect(await column(page, 4)).toEqual(cut.layers.map((each) => String(each.intrinsicDimensionality)));
    await page.close();
  });

  it('sorts, searches, filters, and shows the layer that is chosen', async () => {
    const { page } = await open([network(20)]);
    await page.getByRole('button', { name: 'directions' }).click();
    const ascending = (await column(page, 4)).map(Number);
    expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
    await page.getByRole('button', { name: 'directions' }).click();
    expect((await column(page, 4)).map(Number)).toEqual(ascending.toReversed());
    await page.getByLabel('Search layers').fill('layer2.7');
    expect(await column(page, 1)).toEqual(['layer2.7.conv']);
    await page.getByLabel('Search layers').fill('');
    await page.getByLabel('Reading').selectOption('tail');
    expect(new Set(await column(page, 6))).toEqual(new Set(['tail']));
    await page.getByRole('button', { name: 'layer2.6.conv' }).first().press('Enter');
    expect(await page.locator('#layer').textContent()).toBe('layer2.6.conv');
    await page.close();
  });

  it('shows several runs, and what changed', async () => {
    const later = run(
      network(12).layers.map((each) => ({ ...each, eigenvalues: each.eigenvalues.map((_, i) => 0.5 ** i) })),
    );
    const { page, faults } = await open([network(12), recutRun(later, 0.99)], {}, ['epoch 1', 'epoch 2']);
    await page.waitForSelector('.heatmap svg path', { state: 'attached' });
    expect(await page.locator('section[aria-labelledby=runs] tbody tr').count()).toBe(12);
    expect(await page.locator('h1').textContent()).toBe('epoch 2');
    expect(await page.getByLabel('Run', { exact: true }).inputValue()).toBe('1');
    await page.getByLabel('Run', { exact: true }).selectOption('0');
    expect(await page.locator('h1').textContent()).toBe('epoch 1');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('costs no more than in proportion to its layers, opened and cut elsewhere', async () => {
    const cost = async (layers: number) => {
      const { page, seconds } = await open([network(layers)]);
      const started = performance.now();
      await page.locator('input[type=number]').fill('0.9');
      await page.locator('input[type=number]').press('Tab');
      expect(await page.locator('output').textContent()).toBe('90 %');
      const cut = (performance.now() - started) / 1000;
      await page.close();
      return { opened: seconds, cut };
    };
    await cost(20); // the browser's own start
    const [few, many] = [await cost(20), await cost(300)];
    expect(many.opened / few.opened).toBeLessThan(15);
    expect(many.cut / few.cut).toBeLessThan(15);
  });

  it('shows names of any kind as they are, and runs none of them', async () => {
    const { page, faults } = await open(
      [run(hostileNames.map((name) => layer(name, 4, 8)))],
      {},
      hostileNames.slice(0, 1),
    );
    expect(await column(page, 0)).toHaveLength(hostileNames.length);
    const titles = page.locator('section[aria-labelledby=layers] tbody th button');
    expect(
      await titles.evaluateAll((buttons) => buttons.map((button) => button.getAttribute('title'))),
    ).toEqual(hostileNames);
    expect(await page.locator('img').count()).toBe(0);
    expect(faults).toEqual([]);
    await page.close();
  });

  it.each(['light', 'dark'] as const)('passes the checks of axe, %s', async (colorScheme) => {
    const { page } = await open([network(20), network(20)], { colorScheme }, ['a', 'b']);
    await page.waitForSelector('.heatmap svg path', { state: 'attached' });
    await page.evaluate(
      await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    );
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
      const result = await axe.run();
      return result.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html: of }) => of).join(' ')}`);
    });
    expect(violations.join('\n').slice(0, 1500)).toBe('');
    await page.close();
  });

  it('shows every column of the layers at 1,400 pixels', async () => {
    const { page } = await open([network(20)], { viewport: { width: 1400, height: 900 } });
    const hidden = await page.evaluate(`(() => {
      const box = document.querySelector('.split .scroll');
      return box.scrollWidth - box.clientWidth;
    })()`);
    expect(hidden).toBe(0);
    await page.close();
  });

  it('needs no sideways scrolling on a phone, and prints without its controls', async () => {
    const { page } = await open([network(60)], { viewport: { width: 390, height: 844 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#threshold').isVisible()).toBe(false);
    await page.close();
  });
});
