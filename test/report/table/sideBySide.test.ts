import { describe, expect, it } from 'vitest';
import { report } from '../../../src/report/report.js';
import { displayWidth } from '../../../src/text/displayWidth.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const epoch = (last: number, ...more: ReturnType<typeof layer>[]) =>
  run([layer('conv1', 6, 8), layer('conv2', 5, 8), ...more, layer('conv3', last, 8), layer('fc', 2, 2)]);

describe('several runs in the terminal', () => {
  it('stand side by side, with the change, one legend and advice on the last', () => {
    const runs = [epoch(4, layer('old', 1, 8)), epoch(3, invalidLayer('nan', 4)), epoch(1)];
    const names = ['runs/epoch_0.delve', 'runs/epoch_1.delve', 'runs/epoch_2.delve'];
    const lines = report(runs, { names }).split('\n');
    expect(lines.slice(0, 12)).toEqual([
      'runs/epoch_0.delve · 497 samples of images/ · eval · threshold 99 %',
      'runs/epoch_1.delve · 497 samples of images/ · eval · threshold 99 %',
      'runs/epoch_2.delve · 497 samples of images/ · eval · threshold 99 %',
      '',
      'layer  epoch_0  epoch_1  epoch_2      Δ',
      '───────────────────────────────────────────────',
      'conv1   75.0 %   75.0 %   75.0 %    0.0',
      'conv2   62.5 %   62.5 %   62.5 %    0.0',
      'conv3   50.0 %   37.5 %   12.5 %  -37.5  tail',
      'fc     100.0 %  100.0 %  100.0 %    0.0  output',
      'nan                   -               -  gone',
      'old     12.5 %                        -  gone',
    ]);
    const text = lines.join('\n');
    expect(text).toContain('! epoch_1: `nan`: invalid: NaN or Inf');
    expect(text.match(/^(tail|output) +=/gm)).toEqual(['tail   =', 'output =']);
    expect(text).toContain('\nruns/epoch_2.delve: The last layer before the output, `conv3`, uses only 13 %');
  });

  it('say once what is true of all, and of which run what differs', () => {
    const random = { ...epoch(4), warnings: ['random data'] };
    const other = { ...random, settings: { ...random.settings, threshold: 0.9 } };
    const text = report([random, other], { names: ['a', 'b'] });
    expect(text.match(/^! .*/gm)).toEqual([
      '! random data',
      '! b: threshold was 0.99 and is 0.9: the numbers do not mean the same',
    ]);
  });

  it('fit the width, and names that are cut stay different, of layers as of runs', () => {
    const layers = ['query', 'value'].flatMap((end) =>
      [0, 1].map((i) => layer(`bert.encoder.layer.${i}.attention.self.attention.${end}`, 1, 8)),
    );
    const names = [1, 2, 3].map((i) => `very/long/path/learning_rate_0.00${i}_of_the_second_sweep.delve`);
    for (const width of [80, 120]) {
      const text = report([run(layers), run(layers), run(layers)], { names, width });
      expect(Math.max(...text.split('\n').map(displayWidth))).toBeLessThanOrEqual(width);
      const rows = text.split('\n').filter((line) => / 12\.5 %/.test(line));
      expect(rows).toHaveLength(4);
      expect(new Set(rows.map((row) => row.split('  ')[0])).size).toBe(4);
      const [head = ''] = text.split('\n').filter((line) => line.startsWith('layer'));
      expect(new Set(head.trim().split(/ {2,}/)).size).toBe(5);
    }
  });

  it('are told apart where their names are the same', () => {
    const names = ['a/net.delve', 'b/net.delve'];
    expect(report([epoch(4), epoch(4)], { names })).toMatch(/^layer +a\/net\.delve +b\/net\.delve +Δ$/m);
    expect(report([epoch(4), epoch(4)])).toMatch(/^layer +net\.onnx #1 +net\.onnx #2 +Δ$/m);
  });

  it('are all ASCII on request, and say the same with colour as without', () => {
    const runs = [epoch(4), epoch(1)];
    expect(report(runs, { unicode: false })).toMatch(/^[\x20-\x7e\n]*$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    expect(report(runs, { color: true }).replace(/\u001b\[\d+m/g, '')).toBe(report(runs));
  });
});
