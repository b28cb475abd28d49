import { describe, expect, it } from 'vitest';
import { report } from '../../../src/report/report.js';
import type { RunLayer } from '../../../src/run/schema.js';
import { displayWidth } from '../../../src/text/displayWidth.js';
import { invalidLayer, layer, run } from '../../support/runs.js';

const few = (name: string, observations: number, features: number): RunLayer =>
  layer(name, 1, features, {
    op: 'Gemm',
    observations,
    warnings: [`only ${observations} observations for ${features} features: use more data`],
  });

const network = run(
  [
    layer('stem', 31, 32),
    layer('layer1.conv1', 48, 64),
    layer('layer1.conv2', 32, 64, { warnings: ['2 of 64 features are dead (constant over the data)'] }),
    layer('layer2.conv1', 8, 256),
    invalidLayer('layer2.conv2', 256),
    layer('layer3.conv1', 10, 512),
    few('fc1', 497, 1024),
    few('fc2', 497, 512),
    layer('head', 9, 10, { op: 'Gemm' }),
  ],
  {
    data: {
      source: 'images/',
      reader: 'images',
      samples: 497,
      skipped: 3,
      skippedSamples: [{ origin: 'cat/1.png', reason: 'not an image' }],
    },
  },
);

const hostile = run(
  [
    layer('\u001b[31mred\u001b[0m\nnew line', 1, 2),
    layer('層'.repeat(60), 1, 2),
    layer(`${'very.long.name.'.repeat(20)}end`, 1, 2048, {
      observations: 123_456_789,
      warnings: ['w'.repeat(300)],
    }),
    invalidLayer(`nan.${'x'.repeat(200)}`, 100_000),
    layer('b', 1, 2),
  ],
  {
    model: { path: `${'/deep'.repeat(40)}/net.onnx`, sha256: '', producer: '', opset: 17 },
    data: { source: `data/${'x'.repeat(200)}\u001b[2J`, reader: 'npy', samples: 1e9, skipped: 0 },
  },
);

const lines = (text: string) => text.split('\n');
const widest = (text: string) => Math.max(...lines(text).map(displayWidth));

