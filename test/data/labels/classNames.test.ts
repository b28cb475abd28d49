import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { givenClassNames, modelClassNames } from '../../../src/data/labels/classNames.js';
import { temporaryFolder } from '../temporaryFolder.js';

const metadata = (value: string, key = 'names') => [
  { key: 'task', value: 'detect' },
  { key, value },
];

describe('names in the metadata of a model', () => {
  test.each<[string, string[] | undefined]>([
    // str({0: 'a', 1: …}) of Python.
    [`{0: 'cat', 1: 'dog'}`, ['cat', 'dog']],
    [
      `{1: 'dog', 0: 'cat', 10: 'x', 2: 'c', 3: 'd', 4: 'e', 5: 'f', 6: 'g', 7: 'h', 8: 'i', 9: 'j'}`,
      [...['cat', 'dog', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'x']],
    ],
    [`{0: "it's", 1: 'a "b"', 2: 'it\\'s a \\\\', 3: ''}`, ["it's", 'a "b"', "it's a \\", '']],
    [`{0:'cat' , 1 : 'dog'}`, ['cat', 'dog']],
    [`{0: 'cat'}`, undefined],
    [`{1: 'cat', 2: 'dog'}`, undefined],
    [`['cat', 'dog']`, undefined],
  ])('%s', async (value, names) => {
    const found = await modelClassNames('/nowhere/m.onnx', metadata(value));
    expect(found).toEqual(names && { names, source: "the model's metadata" });
  });

  test('go before a file beside it, and under no other key', async () => {
    const folder = await temporaryFolder({ 'config.json': '{"id2label": {"1": "pos", "0": "neg"}}' });
    const model = join(folder, 'm.onnx');
    expect((await modelClassNames(model, metadata(`{0: 'a', 1: 'b'}`)))?.names).toEqual(['a', 'b']);
    for (const other of [metadata(`{0: 'a', 1: 'b'}`, 'classes'), metadata('none'), []]) {
      expect((await modelClassNames(model, other))?.names).toEqual(['neg', 'pos']);
    }
  });
});

describe('names in a config.json', () => {
  test.each<[string, string[] | undefined]>([
    ['{"id2label": {"2": "c", "0": "a", "1": "b"}}', ['a', 'b', 'c']],
    ['{"id2label": {"0": "a"}}', undefined],
    ['{"id2label": {"0": "a", "2": "c"}}', undefined],
    ['{"id2label": {"0": "a", "1": 7, "2": "c"}}', undefined],
    ['{"id2label": ["a", "b"]}', undefined],
    ['{"id2label": null}', undefined],
    ['["id2label"]', undefined],
    ['null', undefined],
    ['{', undefined],
  ])('%s', async (content, names) => {
    const folder = await temporaryFolder({ 'config.json': content });
    expect((await modelClassNames(join(folder, 'm.onnx'), []))?.names).toEqual(names);
  });

  test('are looked for above a folder called onnx only', async () => {
    const folder = await temporaryFolder({ 'config.json': '{"id2label": {"0": "a", "1": "b"}}' });
    const from = async (path: string) => (await modelClassNames(join(folder, path), []))?.names;
    expect(await from('onnx/m.onnx')).toEqual(['a', 'b']);
    expect(await from('my-onnx/m.onnx')).toBeUndefined();
    expect(await from('onnx/deep/m.onnx')).toBeUndefined();
    expect(await from('onnx-2/m.onnx')).toBeUndefined();
  });
});

describe('names that are given', () => {
  test('are all there are, each once', async () => {
    expect(await givenClassNames(['b', 'a'])).toEqual({ names: ['b', 'a'], source: '--classes' });
    await expect(givenClassNames(['a'])).rejects.toThrow('--classes names fewer than two classes');
    await expect(givenClassNames([])).rejects.toThrow('--classes names fewer than two classes');
    await expect(givenClassNames(['a', 'b', 'c', 'b'])).rejects.toThrow('--classes names b twice');
  });
});
