import { describe, expect, it } from 'vitest';
import { cheaperInputs } from '../../src/instrument/cheaperInputs.js';
import type { InstrumentOptions } from '../../src/instrument/options.js';
import type { ActivationLayout, Layer } from '../../src/layers/layer.js';
import { channelwise } from '../support/instrumented.js';

const rows: ActivationLayout = { kind: 'featuresLast', rank: 2 };

/** y = W x of so many inputs and features; of another input than `x` where that is said. */
function layer(
  inputs: number,
  features: number | undefined,
  { layout = rows, input = 'x', strides = undefined as readonly number[] | undefined } = {},
): Layer {
  const linearMap = {
    input,
    layout,
    inputs,
    weight: 'w',
    inputsFirst: true,
    ...(strides ? { strides } : {}),
  };
  const name = `${input} ${inputs} ${features}`;
  return { name, node: '', op: 'MatMul', output: name, layout, features, linearMap };
}
const groups = (layers: readonly Layer[], options: Partial<InstrumentOptions> = {}, opset = 17) =>
  cheaperInputs(layers, { ...channelwise, ...options }, opset).map((group) => group.map(({ name }) => name));

describe('layers that are measured at their inputs', () => {
  it('have inputs of at most half as many products, and save 128² of them', () => {
    // 2 · 181² = 65,522 of 256² = 65,536; 182² is more than half.
    expect(groups([layer(181, 256)])).toHaveLength(1);
    expect(groups([layer(182, 256)])).toEqual([]);
    // 160² − 96² = 16,384 = 128².
    expect(groups([layer(96, 160)])).toHaveLength(1);
    expect(groups([layer(97, 160)])).toEqual([]);
    expect(groups([layer(10, 100)])).toEqual([]);
  });

  it('share what an input costs with the others that read it', () => {
    // 3 · 200² over 2 · 200²: queries, keys and values of one input.
    const three = [layer(200, 200), layer(200, 201), layer(200, 202)];
    expect(groups(three)).toEqual([three.map(({ name }) => name)]);
    expect(groups(three.slice(1, 2))).toEqual([]);
    expect(groups([layer(200, 200), layer(200, 201, { input: 'z' })])).toEqual([]);
  });

  it('are those whose map and width are known', () => {
    const { linearMap: _, ...unmapped } = layer(16, 512);
    expect(groups([unmapped, layer(16, undefined)])).toEqual([]);
  });

  it.each([
    ['channelwise', 1],
    ['mean', 1],
    ['max', 0],
    ['median', 0],
    ['flatten', 0],
  ] as const)('are feature maps whose observations are mapped alike: %s', (convMethod, count) => {
    const layout = { kind: 'featureMap', rank: 4 } as const;
    expect(groups([layer(16, 512, { layout })], { convMethod })).toHaveLength(count);
  });

  it.each([
    ['timestepwise', 3, 1],
    ['last', 3, 1],
    ['flatten', 3, 0],
    ['flatten', 2, 1],
    ['flatten', undefined, 0],
  ] as const)(
    'are sequences whose observations are mapped alike: %s of rank %s',
    (sequenceMethod, rank, count) => {
      const layout = { kind: 'featuresLast', ...(rank === undefined ? {} : { rank }) } as const;
      expect(groups([layer(16, 512, { layout })], { sequenceMethod })).toHaveLength(count);
    },
  );

  it('are none where maps are resized first, nor in models whose opset lacks what it takes', () => {
    const strided = layer(16, 512, { layout: { kind: 'featureMap', rank: 4 }, strides: [2, 2] });
    expect(groups([strided])).toHaveLength(1);
    expect(groups([strided], {}, 10)).toHaveLength(1);
    expect(groups([strided], {}, 9)).toEqual([]);
    expect(groups([layer(16, 512)], {}, 9)).toHaveLength(1);
    expect(groups([layer(16, 512)], {}, 7)).toHaveLength(1);
    expect(groups([layer(16, 512)], {}, 6)).toEqual([]);
    expect(groups([layer(16, 512)], { interpolate: 8 })).toEqual([]);
  });
});
