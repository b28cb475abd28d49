import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/api/inspect.js';

const folder = join(import.meta.dirname, '../../fixtures/cost');

/** By rfa_toolbox and PyTorch's FlopCounterMode: fixtures/cost/make.py. */
const goldens: Record<
  string,
  { macs: Record<string, number>; receptiveFields?: [min: number[], max: number[]][] }
> = JSON.parse(readFileSync(join(folder, 'goldens.json'), 'utf8'));

async function costs(name: string) {
  const { layers, cost } = await inspect(join(folder, `${name}.onnx`));
  if (!cost) throw new Error('no cost');
  return { cost, layers: layers.map((layer, i) => ({ ...layer, ...cost.layers[i] })) };
}

describe('MACs', () => {
  it.each(['vgg13', 'resnet18', 'mobilenetv2', 'unet', 'dilated'])(
    'of %s are those that PyTorch counts',
    async (name) => {
      const { layers } = await costs(name);
      const expected = Object.entries(goldens[name].macs).filter(([, macs]) => macs > 0);
      // The order of modules and that of the graph may differ: they are compared by name.
      expect(Object.fromEntries(layers.map((layer) => [layer.name, layer.macs]))).toEqual(
        Object.fromEntries(expected),
      );
    },
  );

  it('of recurrent layers are gates × (inputs + units) for each step, unit and direction', async () => {
    const { layers } = await costs('tagger');
    // 9 steps: LSTM 6 → 5, both directions; GRU 10 → 7; head 7 → 4.
    expect(layers.map(({ macs }) => macs)).toEqual([
      9 * 2 * 5 * 4 * (6 + 5),
      9 * 7 * 3 * (10 + 7),
      9 * 7 * 4,
    ]);
  });

  it('of attention stand beside those of the layers', async () => {
    const { layers, cost } = await costs('encoder');
    const byName = new Map(layers.map(({ name, macs }) => [name, macs]));
    expect(byName.get('embed')).toBe(12 * 8 * 16);
    expect(layers.find(({ name }) => name.endsWith('linear1'))?.macs).toBe(12 * 16 * 32);
    // Two heads of 8: 12 × 12 scores of 8 each, and as many for the values.
    expect(cost.totals.otherMacs).toBe(2 * 2 * 12 * 12 * 8);
  });
});

describe('receptive fields', () => {
  it.each(['vgg13', 'resnet18', 'mobilenetv2'])('of %s are those of rfa_toolbox', async (name) => {
    const { layers } = await costs(name);
    const convolutions = layers.filter(({ op }) => op === 'Conv');
    expect(convolutions.map(({ receptiveField }) => [receptiveField?.min, receptiveField?.max])).toEqual(
      goldens[name].receptiveFields,
    );
  });

  it('of VGG13 are those that the paper counts', async () => {
    const { layers } = await costs('vgg13');
    const fields = layers.slice(0, 10).map(({ receptiveField }) => receptiveField?.min[0]);
    expect(fields).toEqual([3, 5, 10, 14, 24, 32, 52, 68, 108, 140]);
    // 32 × 32 pixels: layer 7 is the first whose input has seen all of them.
    expect(layers.map(({ predictedUnproductive }) => predictedUnproductive)).toEqual([
      ...Array(6).fill(false),
      ...Array(4).fill(true),
      false,
    ]);
    // Behind the last pooling, 140 + 16, a single position is left.
    expect(layers.at(-1)?.receptiveField).toEqual({ min: [156, 156], max: [156, 156] });
  });

  it('of a U-Net shrink again where a skip connection joins', async () => {
    const { layers } = await costs('unet');
    const field = (name: string) => layers.find((layer) => layer.name === name)?.receptiveField;
    // down1: 3, 5. pool 6; 10, 14. pool 16; 24, 32.
    expect(field('bottom.2')).toEqual({ min: [32, 32], max: [32, 32] });
    // up2 (kernel = stride = 2): 32 again. join2 at stride 2: from 14 or 32, 4 more each time.
    expect(field('join2.0')).toEqual({ min: [18, 18], max: [36, 36] });
    expect(field('join2.2')).toEqual({ min: [22, 22], max: [40, 40] });
    // join1 at stride 1: from 5 (the first skip) or 40.
    expect(field('head')).toEqual({ min: [9, 9], max: [44, 44] });
    expect(layers.find(({ name }) => name === 'join2.0')?.stride).toEqual([2, 2]);
  });

  it('along one axis, with strides, dilation and a transposed convolution', async () => {
    const { layers } = await costs('dilated');
    // 5; 5 + 2·4·2 = 21; ⌈4/2⌉ = 2 inputs at stride 2: 23, stride 1; 25.
    expect(layers.map(({ receptiveField }) => receptiveField?.max)).toEqual([[5], [21], [23], [25]]);
    expect(layers.map(({ stride }) => stride)).toEqual([[2], [2], [1], [1]]);
  });

  it('are none where no window slides over the input', async () => {
    const { layers } = await costs('encoder');
    expect(layers.every(({ receptiveField }) => receptiveField === null)).toBe(true);
  });
});
