import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { delve } from '../support/commandLine.js';
import { lastingFolder } from '../support/folder.js';

/** Runs as released versions wrote them, byte for byte: never made again, or this test would say nothing. */
const SAVED = 'fixtures/runs-0.1.0/mnist-cnn';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);

/** Runs a command that must succeed. */
async function printed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await delve(args);
  expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
  return stdout;
}

describe('a run that version 0.1.0 saved', () => {
  it('is shown in every format, but for pictures', async () => {
    const formats = ['table', 'json', 'csv', 'markdown', 'html', 'delve-csv', 'npy', 'parquet'];
    await printed('report', SAVED, '--format', formats.join(','), '--output', at('reports'));
    const files = [
      'delve.csv',
      'npy',
      'report.csv',
      'report.html',
      'report.json',
      'report.md',
      'report.parquet',
    ];
    expect((await readdir(at('reports'))).sort()).toEqual([...files, 'report.txt']);
    const text = await readFile(at('reports/report.json'), 'utf8');
    const saved = JSON.parse(await readFile(`${SAVED}/run.json`, 'utf8'));
    // Its labels were only counted.
    const labels = { classes: 2, samples: 64, counts: saved.data.labels };
    const shown = JSON.parse(text);
    // Each layer with its reading beside what was saved.
    const layers = saved.layers.map((layer: object) => ({
      ...layer,
      reading: expect.any(String),
      reasons: expect.arrayContaining([expect.any(String)]),
      advice: expect.toSatisfy((advice) => advice === null || typeof advice === 'string'),
    }));
    expect(shown).toMatchObject({ ...saved, data: { ...saved.data, labels }, layers });
    expect(await readFile(at('reports/report.txt'), 'utf8')).toMatch(/layer6\.conv2 .* 12\.5 % +8\/64 /);
  });

  it('is cut again as it was cut when it was made, and known again in a copy', async () => {
    const { layers: cut } = JSON.parse(
      await printed('report', SAVED, '--threshold', '0.9', '--format', 'json'),
    );
    const { layers: saved } = JSON.parse(await readFile(`${SAVED}/run.json`, 'utf8'));
    // It was analyzed at two thresholds: what 0.1.0 counted at the second is what the cut has to give.
    for (const [index, { name, thresholds }] of saved.entries()) {
      const { saturation } = cut[index];
      expect([name, saturation]).toEqual([name, thresholds[1].saturation]);
    }
    await cp(SAVED, at('copy.delve'), { recursive: true });
    const merged = await delve(['merge', SAVED, at('copy.delve'), '--out', at('merged.delve')]);
    expect(merged.code).toBe(2);
    expect(merged.stderr).toContain('copy.delve');
  });

  it('is checked, as a run and as a baseline, and compared with a run of today', async () => {
    const model = ['fixtures/mnist-cnn.onnx', '--data', 'fixtures/mnist'];
    const settings = [
      '--max-samples',
      '64',
      '--in-order',
      '--threshold',
      '0.99,0.9',
      '--exclude',
      'layer5.*',
    ];
    await printed('analyze', ...model, ...settings, '--quiet', '--out', at('today.delve'));
    const bounds = ['--min-saturation', '0.1', '--max-drop', '0'];
    const baseline = ['--baseline', SAVED];
    expect(await printed('check', SAVED, '--min-saturation', '0.1')).toContain('17 layers');
    expect(await printed('check', at('today.delve'), ...bounds, ...baseline)).toContain('17 layers');

    const {
      layers,
      added,
      gone,
      settings: differing,
    } = JSON.parse(await printed('diff', SAVED, at('today.delve'), '--format', 'json'));
    expect([layers.length, added, gone, differing]).toEqual([17, [], [], []]);
    for (const { name, saturation } of layers) expect([name, saturation.change]).toEqual([name, 0]);
    for (const format of ['table', 'csv', 'markdown']) {
      expect(await printed('diff', SAVED, at('today.delve'), '--format', format)).toMatch(
        /layer6\.conv2|17 did not/,
      );
    }
  });
});
