import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.js';
import type { Layer } from '../../src/layers/layer.js';
import { selectLayers } from '../../src/layers/selectLayers.js';

const layersCalled = (...names: string[]): Layer[] =>
  names.map((name) => ({
    name,
    node: '',
    op: 'Conv',
    output: name,
    layout: { kind: 'featureMap', rank: 4 },
  }));
const network = layersCalled('stem', 'layer1.conv1', 'layer1.conv2', 'layer2.conv1', 'fc');
const select = (selection: Parameters<typeof selectLayers>[1], layers = network) =>
  selectLayers(layers, selection).map(({ name }) => name);

describe('selectLayers', () => {
  it('keeps all where nothing is said', () => {
    expect(select({})).toEqual(network.map(({ name }) => name));
  });

  it('keeps what any glob matches, in graph order', () => {
    expect(select({ layers: ['fc', 'layer1.*', 'layer1.conv2'] })).toEqual([
      'layer1.conv1',
      'layer1.conv2',
      'fc',
    ]);
  });

  it('leaves out what is excluded, also of what was asked for', () => {
    expect(select({ layers: ['layer*'], exclude: ['*.conv1'] })).toEqual(['layer1.conv2']);
  });

  it('takes a name that looks like a glob for the layer that is called so', () => {
    expect(select({ layers: ['block[0]'] }, layersCalled('block0', 'block[0]'))).toEqual(['block[0]']);
  });

  it.each([
    [{ layers: ['stem', 'conv9'] }, /--layers conv9 matches no layer: the model has stem, layer1\.conv1/],
    [{ exclude: ['conv9'] }, /--exclude conv9 matches no layer/],
    [{ layers: [''] }, /--layers is empty/],
    [{ exclude: ['*'] }, /leave no layer/],
  ])('refuses %j', (selection, message) => {
    expect(() => select(selection)).toThrow(UserError);
    expect(() => select(selection)).toThrow(message);
  });

  it('says so where the model has no layers', () => {
    expect(() => select({}, [])).toThrow(/no layer that can be observed/);
    expect(() => select({ layers: ['a'] }, [])).toThrow(/the model has none/);
  });

  it('lists at most a dozen names', () => {
    const many = layersCalled(...Array.from({ length: 40 }, (_, i) => `conv_${i}`));
    expect(() => select({ layers: ['x'] }, many)).toThrow(/conv_11 and 28 more/);
  });
});
