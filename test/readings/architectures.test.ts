import { describe, expect, it } from 'vitest';
import type { ModelFile } from '../../src/onnx/modelFile.js';
import { readLayers } from '../../src/readings/layerReadings.js';
import type { ReadingKind } from '../../src/readings/reading.js';
import { Architecture, runOf } from '../support/architecture.js';

/** For each layer its saturation in per cent, and how it is to be read. */
type Expected = Readonly<Record<string, readonly [percent: number, kind: ReadingKind]>>;
type Case = readonly [
  name: string,
  build: (net: Architecture) => readonly [file: ModelFile, expected: Expected],
];

const image = (net: Architecture) => net.input('x', 3, 32, 32);
const pooled = (net: Architecture, from: string) => net.op('Flatten', [net.op('GlobalAveragePool', [from])]);

const cases: readonly Case[] = [
  [
    'a chain: the last layers are low, and nothing else follows them but the output',
    (net) => {
      let x = net.relu(net.conv('c1', image(net), 3, 16));
      for (const i of [2, 3, 4, 5]) x = net.relu(net.conv(`c${i}`, x, 16, 16));
      const file = net.file([net.dense('fc', pooled(net, x), 16, 10)]);
      return [
        file,
        {
          c1: [81, 'healthy'],
          c2: [69, 'healthy'],
          c3: [62, 'healthy'],
          c4: [6, 'tail'],
          c5: [6, 'tail'],
          fc: [90, 'output'],
        },
      ];
    },
  ],
  [
    'a ResNet of basic blocks: the block counts, though its shortcut, which stands last, is at work',
    (net) => {
      const stem = net.relu(net.conv('stem', image(net), 3, 16));
      const a = net.conv('l1.conv2', net.relu(net.conv('l1.conv1', stem, 16, 16)), 16, 16);
      const one = net.relu(net.op('Add', [a, stem]));
      const b = net.conv('l2.conv2', net.relu(net.conv('l2.conv1', one, 16, 32, { stride: 2 })), 32, 32);
      const two = net.relu(net.op('Add', [b, net.conv('l2.down', one, 16, 32, { kernel: 1, stride: 2 })]));
      return [
        net.file([net.dense('fc', pooled(net, two), 32, 10)]),
        {
          stem: [75, 'healthy'],
          'l1.conv1': [69, 'healthy'],
          'l1.conv2': [62, 'healthy'],
          'l2.conv1': [6, 'tail'],
          'l2.conv2': [6, 'tail'],
          // 13 of 32; it can have 16, so that alone it would be far from low.
          'l2.down': [40, 'tail'],
          fc: [80, 'output'],
        },
      ];
    },
  ],
  [
    'a ResNet of bottleneck blocks: what widens a narrow layer again counts by what that lets through',
    (net) => {
      let x = net.relu(net.conv('stem', image(net), 3, 64));
      for (const block of ['b1', 'b2', 'b3']) {
        const y = net.relu(net.conv(`${block}.c1`, x, 64, 16, { kernel: 1 }));
        const z = net.relu(net.conv(`${block}.c2`, y, 16, 16));
        x = net.relu(net.op('Add', [net.conv(`${block}.c3`, z, 16, 64, { kernel: 1 }), x]));
      }
      return [
        net.file([net.dense('fc', pooled(net, x), 64, 10)]),
        {
          // 27 of 64 features is all that 3×3 pixels of three colours allow: 19 are 70 % of that.
          stem: [30, 'healthy'],
          // Nothing fixes the width of the reduction but whoever chose it: widening is open.
          'b1.c1': [94, 'narrow'],
          'b1.c2': [75, 'healthy'],
          // 16 of 64: all that its 16 inputs allow.
          'b1.c3': [25, 'healthy'],
          'b2.c1': [62, 'healthy'],
          'b2.c2': [69, 'healthy'],
          'b2.c3': [19, 'healthy'],
          'b3.c1': [6, 'tail'],
          'b3.c2': [6, 'tail'],
          'b3.c3': [2, 'tail'],
          fc: [80, 'output'],
        },
      ];
    },
  ],
  [
    'MobileNetV2: projections and depthwise convolutions are full by design, expansions cannot be',
    (net) => {
      let x = net.conv('stem', image(net), 3, 16);
      for (const block of ['b1', 'b2']) {
        const wide = net.op('Clip', [net.conv(`${block}.expand`, x, 16, 64, { kernel: 1 })]);
        const deep = net.op('Clip', [net.conv(`${block}.depth`, wide, 64, 64, { groups: 64 })]);
        x = net.op('Add', [net.conv(`${block}.project`, deep, 64, 16, { kernel: 1 }), x]);
      }
      const head = net.op('Clip', [net.conv('head', x, 16, 64, { kernel: 1 })]);
      return [
        net.file([net.dense('fc', pooled(net, head), 64, 10)]),
        {
          stem: [88, 'healthy'],
          'b1.expand': [25, 'healthy'],
          'b1.depth': [95, 'by design'],
          'b1.project': [100, 'by design'],
          'b2.expand': [22, 'healthy'],
          'b2.depth': [70, 'healthy'],
          'b2.project': [94, 'by design'],
          head: [25, 'healthy'],
          fc: [90, 'output'],
        },
      ];
    },
  ],
  [
    'squeeze-and-excitation: the two layers of the gate are as wide as was chosen, and on no way to the output',
    (net) => {
      const c1 = net.relu(net.conv('c1', image(net), 3, 32));
      const c2 = net.conv('c2', c1, 32, 32);
      const squeezed = net.relu(net.conv('squeeze', net.op('GlobalAveragePool', [c2]), 32, 4, { kernel: 1 }));
      const gate = net.op('Sigmoid', [net.conv('excite', squeezed, 4, 32, { kernel: 1 })]);
      const c3 = net.relu(net.conv('c3', net.op('Mul', [c2, gate]), 32, 32));
      return [
        net.file([net.dense('fc', pooled(net, c3), 32, 10)]),
        {
          c1: [60, 'healthy'],
          c2: [50, 'healthy'],
          squeeze: [100, 'by design'],
          excite: [9, 'healthy'],
          c3: [9, 'tail'],
          fc: [90, 'output'],
        },
      ];
    },
  ],
  [
    'a U-Net: a decoder is low since it enlarges, and its deepest layers work for it',
    (net) => {
      const e1 = net.relu(net.conv('e1', image(net), 3, 16));
      const e2 = net.relu(
        net.conv('e2', net.op('MaxPool', [e1], { kernel_shape: [2n, 2n], strides: [2n, 2n] }), 16, 32),
      );
      const mid = net.relu(
        net.conv('mid', net.op('MaxPool', [e2], { kernel_shape: [2n, 2n], strides: [2n, 2n] }), 32, 64),
      );
      const d2 = net.relu(
        net.conv('d2', net.op('Concat', [net.up('up2', mid, 64, 32), e2], { axis: 1n }), 64, 32),
      );
      const d1 = net.relu(
        net.conv('d1', net.op('Concat', [net.up('up1', d2, 32, 16), e1], { axis: 1n }), 32, 16),
      );
      return [
        net.file([net.conv('mask', d1, 16, 2, { kernel: 1 })]),
        {
          e1: [75, 'healthy'],
          e2: [66, 'healthy'],
          mid: [5, 'healthy'],
          up2: [6, 'healthy'],
          d2: [6, 'healthy'],
          up1: [6, 'healthy'],
          d1: [6, 'healthy'],
          mask: [50, 'output'],
        },
      ];
    },
  ],
  [
    'a detector with two heads: both ends are outputs, wherever they stand in the list',
    (net) => {
      const c1 = net.relu(net.conv('c1', image(net), 3, 16));
      const c2 = net.relu(net.conv('c2', c1, 16, 16));
      const cls = net.conv('cls.out', net.relu(net.conv('cls.hidden', c2, 16, 16)), 16, 20);
      const box = net.conv('box.out', net.relu(net.conv('box.hidden', c2, 16, 16)), 16, 4);
      return [
        net.file([net.op('Concat', [cls, box], { axis: 1n })]),
        {
          c1: [75, 'healthy'],
          c2: [69, 'healthy'],
          'cls.hidden': [56, 'healthy'],
          'cls.out': [5, 'output'],
          'box.hidden': [50, 'healthy'],
          'box.out': [100, 'output'],
        },
      ];
    },
  ],
  [
    'a face detector of three levels with three heads each: nine outputs, and a low backbone that the levels work on',
    (net) => {
      const c1 = net.relu(net.conv('c1', image(net), 3, 16));
      const c2 = net.relu(net.conv('c2', c1, 16, 32, { stride: 2 }));
      const c3 = net.relu(net.conv('c3', c2, 32, 64, { stride: 2 }));
      const c4 = net.relu(net.conv('c4', c3, 64, 64, { stride: 2 }));
      const p4 = net.relu(net.conv('fpn.4', c4, 64, 16, { kernel: 1 }));
      const up = (from: string) => net.op('Resize', [from, '', net.constant([4])]);
      const p3 = net.op('Add', [net.conv('fpn.3', c3, 64, 16, { kernel: 1 }), up(p4)]);
      const merged = net.relu(net.conv('merge.3', p3, 16, 16));
      const p2 = net.op('Add', [net.conv('fpn.2', c2, 32, 16, { kernel: 1 }), up(merged)]);
      const levels = [net.relu(net.conv('merge.2', p2, 16, 16)), merged, p4];
      const outputs = (['class', 'box', 'points'] as const).map((kind) => {
        const rows = levels.map((level, i) => {
          const head = net.conv(`${kind}.${i}`, level, 16, kind === 'class' ? 4 : 8, { kernel: 1 });
          return net.op('Reshape', [net.op('Transpose', [head]), net.constant([3])]);
        });
        return net.op('Concat', rows, { axis: 1n });
      });
      const heads = ['class', 'box', 'points'].flatMap((kind) =>
        levels.map((_, i) => [`${kind}.${i}`, [kind === 'class' ? 100 : 12, 'output']] as const),
      );
      return [
        net.file([net.op('Softmax', [outputs[0]]), outputs[1], outputs[2]]),
        {
          c1: [75, 'healthy'],
          c2: [62, 'healthy'],
          c3: [16, 'healthy'],
          c4: [5, 'healthy'],
          'fpn.4': [62, 'healthy'],
          'fpn.3': [62, 'healthy'],
          'merge.3': [50, 'healthy'],
          'fpn.2': [62, 'healthy'],
          'merge.2': [69, 'healthy'],
          ...Object.fromEntries(heads),
        },
      ];
    },
  ],
  [
    'a YOLO head with a fixed convolution that decodes bins: what is fed to it is the output',
    (net) => {
      const c1 = net.relu(net.conv('c1', image(net), 3, 16));
      const p3 = net.relu(net.conv('p3', c1, 16, 16));
      const p4 = net.relu(net.conv('p4', p3, 16, 16, { stride: 2 }));
      const merged = net.op('Concat', [net.op('Resize', [p4, '', net.constant([4])]), p3], { axis: 1n });
      const neck = net.relu(net.conv('neck', merged, 32, 16));
      const box = net.conv('box', neck, 16, 16, { kernel: 1 });
      const decoded = net.op('Reshape', [
        net.conv('dfl', net.op('Softmax', [box]), 16, 1, { kernel: 1, counts: true }),
        net.constant([3]),
      ]);
      const cls = net.conv('cls', net.relu(net.conv('cls.hidden', neck, 16, 16)), 16, 8, { kernel: 1 });
      return [
        net.file([net.op('Concat', [decoded, net.op('Sigmoid', [cls])], { axis: 1n })]),
        {
          c1: [75, 'healthy'],
          p3: [69, 'healthy'],
          // Low, but the neck that enlarges its maps works on.
          p4: [6, 'healthy'],
          neck: [6, 'healthy'],
          box: [25, 'output'],
          dfl: [100, 'output'],
          'cls.hidden': [6, 'healthy'],
          cls: [12, 'output'],
        },
      ];
    },
  ],
  ...([4, 60] as const).map(
    (other): Case => [
      `Siamese branches of one weight, the other one's last layer at ${other} %: both are a tail or none is`,
      (net) => {
        const branch = (name: string, weightOf?: string) => {
          const shared = (layer: string) => (weightOf ? { weightOf: `${weightOf}.${layer}` } : {});
          const c1 = net.relu(net.conv(`${name}.c1`, net.input(`x${name}`, 3, 32, 32), 3, 32, shared('c1')));
          const c2 = net.relu(net.conv(`${name}.c2`, c1, 32, 32, shared('c2')));
          return pooled(net, net.relu(net.conv(`${name}.c3`, c2, 32, 32, shared('c3'))));
        };
        const distance = net.op('Abs', [net.op('Sub', [branch('a'), branch('b', 'a')])]);
        const kind = other === 4 ? 'tail' : 'healthy';
        return [
          net.file([net.dense('same', distance, 32, 1)]),
          {
            'a.c1': [62, 'healthy'],
            'a.c2': [62, 'healthy'],
            'a.c3': [4, kind],
            'b.c1': [62, 'healthy'],
            'b.c2': [62, 'healthy'],
            'b.c3': [other, kind],
            same: [100, 'output'],
          },
        ];
      },
    ],
  ),
  [
    'an encoder-only transformer: the stream is handed out, so that its last writer alone is an output',
    (net) => {
      let x = net.tokens('embed', net.input('x', 't', 16), 16, 32);
      for (const block of ['b1', 'b2']) {
        x = net.op('Add', [attention(net, `${block}.attn`, x, x), x]);
        const hidden = net.op('Gelu', [net.tokens(`${block}.fc1`, x, 32, 64)]);
        x = net.op('Add', [net.tokens(`${block}.fc2`, hidden, 64, 32), x]);
      }
      return [
        net.file([net.op('LayerNormalization', [x, net.constant([32])])]),
        {
          embed: [44, 'healthy'],
          'b1.attn.q': [94, 'by design'],
          'b1.attn.k': [97, 'by design'],
          'b1.attn.v': [80, 'healthy'],
          'b1.attn.proj': [62, 'healthy'],
          // 64 features from 32 inputs: half is the most.
          'b1.fc1': [45, 'healthy'],
          'b1.fc2': [66, 'healthy'],
          'b2.attn.q': [6, 'tail'],
          'b2.attn.k': [6, 'tail'],
          'b2.attn.v': [6, 'tail'],
          'b2.attn.proj': [6, 'tail'],
          'b2.fc1': [3, 'tail'],
          'b2.fc2': [6, 'output'],
        },
      ];
    },
  ],
  [
    'an encoder and a decoder: a low encoder is no tail, since the decoder that reads it works',
    (net) => {
      const embed = net.tokens('enc.embed', net.input('x', 't', 32), 32, 32);
      const attended = net.op('Add', [attention(net, 'enc.attn', embed, embed), embed]);
      const memory = net.op('Add', [net.tokens('enc.fc', attended, 32, 32), attended]);
      const start = net.tokens('dec.embed', net.input('y', 's', 32), 32, 32);
      const own = net.op('Add', [attention(net, 'dec.self', start, start), start]);
      const crossed = net.op('Add', [attention(net, 'dec.cross', own, memory), own]);
      const out = net.op('Add', [net.tokens('dec.fc', crossed, 32, 32), crossed]);
      const rows = (name: string, kind: ReadingKind, percent: number): Expected => ({
        [`${name}.q`]: [percent, kind],
        [`${name}.k`]: [percent, kind],
        [`${name}.v`]: [percent, kind],
        [`${name}.proj`]: [percent, 'healthy'],
      });
      return [
        net.file([net.tokens('logits', out, 32, 100)]),
        {
          'enc.embed': [50, 'healthy'],
          ...rows('enc.attn', 'healthy', 6),
          'enc.fc': [6, 'healthy'],
          'dec.embed': [50, 'healthy'],
          ...rows('dec.self', 'healthy', 50),
          ...rows('dec.cross', 'healthy', 50),
          'dec.fc': [50, 'healthy'],
          logits: [30, 'output'],
        },
      ];
    },
  ],
  [
    'an LSTM tagger: a chain over time',
    (net) => {
      let x = net.input('x', 't', 16);
      for (const i of [1, 2, 3])
        x = net.op('Squeeze', [net.lstm(`lstm${i}`, x, i === 1 ? 16 : 32, 32), net.constant([1])]);
      return [
        net.file([net.tokens('tag', x, 32, 9)]),
        { lstm1: [62, 'healthy'], lstm2: [50, 'healthy'], lstm3: [9, 'tail'], tag: [78, 'output'] },
      ];
    },
  ],
  [
    'an autoencoder: the code is full by design, and the decoder low because of it',
    (net) => {
      const e1 = net.relu(net.dense('e1', net.input('x', 64), 64, 48));
      const e2 = net.relu(net.dense('e2', e1, 48, 32));
      const code = net.dense('code', e2, 32, 4);
      const d1 = net.dense('d1', code, 4, 32);
      const d2 = net.relu(net.dense('d2', net.relu(d1), 32, 48));
      return [
        net.file([net.dense('out', d2, 48, 64)]),
        {
          e1: [75, 'healthy'],
          e2: [66, 'healthy'],
          code: [100, 'by design'],
          // 4 of 32: all that the code lets through.
          d1: [12, 'healthy'],
          d2: [10, 'healthy'],
          out: [8, 'output'],
        },
      ];
    },
  ],
  [
    'a GAN generator: the layer before the colours is low since it enlarges',
    (net) => {
      const start = net.relu(net.dense('fc', net.input('z', 32), 32, 512));
      const maps = net.op('Reshape', [start, net.constant([4])]);
      const up1 = net.relu(net.up('up1', maps, 32, 32));
      const up2 = net.relu(net.up('up2', up1, 32, 16));
      const last = net.relu(net.conv('last', up2, 16, 16));
      return [
        net.file([net.op('Tanh', [net.conv('rgb', last, 16, 3, { kernel: 1 })])]),
        {
          fc: [6, 'healthy'],
          up1: [75, 'healthy'],
          up2: [62, 'healthy'],
          last: [6, 'healthy'],
          rgb: [100, 'output'],
        },
      ];
    },
  ],
  [
    'a DenseNet: layers whose features are kept beside what they read go as one',
    (net) => {
      let x = net.relu(net.conv('stem', image(net), 3, 16));
      let width = 16;
      for (const block of ['d1', 'd2', 'd3']) {
        const inner = net.relu(net.conv(`${block}.c1`, x, width, 32, { kernel: 1 }));
        x = net.op('Concat', [x, net.conv(`${block}.c2`, inner, 32, 16)], { axis: 1n });
        width += 16;
      }
      return [
        net.file([net.dense('fc', pooled(net, x), width, 10)]),
        {
          stem: [69, 'healthy'],
          // 32 features from 16 inputs: 13 are 81 %.
          'd1.c1': [41, 'healthy'],
          'd1.c2': [69, 'healthy'],
          'd2.c1': [62, 'healthy'],
          'd2.c2': [62, 'healthy'],
          'd3.c1': [6, 'tail'],
          'd3.c2': [6, 'tail'],
          fc: [90, 'output'],
        },
      ];
    },
  ],
  ...([6, 50] as const).map(
    (wide): Case => [
      `an Inception network, one branch of the last module at ${wide} %: the module is low in all of its branches or not`,
      (net) => {
        let x = net.relu(net.conv('stem', image(net), 3, 48));
        for (const module of ['i1', 'i2']) {
          const one = net.relu(net.conv(`${module}.one`, x, 48, 16, { kernel: 1 }));
          const reduced = net.relu(net.conv(`${module}.reduce`, x, 48, 16, { kernel: 1 }));
          const three = net.relu(net.conv(`${module}.three`, reduced, 16, 16));
          const pool = net.op('MaxPool', [x], { kernel_shape: [3n, 3n], pads: [1n, 1n, 1n, 1n] });
          x = net.op(
            'Concat',
            [one, three, net.relu(net.conv(`${module}.pool`, pool, 48, 16, { kernel: 1 }))],
            { axis: 1n },
          );
        }
        const kind = wide === 6 ? 'tail' : 'healthy';
        return [
          net.file([net.dense('fc', pooled(net, x), 48, 10)]),
          {
            stem: [50, 'healthy'],
            'i1.one': [75, 'healthy'],
            'i1.reduce': [62, 'healthy'],
            'i1.three': [69, 'healthy'],
            'i1.pool': [50, 'healthy'],
            'i2.one': [6, kind],
            'i2.reduce': [6, kind],
            'i2.three': [6, kind],
            'i2.pool': [wide, kind],
            fc: [80, 'output'],
          },
        ];
      },
    ],
  ),
  [
    'an auxiliary head: the layers behind the place where it branches off are a tail before the main output only',
    (net) => {
      const c1 = net.relu(net.conv('c1', image(net), 3, 16));
      const c2 = net.relu(net.conv('c2', c1, 16, 16));
      const aux = net.dense('aux', pooled(net, c2), 16, 10);
      const c3 = net.relu(net.conv('c3', c2, 16, 16));
      return [
        net.file([net.dense('fc', pooled(net, c3), 16, 10), aux]),
        {
          c1: [75, 'healthy'],
          c2: [69, 'healthy'],
          aux: [90, 'output'],
          c3: [6, 'tail'],
          fc: [90, 'output'],
        },
      ];
    },
  ],
  [
    'segmentation beside classification: a branch that enlarges is no tail, wherever it stands in the list',
    (net) => {
      const c1 = net.relu(net.conv('c1', image(net), 3, 16));
      const c2 = net.relu(net.conv('c2', c1, 16, 16));
      const c3 = net.relu(net.conv('c3', c2, 16, 16));
      const classes = net.dense('class', pooled(net, c3), 16, 10);
      const s1 = net.relu(net.up('seg.up', c3, 16, 16));
      const s2 = net.relu(net.conv('seg.conv', s1, 16, 16));
      return [
        net.file([classes, net.conv('seg.out', s2, 16, 2, { kernel: 1 })]),
        {
          c1: [75, 'healthy'],
          c2: [69, 'healthy'],
          c3: [62, 'healthy'],
          class: [90, 'output'],
          'seg.up': [6, 'healthy'],
          'seg.conv': [6, 'healthy'],
          'seg.out': [100, 'output'],
        },
      ];
    },
  ],
  [
    'grouped convolutions and a stem of few inputs: full by design',
    (net) => {
      const stem = net.relu(net.conv('stem', image(net), 3, 28));
      const grouped = net.relu(net.conv('grouped', stem, 28, 28, { groups: 4 }));
      const free = net.relu(net.conv('free', grouped, 28, 28));
      return [
        net.file([net.dense('fc', pooled(net, free), 28, 10)]),
        // 27 of 28 features are all that three colours of 3×3 pixels allow.
        { stem: [96, 'by design'], grouped: [93, 'by design'], free: [93, 'narrow'], fc: [90, 'output'] },
      ];
    },
  ],
];

