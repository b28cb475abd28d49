import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { delve, Kept } from '../support/commandLine.js';
import { lastingFolder } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { layer, run } from '../support/runs.js';
import { zipOf } from '../support/zip.js';

const CNN = resolve('fixtures/mnist-cnn.onnx');
const RNN = resolve('fixtures/mnist-rnn.onnx');
const IMAGES = resolve('fixtures/mnist');

/** Two inputs, `a` and `b`, and a layer. */
const twoInputs = modelBytes({
  inputs: [value('a', 'float32', ['n', 2]), value('b', 'float32', ['n', 2])],
  nodes: [node('Add', ['a', 'b'], ['s']), node('MatMul', ['s', 'w'], ['y'], {}, { name: '/fc/MatMul' })],
  initializers: [tensor('w', 'float32', [2, 2], [1, 0, 0, 1])],
  outputs: ['y'],
});

const folder = lastingFolder();
const at = (name: string) => join(folder.path, name);

beforeAll(async () => {
  const cnn = await readFile(CNN);
  const png = await readFile(join(IMAGES, '0/003.png'));
  const json = (value: unknown) => JSON.stringify(value);
  const files: Record<string, string | Uint8Array> = {
    'empty.onnx': '',
    'truncated.onnx': cnn.subarray(0, 50_000),
    'png.onnx': png,
    'text.txt.onnx': 'not a model',
    'two.onnx': twoInputs,
    file: 'x',
    'foreign/notes.txt': 'mine',
    'corrupt/bad.png': png.subarray(0, 60),
    'strings.csv': 'a,b\nx,y\n',
    'narrow.csv': '1,2,3\n4,5,6\n',
    'broken.delve/run.json': '{"schemaVersion": 1,',
    'newer.delve/run.json': json({ ...run([layer('a', 1, 2)]), schemaVersion: 2 }),
    'good.delve/run.json': json(run([layer('a', 1, 4), layer('b', 2, 4)])),
    'wider.delve/run.json': json(run([layer('a', 1, 8)])),
    'other.delve/run.json': json(run([layer('z', 1, 2)])),
    'rules.json': '{ "minSaturaton": 0.1 }',
    'base.pt': zipOf({ 'base/data.pkl': Uint8Array.of(1), 'base/version': Uint8Array.of(51) }),
    'notes.txt': 'hello\nworld\n',
    'comma.csv': 'a;b\n0,5;1,25\n1,5;2,25\n',
    'cut/half.png': png.subarray(0, png.length >> 1),
    'cut/text.jpg': 'no picture',
  };
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(at(name), '..'), { recursive: true });
    await writeFile(at(name), content);
  }
  await mkdir(at('no-images'));
  await copyFile(CNN, at('mine.onnx'));
});

