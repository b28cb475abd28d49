import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Embedding, readEmbedding } from '../../../src/run/files/embeddingFile.js';
import { writeRun } from '../../../src/run/files/writeRun.js';
import type { Run } from '../../../src/run/schema.js';
import { layer, run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

const ofSamples = (samples: number, names: readonly string[]): Run =>
  run(
    names.map((name) => layer(name, 2, 4)),
    { data: { source: 'x.npy', reader: 'npy', samples, skipped: 0 }, embedding: 'embedding.csv' },
  );

async function saved(embedding: Embedding, of: Run): Promise<string> {
  const dir = join(await temporaryDirectory(), 'net.delve');
  await writeRun(dir, of, { embedding });
  return dir;
}

describe('an embedding', () => {
  it('comes back to the last digit, whatever layers and labels are called', async () => {
    const embedding: Embedding = {
      labels: ['cat', undefined, 'a "b", c', 'two\r\nlines', ' hot;dog ', 'ß'],
      layers: new Map([
        ['conv,1', Float64Array.of(0.1, -0.2, 1e-300, 5e-324, 1 / 3, -1e21, 0, 7, Math.PI, 1, 2, 3)],
        ['say "fc"', Float64Array.from({ length: 12 }, (_, i) => (i < 2 ? Number.NaN : i))],
      ]),
    };
    const whole = ofSamples(6, ['conv,1', 'left out', 'say "fc"']);
    const dir = await saved(embedding, whole);
    expect(await readEmbedding(dir, whole)).toEqual(embedding);
    expect(await readEmbedding(join(dir, 'run.json'), whole)).toEqual(embedding);
  });

  it('of more samples than memory holds is refused before anything is allocated', async () => {
    const layers = new Map([['fc', Float64Array.of(0.5, -1)]]);
    const dir = await saved({ labels: ['a'], layers }, ofSamples(1, ['fc']));
    for (const samples of [2 ** 40, 2 ** 53 - 1]) {
      await expect(readEmbedding(dir, ofSamples(samples, ['fc']))).rejects.toThrow(
        /the embedding of \d+ samples, as many as the run tells, takes .* check data\.samples in run\.json/,
      );
    }
  });

  it('is a table of CRLF lines, with empty cells for what is not there', async () => {
    const layers = new Map([['fc', Float64Array.of(0.5, -1, Number.NaN, Number.NaN)]]);
    const dir = await saved({ labels: ['a', undefined], layers }, ofSamples(2, ['fc']));
    expect(await readFile(join(dir, 'embedding.csv'), 'utf8')).toBe(
      'layer,sample,label,x,y\r\nfc,0,a,0.5,-1\r\nfc,1,,,\r\n',
    );
  });

  it('may be of more samples than are written or read at one go', async () => {
    const samples = 40_001;
    const coordinates = Float64Array.from({ length: samples * 2 }, (_, i) => Math.sin(i));
    const embedding = {
      labels: Array.from({ length: samples }, (_, i) => `${i % 10}`),
      layers: new Map([['fc', coordinates]]),
    };
    const whole = ofSamples(samples, ['fc']);
    expect(await readEmbedding(await saved(embedding, whole), whole)).toEqual(embedding);
  });
});

describe('a file that is not the embedding of this run', () => {
  const header = 'layer,sample,label,x,y\r\n';
  it.each([
    ['', 'line 1 should be layer,sample,label,x,y'],
    ['layer,x,y\r\nfc,1,2\r\n', 'line 1 should be layer,sample,label,x,y'],
    [`${header}fc,0,a,1,2\r\n`, 'layer fc has 1 samples of 2'],
    [`${header}fc,0,a,1,2\r\nfc,1,a,1\r\n`, 'line 3 has 4 cells instead of 5'],
    [`${header}fc,0,a,1,2\r\nfc,2,a,1,2\r\n`, 'line 3 is of sample 2, which does not stand here'],
    [`${header}fc,0,a,1,2\r\nfc,1,a,1,2\r\nfc,2,a,1,2\r\n`, 'line 4 is of sample 2'],
    [`${header}fc,0,a,1,two\r\n`, 'line 2 holds two, which is not a number'],
    [`${header}stem,0,a,1,2\r\n`, 'line 2 is of layer stem, which the run does not have'],
    [
      `${header}${['fc', 'out', 'fc'].map((name) => `${name},0,,1,2\r\n${name},1,,1,2\r\n`).join('')}`,
      'line 6 is of layer fc, which came before',
    ],
  ])('%j is refused in words', async (text, fault) => {
    const whole = ofSamples(2, ['fc', 'out']);
    const dir = await saved({ labels: [], layers: new Map() }, whole);
    await writeFile(join(dir, 'embedding.csv'), text);
    await expect(readEmbedding(dir, whole)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(fault),
    });
  });

  it('a run without one says which option makes it', async () => {
    const dir = join(await temporaryDirectory(), 'net.delve');
    await writeRun(dir, ofSamples(2, ['fc']));
    await expect(readEmbedding(dir, ofSamples(2, ['fc']))).rejects.toThrow(
      `the run ${dir} has no embedding.csv: analyze again with --embedding`,
    );
  });
});
