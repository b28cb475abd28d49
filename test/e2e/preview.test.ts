import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { delve } from '../support/commandLine.js';
import { folderWith, lastingFolder } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);
const IMAGES = ['fixtures/mnist-cnn.onnx', '--data', 'fixtures/mnist'];

describe('delve preview', () => {
  it('tells the values after preprocessing, their classes and where they come from', async () => {
    const args = [
      'preview',
      ...IMAGES,
      '--mean',
      '0.1307',
      '--std',
      '0.3081',
      '--max-samples',
      '3',
      '--json',
    ];
    const { code, stdout } = await delve(args);
    expect(code).toBe(0);
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ reader: 'images', available: 397, doubts: [] });
    const [input] = told.inputs;
    // Black is 0 and white 1 before.
    expect(input).toMatchObject({ name: 'input', type: 'float32', shape: [1, 28, 28], drawnAs: 'image' });
    expect(input.min).toBeCloseTo(-0.1307 / 0.3081, 5);
    expect(input.max).toBeCloseTo((1 - 0.1307) / 0.3081, 5);
    for (const { origin, label } of told.samples) expect(origin).toMatch(new RegExp(`mnist/${label}/`));
    expect(told.samples).toHaveLength(3);
  });

  it('warns of bytes that nobody scaled', async () => {
    const args = ['preview', 'fixtures/mnist-cnn.onnx', '--data', 'fixtures/mnist.npy', '--scale', '1'];
    const { code, stdout } = await delve(args);
    expect([code, stdout.replace(/\s+/g, ' ')]).toEqual([
      0,
      expect.stringContaining('from 0 to 255, as bytes have them'),
    ]);
  });

  it('draws images as they are', async () => {
    const { code } = await delve([
      'preview',
      ...IMAGES,
      '--max-samples',
      '1',
      '--output',
      at('sheet.svg'),
      '--quiet',
    ]);
    expect(code).toBe(0);
    const svg = await readFile(at('sheet.svg'), 'utf8');
    const [, png] = /href="data:image\/png;base64,([^"]+)"/.exec(svg) ?? [];
    const drawn = await sharp(Buffer.from(png ?? '', 'base64'))
      .greyscale()
      .resize(28, 28, { kernel: 'nearest' })
      .raw()
      .toBuffer();
    const { stdout } = await delve(['preview', ...IMAGES, '--max-samples', '1', '--json']);
    const original = await sharp(JSON.parse(stdout).samples[0].origin).greyscale().raw().toBuffer();
    // The darkest and the lightest of this image are 0 and 255, so that the scale is that of the file.
    expect(Math.max(...original)).toBe(255);
    const differences = original.map((each, i) => Math.abs(each - drawn[i]));
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
  });

  it('shows the text of tokens, and tokens that fill up only once', async () => {
    const vocab = { '[PAD]': 0, '[UNK]': 1, hello: 2, world: 3 };
    const spec = {
      version: '1.0',
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: null,
      decoder: null,
      model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
    };
    const cwd = await folderWith({
      'model.onnx': modelBytes({
        inputs: [value('input_ids', 'int64', ['n', 't']), value('attention_mask', 'int64', ['n', 't'])],
        initializers: [tensor('table', 'float32', [4, 2], [0, 1, 2, 3, 4, 5, 6, 7])],
        nodes: [
          node('Gather', ['table', 'input_ids'], ['y']),
          node('Cast', ['attention_mask'], ['m'], { to: 1 }),
        ],
        outputs: ['y', 'm'],
      }),
    });
    await writeFile(join(cwd, 'tokenizer.json'), JSON.stringify(spec));
    await writeFile(join(cwd, 'texts.txt'), 'hello world hello world hello\nworld\n');
    const args = ['preview', join(cwd, 'model.onnx'), '--data', join(cwd, 'texts.txt'), '--in-order'];
    const { code, stdout, stderr } = await delve([...args, '--max-samples', '2']);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    expect(stdout).toContain('1  hello world hello world hello\n2  world [PAD] × 4\n');
  });

  it.each([
    [[...IMAGES, '--max-samples', '1000'], '--max-samples 1000 is more than a preview shows'],
    [[...IMAGES, '--format', 'png'], '--format png goes to a file'],
    [[...IMAGES, '--output', 'fixtures/mnist-cnn.onnx'], 'would be written over the model'],
    [['fixtures/mnist-cnn.onnx'], '--data is missing'],
  ])('%j: one sentence and exit code 2', async (args, sentence) => {
    const { code, stdout, stderr } = await delve(['preview', ...args, '--quiet']);
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1]);
    expect(stderr).toContain(sentence);
  });
});
