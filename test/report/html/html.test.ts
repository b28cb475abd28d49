import { describe, expect, it } from 'vitest';
import { html } from '../../../src/report/html/html.js';
import { pageData } from '../../../src/report/html/pageData.js';
import { hostileNames } from '../../support/hostileNames.js';
import { layer, run } from '../../support/runs.js';

const dataIn = (page: string) => {
  const [, json] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page) ?? [];
  return JSON.parse(json ?? '');
};

describe('the page', () => {
  it('holds names of any kind as data and not as markup', async () => {
    const hostile = run(hostileNames.map((name) => layer(name, 4, 8)));
    const page = await html([hostile], { names: ['<img src=x onerror=alert(1)>'] });
    expect(dataIn(page).runs[0].run.layers.map(({ name }: { name: string }) => name)).toEqual(hostileNames);
    expect(page).not.toMatch(/<img|<script>alert/);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
  });

  it('asks no network for anything', async () => {
    const page = await html([run([layer('a', 4, 8)])], {});
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(src|href)="(?!data:)/);
    const [, style] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    expect(style).not.toMatch(/@import|url\(/);
  });
});

describe('its data', () => {
  it('keeps every digit of the eigenvalues', () => {
    const eigenvalues = [Math.PI, 1 / 3, 5e-324, 0];
    const data = pageData([run([layer('a', 1, 4, { eigenvalues })])], {}, '1');
    const bytes = Buffer.from(data.runs[0].spectra[0], 'base64');
    expect(eigenvalues.map((_, i) => bytes.readDoubleLE(8 * i))).toEqual(eigenvalues);
    expect(data.runs[0].run.layers[0].eigenvalues).toEqual([]);
  });
});
