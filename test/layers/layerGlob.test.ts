import { expect, it } from 'vitest';
import { layerGlob } from '../../src/layers/layerGlob.js';

it.each<[string, string[], string[]]>([
  ['layer4.*', ['layer4.0', 'layer4.0.conv1'], ['layer4', 'layer40.0', 'layer3.0']],
  ['*', ['a', 'a.b', 'a/b', '.a'], []],
  ['conv?', ['conv1'], ['conv', 'conv10']],
  ['*.conv1', ['layer1.conv1', 'a.b.conv1'], ['conv1']],
  ['conv{1,3}', ['conv1', 'conv3'], ['conv2']],
  ['conv{1..12}', ['conv1', 'conv2', 'conv12'], ['conv0', 'conv13']],
  ['conv{12..9}', ['conv9', 'conv10', 'conv12'], ['conv8', 'conv13']],
  ['block{a..c}', ['blocka', 'blockb', 'blockc'], ['blockd', 'block1']],
  ['conv{1..10001}', ['conv1', 'conv0'], ['conv']],
  ['layer[12]', ['layer1', 'layer2'], ['layer3']],
  ['layer[0]', ['layer[0]', 'layer0'], []],
  ['*conv', ['a/conv', 'a/b/conv'], ['conv1']],
  ['a/*', ['a/b', 'a/b/c'], ['a']],
  ['!fc', ['stem'], ['fc']],
  ['fc', ['fc'], ['FC', 'fc1', 'a.fc']],
  ['(a', ['(a'], ['a']],
  ['a+b$', ['a+b$'], ['aab']],
])('%s matches %j and not %j', (glob, hits, misses) => {
  const matches = layerGlob(glob);
  expect(hits.filter((name) => !matches(name))).toEqual([]);
  expect(misses.filter((name) => matches(name))).toEqual([]);
});

it('is refused where it is longer than can be matched', () => {
  expect(() => layerGlob('a'.repeat(8193))).toThrow('the glob aaaa');
  expect(layerGlob('a'.repeat(8192))('a')).toBe(false);
});