describe('the table', () => {
  it('reads like this', () => {
    expect(report(network)).toBe(`models/net.onnx
497 samples of images/ (images) · split eval
threshold 99 % · cpu · float64 · 3.1 s (160 samples/s)

layer         saturation                                   dim   obs.
────────────────────────────────────────────────────────────────────────────────
stem          ███████████████████████████████·  96.9 %   31/32  31.8k  narrow
layer1.conv1  ████████████████████████········  75.0 %   48/64  31.8k
layer1.conv2  ████████████████················  50.0 %   32/64  31.8k
layer2.conv1  █·······························   3.1 %   8/256  31.8k  tail
layer2.conv2  ································       -   -/256  31.8k  invalid
layer3.conv1  ▋·······························   2.0 %  10/512  31.8k  tail
fc1           ▏·······························   0.1 %  1/1024    497  uncertain
fc2           ▏·······························   0.2 %   1/512    497  uncertain
head          ████████████████████████████▊···  90.0 %    9/10  31.8k  output

! 3 samples were skipped, such as cat/1.png (not an image)
! \`layer1.conv2\`: 2 of 64 features are dead (constant over the data)
! \`layer2.conv2\`: invalid: NaN or Inf in its activations in batch 3
! \`fc1\`: only 497 observations for 1024 features: use more data (likewise \`fc2\`)

tail   = the longest run of last layers, output layers aside, each with a
         saturation below 30 % and below half the median of the layers before
         that run (at least two; below a quarter where the run is the longer
         part), as have all layers that follow it on any path; a block whose
         paths meet again counts as one; a layer with fewer inputs than features
         counts by the share of its inputs; here below 30.0 %
narrow = saturation of 90 % or more, with at least two features, where the
         design leaves the width open
output = no other layer lies between it and an output of the model: who reads
         that decides its width, so it is not judged

From \`layer2.conv1\` on, 2 layers use only 2–3 % of their features: the network
has stopped working there. Try removing them; larger inputs may help too, which
only training tells.
\`stem\` is narrow (97 % of its features in use): widening it may help, which only
training tells.
3 of 9 layers cannot be judged: see the remarks above.
`);
  });

  it.each([60, 80, 100, 120])('fits %d columns, whatever it is given', (width) => {
    for (const each of [network, hostile]) {
      expect(widest(report(each, { width }))).toBeLessThanOrEqual(width);
      expect(widest(report(each, { width, unicode: false }))).toBeLessThanOrEqual(width);
    }
  });

  it('fits 80 columns where no width is given, and takes no more than 120', () => {
    expect(widest(report(hostile))).toBe(80);
    expect(widest(report(hostile, { width: 500 }))).toBe(120);
  });

  it('has no escape codes and no stray line breaks without colour', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(report(hostile)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(report(hostile)).toContain('\\x1b[31mred\\x1b[0m\\nnew line');
  });

  it('says the same with colour as without', () => {
    const colored = report(network, { color: true });
    expect(colored).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(report(network));
  });

  it('is all ASCII on request', () => {
    expect(report(network, { unicode: false })).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('shortens long names in the middle, with a mark', () => {
    expect(report(hostile)).toMatch(/^very\.long\.n\S*…\S*name\.end {2}/m);
  });

  it('says how many directions a layer can have, where that is fewer than its features', () => {
    // A 3×3 convolution of one channel: nine numbers a position, so nine directions of sixteen features.
    const full = run([layer('stem', 9, 16, { rankLimit: 9 }), layer('conv', 3, 4, { rankLimit: 4 })]);
    const text = report(full);
    expect(text).toMatch(/^layer .* dim {2}max {3}obs\.$/m);
    expect(text).toMatch(/^stem .* 56\.3 % {2}9\/16 {4}9 {2}31\.8k/m);
    expect(text).toMatch(/^conv .* 3\/4 {7}31\.8k/m);
    expect(text).toContain('max    = the most directions that a layer can have');
    expect(report(run([layer('conv', 3, 4)]))).not.toMatch(/max/);
    expect(report(full, { format: 'markdown' })).toContain('| `stem` | Conv | 16 | 9 (max 9) | 56.3 % |');
  });

  it('shows the layers in the order of the run', () => {
    const text = report(network);
    const places = network.layers.map(({ name }) => text.indexOf(`\n${name} `));
    expect(places.every((place, i) => place > (places[i - 1] ?? 0))).toBe(true);
  });

  it('puts more runs than fit below each other, with one legend and advice on the last', () => {
    const names = Array.from({ length: 12 }, (_, i) => `run_${i}.delve`);
    const text = report(
      names.map(() => network),
      { names },
    );
    const places = names.map((name) => text.indexOf(`${name} (models/net.onnx)`));
    expect(places.every((place, i) => place > (places[i - 1] ?? -1))).toBe(true);
    expect(text.match(/^output = /gm)).toHaveLength(1);
    expect(text.indexOf('output = ')).toBeGreaterThan(places[11]);
    expect(text.match(/Try removing/g)).toHaveLength(1);
    expect(text).toContain('\nrun_11.delve: ');
  });

  it('names methods that are not as usual', () => {
    const { settings } = network;
    const text = report({
      ...network,
      settings: {
        ...settings,
        idimRule: 'delve-0.1.50',
        convMethod: 'max',
        sequenceMethod: 'flatten',
        linearMethod: 'flatten',
        interpolate: 32,
      },
    });
    expect(text.replaceAll('\n', ' ')).toContain(
      'threshold 99 % (rule delve) · convolutions max · sequences flatten · interpolated to 32 (linear) · cpu',
    );
  });
});

describe('remarks', () => {
  const flat = (text: string) => text.replace(/\n */g, ' ');

  it('gather layers with the same doubt', () => {
    expect(flat(report(network))).toContain(
      '! `fc1`: only 497 observations for 1024 features: use more data (likewise `fc2`)',
    );
    const same = run([layer('a', 1, 2, { warnings: ['odd'] }), layer('b', 1, 2, { warnings: ['odd'] })]);
    expect(report(same)).toContain('! `a` and `b`: odd\n');
  });

  it('tell where only the first samples of labelled data were used', () => {
    const labels = { classes: 2, samples: 100, counts: { a: 60, b: 40 } };
    const data = { source: 'd', reader: 'images', samples: 100, skipped: 0, available: 397, labels };
    const whole = run([layer('a', 1, 2)], { data });
    const cut = { ...whole, settings: { ...whole.settings, maxSamples: 100 } };
    expect(report(cut).replace(/\s+/g, ' ')).toContain(
      'only the first 100 of 397 samples were used, labelled a and b: labels that come later are missing',
    );
    expect(report(whole)).not.toContain('only the first');
  });

  it('tell what was skipped, and what random data is worth', () => {
    expect(report(network)).toContain('! 3 samples were skipped, such as cat/1.png (not an image)');
    const random = run([layer('a', 1, 2)], {
      data: { source: 'random:8', reader: 'random', samples: 8, skipped: 0 },
    });
    const warning = 'random data: the numbers say nothing about real use';
    expect(report(random)).toContain(`! ${warning}\n`);
    expect(report({ ...random, warnings: [warning] }).split('random data').length).toBe(2);
  });

  it('tell what could not be observed', () => {
    const text = report({
      ...network,
      notObservable: [{ node: '/if/Conv', op: 'Conv', reason: 'inside If' }],
    });
    expect(text).toContain('! not observed: /if/Conv (inside If); see `delve inspect`');
  });
});