function attention(net: Architecture, name: string, from: string, memory: string): string {
  const heads = (value: string) => net.op('Transpose', [net.op('Reshape', [value, net.constant([4])])]);
  const q = heads(net.tokens(`${name}.q`, from, 32, 32));
  const k = heads(net.tokens(`${name}.k`, memory, 32, 32));
  const v = heads(net.tokens(`${name}.v`, memory, 32, 32));
  const weights = net.op('Softmax', [net.op('MatMul', [q, k])]);
  const mixed = net.op('Reshape', [net.op('Transpose', [net.op('MatMul', [weights, v])]), net.constant([3])]);
  return net.tokens(`${name}.proj`, mixed, 32, 32);
}

describe('the readings of', () => {
  it.each(cases)('%s', (_, build) => {
    const [file, expected] = build(new Architecture());
    const percents = Object.fromEntries(Object.entries(expected).map(([name, [percent]]) => [name, percent]));
    const run = runOf(file, percents);
    const { layers } = readLayers(run);
    expect(layers.map(({ layer }) => layer.name).toSorted()).toEqual(Object.keys(expected).toSorted());
    expect(Object.fromEntries(layers.map(({ layer, kind }) => [layer.name, kind]))).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, [, kind]]) => [name, kind])),
    );
    // Nothing that the design makes so, and nothing that is well, is advised against.
    for (const { kind, advice, reasons } of layers) {
      expect(advice === null).toBe(!['tail', 'narrow', 'dead'].includes(kind));
      expect(reasons.length).toBeGreaterThan(0);
    }
  });
});
