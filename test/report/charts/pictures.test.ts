import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { XmlDocument } from 'libxml2-wasm';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.js';
import { readingLooks } from '../../../src/report/charts/palette.js';
import { png } from '../../../src/report/charts/png.js';
import { svg } from '../../../src/report/charts/svg.js';
import { plots } from '../../../src/report/formatNames.js';
import type { Run } from '../../../src/run/schema.js';
import { hostileNames } from '../../support/hostileNames.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const small = run([layer('a', 8, 10), layer('b', 5, 10), layer('c', 1, 20), layer('fc', 9, 10)]);
const many = (count: number) =>
  run(Array.from({ length: count }, (_, i) => layer(`layer${i}.conv`, 1 + (i % 20), 20)));

/** The bars of a drawing: filled paths, by colour, with their heights. */
function bars(drawing: string, color: string): number[] {
  const paths = drawing.matchAll(
    /<path d="M[\d.]+ [\d.]+l[\d.-]+ 0l0 -([\d.]+)l[\d.-]+ 0Z" fill="(#[0-9a-f]+)"/gi,
  );
  return [...paths].filter(([, , fill]) => fill.toLowerCase() === color).map(([, height]) => Number(height));
}

/** Three samples of each layer's, by class, for runs that are drawn as such. */
const embeddingsOf = (runs: readonly Run[], labels: readonly string[] = ['a', 'b', 'a']) =>
  runs.map(({ layers }) => ({
    labels,
    layers: new Map(layers.map(({ name }, i) => [name, Float64Array.from(labels.flatMap((_, k) => [i, k]))])),
  }));

/** @throws where a strict reader of XML would. */
function expectWellFormed(xml: string): void {
  XmlDocument.fromString(xml).dispose();
}

describe('a picture', () => {
  it('has bars as high as saturations, in the colours of their readings', () => {
    const drawing = svg([small], {});
    const healthy = bars(drawing, readingLooks.healthy.color);
    const [tail] = bars(drawing, readingLooks.tail.color);
    const [output] = bars(drawing, readingLooks.output.color);
    expect(healthy).toHaveLength(2);
    // 0.8, 0.5, 0.05 and 0.9 of one axis.
    const unit = healthy[0] / 0.8;
    expect(healthy[1] / unit).toBeCloseTo(0.5, 2);
    expect(tail / unit).toBeCloseTo(0.05, 2);
    expect(output / unit).toBeCloseTo(0.9, 2);
  });

  it('has the 95 % interval of a saturation as an error bar, and marks where a tail begins', () => {
    const interval = [0.6, 0.9] as const;
    const estimate = { standardError: 0.1, interval, bias: 0 };
    const known = {
      ...layer('b', 8, 10),
      uncertainty: {
        groups: 16,
        degreesOfFreedom: 15,
        saturation: estimate,
        intrinsicDimensionality: { ...estimate, interval: [6, 9] as const },
        effectiveRank: { ...estimate, interval: [6, 9] as const },
      },
    };
    const drawing = svg([run([layer('a', 10, 10), known, layer('c', 1, 20), layer('fc', 9, 10)])], {});
    // Upright strokes that are no axis: from 0.6 to 0.9 of what the first bar, at 1, is high.
    const upright = [...drawing.matchAll(/<path d="M([\d.]+) ([\d.]+)L\1 ([\d.]+)"/g)].map(
      ([, , from, to]) => [Number(from), Number(to)],
    );
    const [unit] = bars(drawing, readingLooks.narrow.color);
    const bottom = 400 - 32;
    expect(upright.map((ends) => ends.map((y) => Math.round((100 * (bottom - y)) / unit)))).toContainEqual([
      60, 90,
    ]);
    expect(drawing).toContain('tail below');
    expect(svg([small], { picture: { plot: 'heatmap' } })).not.toContain('tail below');
  });

  it('of a heatmap has numbers at the ends of its colour bar', () => {
    const texts = [...svg([small, small], { picture: { plot: 'heatmap' } }).matchAll(/<text[^>]*>([^<]*)</g)];
    expect(texts.map(([, text]) => text)).toEqual(expect.arrayContaining(['100 %', '0 %']));
  });

  it('of a heatmap keeps names that it cuts different', () => {
    const layers = Array.from({ length: 4 }, (_, i) =>
      layer(`bert.encoder.layer.${i}.attention.self.attention.output.dense`, 8, 10),
    );
    const drawing = svg([run(layers)], { picture: { plot: 'heatmap' } });
    const names = [...drawing.matchAll(/<text[^>]*>([^<]*…[^<]*)</g)].map(([, text]) => text);
    expect([names.length, new Set(names).size]).toEqual([4, 4]);
  });

  it.each(plots)('of %s is well-formed, says what it shows, and has text as text', (plot) => {
    for (const runs of [
      [small],
      [small, small],
      [many(1)],
      [many(300)],
      [run([invalidLayer('x', 4), layer('y', 1, 4)])],
    ]) {
      const drawing = svg(runs, {
        names: ['first', 'second'],
        embeddings: embeddingsOf(runs),
        picture: { plot },
      });
      expectWellFormed(drawing);
      expect(drawing).toMatch(/^<svg role="img" [^>]*><title>[^<]+<\/title><desc>[^<]+<\/desc>/);
      expect(drawing).toMatch(/<text [^>]*>[^<]*(first|layer by run)/);
    }
  });

  it.each(plots)('of %s shows names of any kind as text', (plot) => {
    const hostile = run(hostileNames.map((name) => layer(name, 4, 8)));
    const drawing = svg([hostile, hostile], {
      names: [...hostileNames.slice(0, 2)],
      embeddings: embeddingsOf([hostile], hostileNames),
      picture: { plot },
    });
    expectWellFormed(drawing);
    expect(drawing).not.toMatch(/<(script|img|a)\b/);
  });

  it.each(plots)('of %s is well-formed whatever characters a name has', (plot) => {
    const named = run(['a\ufffe', 'b\uffff', 'c\ud800', '\udc00d'].map((name) => layer(name, 4, 8)));
    const drawing = svg([named, named], {
      names: ['e\ufffe', 'f\ud800'],
      embeddings: embeddingsOf([named], ['g\uffff', 'h\ud800']),
      picture: { plot },
    });
    expectWellFormed(drawing);
    expect(drawing).not.toMatch(/[\ufffe\uffff]|\p{Cs}/u);
  });

  it.each(plots)('of %s leaves the prototype of all objects alone, whatever a name is', (plot) => {
    const keys = Reflect.ownKeys(Object.prototype);
    const named = run(['__proto__', 'constructor', 'toString'].map((name) => layer(name, 4, 8)));
    const drawing = svg([named, named, named], {
      names: ['constructor', '__proto__', 'valueOf'],
      embeddings: embeddingsOf([named], ['__proto__', 'constructor', 'toString']),
      picture: { plot },
    });
    expect(Reflect.ownKeys(Object.prototype)).toEqual(keys);
    expect(Object.keys(Object)).toEqual([]);
    for (const key in {}) expect.fail(`every object has ${key}`);
    if (plot !== 'spectrum') expect(drawing).toMatch(/>__proto__ ?<\/text>/);
  });

  it('is as wide as asked for, and drawn of the layers asked for', () => {
    expect(svg([small], { picture: { width: 500 } })).toMatch(/^<svg role="img" width="500" /);
    const drawing = svg([small], { picture: { layers: ['b', 'c'] } });
    expect(drawing).toMatch(/>b<\/text>/);
    expect(drawing).not.toMatch(/>a<\/text>/);
    expect(() => svg([small], { picture: { layers: ['nope'] } })).toThrow(
      new UserError('there is no layer nope to draw: delve report lists them'),
    );
    for (const width of [0, 100, 1e6, Number.NaN]) {
      expect(() => svg([small], { picture: { width } })).toThrow(/is no width of a picture/);
    }
  });
});