/** Each call, with what its one sentence must say: what is at fault, and the way out. `@` is the folder of files. */
const calls: readonly (readonly [string, RegExp])[] = [
  // Commands and options
  ['frobnicate', /unknown command frobnicate/],
  ['analize x', /unknown command analize \(did you mean analyze\?\)/],
  [`analyze ${CNN} --data ${IMAGES} --thresold 0.9`, /--thresold \(did you mean --threshold\?\)/],
  ['analyze', /the argument <model> is missing/],
  [`analyze ${CNN}`, /--data is missing: give the data to analyse, such as --data images\//],
  [`analyze ${CNN} --data ${IMAGES} --batch-size 4`, /--batch-size \(did you mean --batch\?\)/],
  [`compress ${CNN} --data ${IMAGES} --batch-size 4`, /--batch-size \(did you mean --batch\?\)/],
  [`analyze ${CNN} --data`, /--data <source> is given without its value/],
  [`analyze ${CNN} ${CNN} --data ${IMAGES}`, /is named twice: name each model once/],
  // Numbers and choices
  [`analyze ${CNN} --data ${IMAGES} --threshold 1.5`, /--threshold 1.5 is invalid: .*up to 1, such as/],
  [`analyze ${CNN} --data ${IMAGES} --threshold 0`, /--threshold 0 is invalid/],
  [`analyze ${CNN} --data ${IMAGES} --batch 0`, /--batch 0 is invalid: give a whole number from 1 upward/],
  [`analyze ${CNN} --data ${IMAGES} --max-samples x`, /--max-samples x is invalid: give a whole number/],
  [`analyze ${CNN} --data ${IMAGES} --every 1.5`, /--every 1.5 is invalid/],
  [`analyze ${CNN} --data ${IMAGES} --provider tpu`, /--provider tpu is invalid: choose one of auto, cpu/],
  [
    `analyze ${CNN} --data ${IMAGES} --conv-method sum`,
    /--conv-method sum is invalid: choose one of channelwise/,
  ],
  [`analyze ${CNN} --data ${IMAGES} --idim-rule x`, /--idim-rule x is invalid: choose one of explained/],
  // The model
  ['analyze @/none.onnx --data x', /none.onnx does not exist: pass the path of a .onnx file/],
  ['analyze @ --data x', /is a directory: pass the path of a .onnx file/],
  ['analyze @/empty.onnx --data x', /empty.onnx is empty: export the model again/],
  ['analyze @/truncated.onnx --data x', /truncated.onnx is not an ONNX model or is truncated/],
  ['analyze @/png.onnx --data x', /png.onnx is not an ONNX model/],
  ['inspect @/text.txt.onnx', /text.txt.onnx is not an ONNX model/],
  ['analyze @/base.pt --data x', /base.pt is a PyTorch checkpoint, .*: export it with torch.onnx.export/],
  ['inspect @/base.pt', /base.pt is a PyTorch checkpoint, .*: export it with torch.onnx.export/],
  ['compress @/base.pt --data x', /base.pt is a PyTorch checkpoint, .*: export it with torch.onnx.export/],
  // Layers
  [
    `analyze ${CNN} --data ${IMAGES} --layers nope`,
    /--layers nope matches no layer: the model has stem, .* more/,
  ],
  [`analyze ${CNN} --data ${IMAGES} --exclude nope`, /--exclude nope matches no layer/],
  [`analyze ${CNN} --data ${IMAGES} --exclude *`, /--layers and --exclude leave no layer/],
  [`analyze ${CNN} --data ${IMAGES} --layers ,`, /--layers , is invalid/],
  [`inspect ${CNN} --ops Foo`, /--ops Foo: the model has no such operator; it has Add, Conv/],
  // The data
  [`analyze ${CNN} --data @/none`, /none does not exist: pass an existing file or folder, or random:<n>/],
  [`analyze ${CNN} --data @/no-images`, /no-images holds no images/],
  [
    `analyze ${CNN} --data @/file`,
    /file is not a recognised kind of source: pass .* or force a reader with --reader/,
  ],
  [`analyze ${CNN} --data random:0`, /random:0 names no number of samples: write random:<n>/],
  [`analyze ${CNN} --data image=${IMAGES}`, /the model has no input image \(its inputs: input\)/],
  ['analyze @/two.onnx --data a=random:4', /input b is not fed: pass --data b=<source>/],
  ['analyze @/two.onnx --data a=random:4 --data a=random:4', /input a is fed twice/],
  [`analyze ${CNN} --data ${IMAGES} --reader exif`, /no reader is called exif: --reader takes random, npy/],
  [`analyze ${CNN} --data ${IMAGES} --reader npy`, /mnist is a folder: pass a file, or another --reader/],
  [
    `analyze ${CNN} --data @/narrow.csv`,
    /narrow.csv have 3 columns of features, which do not fit.*--columns/,
  ],
  [`analyze ${CNN} --data @/strings.csv`, /strings.csv/],
  [
    `analyze ${CNN} --data @/notes.txt`,
    /notes.txt has no column of numbers: give a table with commas, .*--columns/,
  ],
  [
    `analyze ${CNN} --data @/comma.csv`,
    /comma.csv writes decimals with a comma \(0,5\): write them with a point/,
  ],
  [`analyze ${CNN} --data @/cut`, /cut\/(half.png|text.jpg): the image cannot be decoded .*--on-error skip/],
  [`analyze ${CNN} --data @/corrupt`, /bad.png: the image cannot be decoded .*--on-error skip/],
  [`analyze ${CNN} --data ${IMAGES} --crop 10`, /shape 1×10×10, but input input wants 1×28×28/],
  [`analyze ${CNN} --data ${IMAGES} --mean 1,2,3`, /--mean 1,2,3 does not fit gray images: write one number/],
  [`analyze ${CNN} --data ${IMAGES} --every 100`, /--every 100 leaves nothing/],
  // Options that would have no effect
  [`analyze ${CNN} --data random:8 --scale 2`, /--scale is an option for images, and random:8 is read as/],
  [`analyze ${CNN} --data @/narrow.csv --resize 28 --columns 1`, /do not fit/],
  [`analyze ${CNN} --data ${IMAGES} --columns a`, /--columns is an option for tables/],
  [`analyze ${CNN} --data ${IMAGES} --label-column a`, /--label-column is an option for tables/],
  [
    `analyze ${CNN} --data random:8 --shape image=3x4`,
    /--shape image: the model has no such input \(its inputs: input\)/,
  ],
  [
    `analyze ${CNN} --data random:8 --interpolation nearest`,
    /--interpolation nearest has no effect without --interpolate/,
  ],
  [`instrument ${CNN} --output @/x.onnx --interpolation nearest`, /--interpolation nearest has no effect/],
  [
    `analyze ${CNN} --data random:8 --device 1 --provider cpu`,
    /--device 1 has no effect with --provider cpu/,
  ],
  // Providers
  [
    `analyze ${CNN} --data ${IMAGES} --provider webgpu`,
    /WebGPU cannot compute in float64: add --precision float32/,
  ],
  // Where things are written
  [`analyze ${CNN} --data ${IMAGES} --out @/file`, /file is a file, not a run: .*--out/],
  [`analyze ${CNN} --data ${IMAGES} --out @/foreign`, /foreign is a directory that is not empty .*--out/],
  [
    `analyze ${CNN} --data ${IMAGES} --out @/file/below`,
    /file is a file, so no run can be written into it: .*--out/,
  ],
  ['instrument @/mine.onnx --output @/mine.onnx', /mine.onnx is the model itself: name another file/],
  [`instrument ${CNN}`, /--output is missing: name the file to write/],
  [`instrument ${CNN} --output @/foreign`, /foreign is a directory: name a file in it/],
  [`instrument ${CNN} --output @/none/x.onnx`, /there is no folder .*none; make it first/],
  ['report @/good.delve --output @/none/x.csv', /--output .*none\/x.csv cannot be written/],
  [
    'report @/good.delve --format csv --output @/good.delve/run.json',
    /written over the run .*good.delve: name/,
  ],
  ['report @/good.delve --format csv --output @/good.delve', /written over the run .*good.delve: name/],
  ['report @/good.delve --format csv --output @/other.delve/run.json', /written over the run .*other.delve/],
  ['report @/good.delve --format csv --output @/mine.onnx', /mine.onnx would be written over a model: name/],
  [
    'check @/good.delve --min-saturation 0 --output @/good.delve/run.json',
    /written over the run .*good.delve: name/,
  ],
  [
    'check @/good.delve --min-saturation 0 --format json,text --output @/good.delve',
    /check-json.json would be written over the run/,
  ],
  [
    'check @/good.delve --baseline @/other.delve --max-drop 1 --output @/other.delve/x.txt',
    /written over the run .*other.delve/,
  ],
  [`instrument ${CNN} --output @/good.delve/run.json`, /written over the run .*good.delve: name/],
  // Runs
  ['report @/mine.onnx', /mine.onnx is a model, not a run: analyse it first \(delve analyze/],
  ['report @/none', /there is no run at .*none: name a directory that `delve analyze` wrote/],
  ['report @/foreign', /foreign holds no run.json, so it is not a run/],
  ['report @/broken.delve', /broken.delve\/run.json is not a whole JSON file/],
  [
    'report @/newer.delve',
    /newer.delve\/run.json has schemaVersion 2, this delve reads up to 1: update delve/,
  ],
  ['report @/good.delve --format xml', /--format xml is invalid: choose one of table, json, csv/],
  ['report @/good.delve --threshold 2', /--threshold 2 is invalid/],
  ['diff', /the argument <before> is missing/],
  ['diff @/good.delve @/none', /there is no run at .*none/],
  ['merge @/good.delve @/good.delve', /--out is missing/],
  [
    'merge @/good.delve @/good.delve --out @/m.delve',
    /has no moments.safetensors: analyze again with --moments/,
  ],
  // Checks
  ['check @/good.delve', /there is no rule to check: give --min-saturation/],
  [
    'check @/good.delve --min-saturation z*=0.1 --baseline @/new.delve --update-baseline',
    /z\*=0.1 matches no layer: the run has a, b/,
  ],
  ['check @/good.delve --min-saturation 2', /--min-saturation 2 is out of range: .*from 0 to 1/],
  ['check @/good.delve --min-saturation 5%', /--min-saturation 5% is not a bound/],
  ['check @/good.delve --min-saturation z*=0.1', /z\*=0.1 matches no layer: the run has a, b/],
  ['check @/good.delve --max-drop 0.1', /--max-drop needs a run to compare with: name one with --baseline/],
  ['check @/good.delve --baseline @/good.delve', /a baseline alone is no rule: say with --max-drop/],
  [
    'check @/good.delve --baseline @/other.delve --max-drop 0',
    /have no layer in common: give a baseline of the same/,
  ],
  [
    'check @/good.delve --baseline @/wider.delve --max-drop 0',
    /layer a has 8 features in the baseline and 4 in this run/,
  ],
  ['check @/good.delve --config @/none.json', /cannot read the rules in .*none.json/],
  [
    'check @/good.delve --config @/rules.json',
    /there is no key "minSaturaton"; did you mean minSaturation\?/,
  ],
];

describe('one sentence, exit code 2, and nothing on stdout for', () => {
  test.each(calls)('delve %s', async (call, sentence) => {
    const args = call.split(' ').map((arg) => arg.replace('@', folder.path));
    const { code, stdout, stderr } = await delve(
      args[0] === 'analyze' ? ['analyze', '--quiet', ...args.slice(1)] : args,
    );
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^delve: [^\n]+\n$/);
    expect(stderr).not.toMatch(/fault of delve|\bat .*:\d+:\d+|undefined|\[object/);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('in a folder without runs, what to do about it', async () => {
  for (const command of ['report', 'check --min-saturation 0.1', 'diff x']) {
    const { code, stderr } = await delve(command.split(' '), { cwd: at('no-images') });
    expect(stderr).toMatch(
      /there is no \*.delve run in .*no-images: name one, or make one with `delve analyze`/,
    );
    expect(code).toBe(2);
  }
});

test('a stack trace comes with --debug, before or after the command', async () => {
  for (const args of [
    ['--debug', 'inspect', at('none.onnx')],
    ['inspect', at('none.onnx'), '--debug'],
  ]) {
    const { code, stderr } = await delve(args);
    expect(stderr).toMatch(/^delve: .*none.onnx does not exist.*\nUserError: .*\n {4}at /);
    expect(code).toBe(2);
  }
});

test('an input of the wrong type cannot be fed by images of the wrong rank', async () => {
  const { stderr } = await delve(['analyze', RNN, '--data', 'random:4', '--shape', 'input=3x3', '--quiet']);
  expect(stderr).toMatch(/^delve: --shape for input does not fit: .*28×28.*\n$/);
});

test('what names hold is shown, not done: no escape sequence and no line break reaches the terminal', async () => {
  const { stderr } = await delve(['inspect', 'evil\u001b[31m\nname.onnx']);
  expect(stderr).toMatch(/^delve: evil\\x1b\[31m\\nname\.onnx does not exist: [^\n]+\n$/);
  expect((await delve(['--evil\u001b[31m'])).stderr).toContain('unknown option --evil\\x1b[31m: see');
});

test('a page does not go to a terminal, and goes where stdout is a file', async () => {
  const args = ['report', at('good.delve'), '--format', 'html'];
  const refused = await delve(args, { stdout: new Kept(true, 80) });
  expect(refused.code).toBe(2);
  expect(refused.stdout).toBe('');
  expect(refused.stderr).toMatch(/^delve: .* not for a terminal: .*--output, such as report\.html\n$/);
  expect((await delve(args)).stdout).toMatch(/^<!doctype html>/);
});
