import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { Run } from '../../src/run/schema.js';
import { delve } from '../support/commandLine.js';
import { folderWith } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';

/** What `analyze` says was done to the data. */
async function preprocessing(args: readonly string[]): Promise<Record<string, unknown> | undefined> {
  const folder = await folderWith({});
  const out = join(folder, 'run.delve');
  const { code, stdout, stderr } = await delve(['analyze', ...args, '--out', out, '--json', '--quiet']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const run: Run = JSON.parse(stdout);
  return run.data.preprocessing;
}

test('options about images reach the reader', async () => {
  const images = [
    resolve('fixtures/mnist-cnn.onnx'),
    '--data',
    resolve('fixtures/mnist'),
    '--max-samples',
    '4',
  ];
  expect(await preprocessing([...images, '--preset', 'mnist'])).toMatchObject({
    mean: [0.1307],
    std: [0.3081],
  });
  expect(await preprocessing([...images, '--resample', 'bicubic', '--resize', '28x28'])).toMatchObject({
    interpolation: 'bicubic',
  });
  expect(await preprocessing([...images, '--resize', 'letterbox', '--fill', '7'])).toMatchObject({ fill: 7 });
});

test('options about texts reach the reader', async () => {
  const folder = await folderWith({
    'model.onnx': modelBytes({
      inputs: [value('input_ids', 'int64', ['batch', 'sequence'])],
      outputs: ['y'],
      initializers: [
        tensor(
          'table',
          'float32',
          [900, 2],
          Array.from({ length: 1800 }, (_, i) => Math.sin(i)),
        ),
        tensor('w', 'float32', [2, 2], [1, 2, 3, 5]),
      ],
      nodes: [node('Gather', ['table', 'input_ids'], ['e']), node('MatMul', ['e', 'w'], ['y'])],
    }),
    'texts.jsonl': '{"words":"Delete selected users"}\n{"words":"Log out"}\n',
  });
  const tokenizer = resolve('fixtures/formats/text/wordpiece.json');
  const args = [join(folder, 'model.onnx'), '--data', join(folder, 'texts.jsonl'), '--tokenizer', tokenizer];
  expect(await preprocessing([...args, '--text-column', 'words', '--max-length', '4'])).toEqual({
    tokenizer,
    maxLength: 4,
    textColumn: 'words',
  });
});