describe('a picture as PNG', () => {
  it.each([
    [96, 400],
    [192, 800],
    [300, 1250],
  ])('has at %i dpi so many pixels, and says so', async (dpi, pixels) => {
    const { width, density, format } = await sharp(
      await png([small], { picture: { width: 400, dpi } }),
    ).metadata();
    expect({ width, format }).toEqual({ width: pixels, format: 'png' });
    expect(Math.round(density ?? 0)).toBe(dpi);
  });

  it('is refused where it would not fit into memory', async () => {
    await expect(png([small], { picture: { dpi: 100_000 } })).rejects.toThrow(/is no resolution/);
  });

  it('has its words on a machine without fonts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'delve-fontless-'));
    try {
      const built = new URL('../../../dist/report/', import.meta.url);
      await writeFile(join(folder, 'run.json'), JSON.stringify(small));
      // Another process, since fonts are looked for once; its own fonts only, as in an empty container.
      const script = `
        import { readFileSync, writeFileSync } from 'node:fs';
        import { useBundledFont } from '${built}charts/bundledFont.js';
        await useBundledFont();
        const conf = readFileSync(process.env.FONTCONFIG_FILE, 'utf8').replace(/<dir>\\/(usr|System)[^<]*<\\/dir>/g, '');
        writeFileSync(process.env.FONTCONFIG_FILE, conf);
        const { png } = await import('${built}charts/png.js');
        const run = JSON.parse(readFileSync('run.json', 'utf8'));
        writeFileSync('a.png', await png([run], { names: ['WWWWWWWW'] }));
        writeFileSync('b.png', await png([run], { names: [' '] }));`;
      await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd: folder });
      // Dark pixels of the title's line, with and without the name in it.
      const ink = async (name: string) => {
        const title = sharp(join(folder, name)).extract({ left: 0, top: 0, width: 1900, height: 56 });
        const { data } = await title.greyscale().raw().toBuffer({ resolveWithObject: true });
        return data.reduce((sum, value) => sum + Number(value < 128), 0);
      };
      const [withName, without] = [await ink('a.png'), await ink('b.png')];
      expect(without).toBeGreaterThan(500);
      expect(withName).toBeGreaterThan(without + 500);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
