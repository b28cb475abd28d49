import { readFile } from 'node:fs/promises';
import { get, request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { givenRuns } from '../../../src/job/watch/givenRuns.js';
import { filledIn, runHook } from '../../../src/job/watch/hook.js';
import { LivePage, type LiveRuns } from '../../../src/job/watch/livePage.js';
import { requireAllAnalysed } from '../../../src/job/watch/requireAllAnalysed.js';
import { Series, type SeriesEntry } from '../../../src/job/watch/series.js';
import { writeRun } from '../../../src/run/files/writeRun.js';
import { layer, run } from '../../support/runs.js';
import { temporaryDirectory } from '../../support/temporaryDirectory.js';

const plain = run([layer('a', 1, 4)]);
const ofSplit = (split: string) => run([layer('a', 1, 4)], { settings: { ...plain.settings, split } });
const entry = (file: string, step: number, more: Partial<SeriesEntry> = {}): SeriesEntry => ({
  ...{ file, step, size: 1, modified: 2, runs: [], verdict: 'none' },
  ...more,
});

/** A series of two checkpoints, on two splits each. */
async function seriesIn(folder: string): Promise<void> {
  const series = await Series.open(folder, {});
  for (const [name, step] of [
    ['b', 2],
    ['a', 1],
  ] as const) {
    await writeRun(join(folder, `${name}.delve`), ofSplit('eval'));
    await writeRun(join(folder, `${name}.train.delve`), ofSplit('train'));
    await series.record(entry(`${name}.onnx`, step, { runs: [`${name}.delve`, `${name}.train.delve`] }));
  }
}

describe('runs that are given', () => {
  it('are those of a series by their steps, or of one split', async () => {
    const folder = join(await temporaryDirectory(), 's');
    await seriesIn(folder);
    const all = await givenRuns([folder]);
    expect(all.names).toEqual(['a', 'a.train', 'b', 'b.train']);
    expect(all.steps).toEqual([1, 1, 2, 2]);
    expect(all.folders).toEqual(all.names.map((name) => join(folder, `${name}.delve`)));
    const trained = await givenRuns([folder], 'train');
    expect([trained.names, trained.steps]).toEqual([
      ['a.train', 'b.train'],
      [1, 2],
    ]);
    expect(trained.runs.map(({ settings }) => settings.split)).toEqual(['train', 'train']);
    await expect(givenRuns([folder], 'test')).rejects.toThrow(
      '--split test: there is no run of it here; there are eval and train',
    );
  });

  it('are single runs beside a series, which then have no steps together', async () => {
    const folder = await temporaryDirectory();
    await seriesIn(join(folder, 's'));
    await writeRun(join(folder, 'one.delve'), plain);
    const both = await givenRuns([join(folder, 'one.delve'), join(folder, 's')], 'eval');
    expect(both.names).toEqual([join(folder, 'one.delve'), join(folder, 's', 'a'), join(folder, 's', 'b')]);
    expect(both).not.toHaveProperty('steps');
  });

  it('are some: a series without a run is an error', async () => {
    const folder = join(await temporaryDirectory(), 's');
    const series = await Series.open(folder, {});
    await series.record(entry('a.onnx', 1, { verdict: 'error', error: 'is broken' }));
    await expect(givenRuns([folder])).rejects.toThrow(`the series in ${folder} has no run yet`);
  });
});

describe('a series whose checkpoints were all analysed', () => {
  it('has some, and none that is broken', () => {
    requireAllAnalysed([entry('a', 1), entry('b', 2)]);
    expect(() => requireAllAnalysed([])).toThrow('there is no checkpoint to analyse');
    const broken = (file: string) => entry(file, 1, { error: `${file} is broken` });
    expect(() => requireAllAnalysed([entry('a', 1), broken('b')])).toThrow(
      /^b could not be analysed: b is broken$/,
    );
    expect(() => requireAllAnalysed([broken('b'), entry('a', 1), broken('c')])).toThrow(
      '2 checkpoints could not be analysed (b, c): b is broken',
    );
  });
});

describe('a series reads', () => {
  it('what is there of the runs of one checkpoint, and of a split', async () => {
    const folder = join(await temporaryDirectory(), 's');
    await seriesIn(folder);
    const series = await Series.read(folder);
    await series?.record(entry('c.onnx', 3, { runs: ['gone.delve'] }));
    expect((await series?.runsOf('b.onnx'))?.map(({ name, step, file }) => [name, step, file])).toEqual([
      ['b', 2, 'b.onnx'],
      ['b.train', 2, 'b.onnx'],
    ]);
    expect((await series?.runs('eval'))?.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(await Series.read(await temporaryDirectory())).toBeUndefined();
  });
});

describe('the hook', () => {
  const values = { step: '3', verdict: 'pass', run: '/s/a.delve', checkpoint: 'a b.onnx' };

  it('quotes as the shell of the system wants it', () => {
    expect(filledIn('x {checkpoint} {run}', values, 'win32')).toBe('x "a b.onnx" /s/a.delve');
    expect(filledIn('x {verdict}', { ...values, verdict: '"50%"' }, 'win32')).toBe('x "50"');
  });

  it.skipIf(process.platform === 'win32')(
    'runs with the values, in place and by name, and tells how it ended',
    async () => {
      const file = join(await temporaryDirectory(), 'out');
      const command = `printf %s "$DELVE_STEP $DELVE_VERDICT $DELVE_RUN $DELVE_CHECKPOINT" {checkpoint} > ${file}`;
      expect(await runHook(command, values, undefined)).toBeUndefined();
      expect(await readFile(file, 'utf8')).toBe('3 pass /s/a.delve a b.onnxa b.onnx');
      expect(await runHook('exit 4', values, undefined)).toBe('--exec ended with exit code 4');
      expect(await runHook('kill -9 $$', values, undefined)).toBe('--exec ended with SIGKILL');
      expect(await runHook('exit 0', values, AbortSignal.abort())).toMatch(/^--exec could not be run: /);
    },
  );
});

describe('the live page', () => {
  async function opened(read: () => Promise<LiveRuns>) {
    const page = await LivePage.open(0, read);
    onTestFinished(() => page.close());
    return page;
  }
  const none = async (): Promise<LiveRuns> => ({ runs: [], options: {} });
  const answer = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number | undefined; type: string | undefined; text: string }>((resolve, reject) => {
      request(url, { method, headers }, (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode, type: response.headers['content-type'], text }),
        );
      })
        .on('error', reject)
        .end();
    });

  it('waits for the first checkpoint, then shows the runs, as a page and as data', async () => {
    let runs: LiveRuns['runs'] = [];
    const page = await opened(async () => ({ runs, options: { names: ['a'] } }));
    expect(await answer(page.url)).toMatchObject({
      status: 200,
      text: expect.stringContaining('Waiting for the first checkpoint'),
    });
    runs = [plain];
    const { text, type } = await answer(`${page.url}/`);
    expect([type, text.includes('<html')]).toEqual(['text/html; charset=utf-8', true]);
    const data = await answer(`${page.url}/data`);
    expect(data.type).toBe('application/json');
    expect(JSON.stringify(JSON.parse(data.text))).toContain('"a"');
  });

  it('is for this machine only, to be looked at, and has no other places', async () => {
    const page = await opened(none);
    const port = new URL(page.url).port;
    expect((await answer(page.url, { host: `localhost:${port}` })).status).toBe(200);
    expect((await answer(page.url, { host: 'evil.example' })).status).toBe(403);
    expect((await answer(page.url, { host: `evil.example:${port}` })).status).toBe(403);
    expect((await answer(page.url, {}, 'POST')).status).toBe(405);
    expect((await answer(`${page.url}/etc`)).status).toBe(404);
  });

  it('tells every open page when there is more', async () => {
    const page = await opened(none);
    const seen = new Promise<string>((resolve) => {
      get(`${page.url}/events`, (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
          if (text === ': delve watch\n\n') page.update();
          if (text.includes('data:')) resolve(text);
        });
      });
    });
    expect(await seen).toBe(': delve watch\n\ndata: more\n\n');
  });

  it('says so where it cannot be read, or its port is taken', async () => {
    const page = await opened(async () => {
      throw new Error('gone');
    });
    expect((await answer(page.url)).status).toBe(500);
    const port = Number(new URL(page.url).port);
    await expect(LivePage.open(port, none)).rejects.toThrow(`--port ${port} cannot be listened on (`);
  });
});
