import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { StopRequest } from '../../dist/errors.js';
import { type AnalyzeOptions, analyze, preview, type Run, readMoments } from '../../dist/index.js';
import { npyBytes } from '../data/npyBytes.js';
import { folderWith } from '../support/folder.js';
import { modelBytes, node, tensor, value } from '../support/models.js';
import { momentsOf } from '../support/referenceMoments.js';

const wave = (count: number, seed: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(seed + 1.7 * i + 0.3 * i * i));

/** One step of an LSTM of 4 inputs and 3 units, and a head of 2 on it. */
const cell = (batch: string | number = 'batch') => ({
  inputs: [
    value('x', 'float32', [batch, 4]),
    value('h', 'float32', [1, batch, 3]),
    value('c', 'float32', [1, batch, 3]),
  ],
  initializers: [
    tensor('w', 'float32', [1, 12, 4], wave(48, 1)),
    tensor('r', 'float32', [1, 12, 3], wave(36, 2)),
    tensor('b', 'float32', [1, 24], wave(24, 3)),
    tensor('v', 'float32', [3, 2], wave(6, 4)),
    tensor('first', 'int64', [1], [0]),
  ],
  nodes: [
    node('Unsqueeze', ['x', 'first'], ['steps']),
    node(
      'LSTM',
      ['steps', 'w', 'r', 'b', '', 'h', 'c'],
      ['', 'hn', 'cn'],
      { hidden_size: 3n },
      { name: 'lstm' },
    ),
    node('Squeeze', ['hn', 'first'], ['last']),
    node('MatMul', ['last', 'v'], ['y'], {}, { name: 'head' }),
  ],
  outputs: [
    'y',
    value('hn', 'float32', [1, batch, 3]),
    value('cn', 'float32', [1, batch, 3]),
    value('steps', 'float32', [1, batch, 4]),
  ],
});

const npy = (rows: number, seed: number, width = 4) =>
  npyBytes("'<f4'", `(${rows}, ${width})`, Float32Array.from(wave(rows * width, seed)));

/** The rows of hn and y when the model is run step by step, from zero for each sequence. */
async function byHand(sequences: readonly (readonly number[])[]): Promise<{ h: number[][]; y: number[][] }> {
  const session = await ort.InferenceSession.create(modelBytes(cell()));
  const found = { h: [] as number[][], y: [] as number[][] };
  const zero = () => new ort.Tensor('float32', new Float32Array(3), [1, 1, 3]);
  for (const values of sequences) {
    let [h, c]: ort.Tensor[] = [zero(), zero()];
    for (let i = 0; i < values.length; i += 4) {
      const x = new ort.Tensor('float32', Float32Array.from(values.slice(i, i + 4)), [1, 4]);
      const { hn, cn, y } = await session.run({ x, h, c });
      [h, c] = [hn, cn];
      found.h.push(Array.from(hn.data as Float32Array));
      found.y.push(Array.from(y.data as Float32Array));
    }
  }
  return found;
}

async function momentsIn(folder: string, options: Omit<AnalyzeOptions, 'model' | 'out' | 'moments'>) {
  const out = join(folder, 'run');
  const run = await analyze({ ...options, model: join(folder, 'net.onnx'), out, moments: true });
  return { run, moments: await readMoments(out, run) };
}

function expectMoments(found: ReturnType<typeof momentsOf> | undefined, rows: number[][]): void {
  const wanted = momentsOf(rows);
  expect(found?.count).toBe(wanted.count);
  for (const part of ['sum', 'scatter'] as const) {
    for (const [i, number] of wanted[part].entries()) expect(found?.[part][i]).toBeCloseTo(number, 5);
  }
}

const TOKENIZER = resolve('fixtures/formats/text/wordpiece.json');

const STATE = { h: 'hn', c: 'cn' };
const numbers = ({ timing, ...run }: Run) => run;

describe('a state that is fed back', () => {
  test('gives the moments of a plain loop over the samples, in their order', async () => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell()), 'x.npy': npy(70, 5) });
    const data = join(folder, 'x.npy');
    const { h, y } = await byHand([wave(280, 5).map(Math.fround)]);
    const { run, moments } = await momentsIn(folder, { data, state: STATE });
    expect(run.settings).toMatchObject({ state: STATE, batchSize: 1 });
    expect(run.settings.shuffleSeed).toBeUndefined();
    expectMoments(moments.get('lstm_0'), h);
    expectMoments(moments.get('head'), y);
    const fromZero = await momentsIn(folder, { data, inputs: { h: 0, c: 0 } });
    const [zero, fed] = [fromZero.moments, moments].map((each) => each.get('lstm_0')?.sum ?? []);
    expect(Math.max(...Array.from(fed, (sum, i) => Math.abs(sum - zero[i])))).toBeGreaterThan(1);
  });

  test('is zero again where a file of a list begins, and after a sample that was left out', async () => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell()) });
    const lines = (count: number, seed: number) => {
      const values = wave(count * 4, seed).map(Math.fround);
      return {
        values,
        text: Array.from({ length: count }, (_, i) => JSON.stringify(values.slice(4 * i, 4 * i + 4))),
      };
    };
    const [one, two] = [lines(20, 6), lines(30, 7)];
    await writeFile(join(folder, 'a.jsonl'), one.text.join('\n'));
    await writeFile(
      join(folder, 'b.jsonl'),
      [...two.text.slice(0, 11), '[1, 2]', ...two.text.slice(11)].join('\n'),
    );
    const { run, moments } = await momentsIn(folder, {
      data: join(folder, '*.jsonl'),
      state: STATE,
      onError: 'skip',
    });
    expect(run.data.skipped).toBe(1);
    const { h } = await byHand([one.values, two.values.slice(0, 44), two.values.slice(44)]);
    expectMoments(moments.get('lstm_0'), h);
  });

  test('goes through windows of sound, file by file', async () => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell(1)) });
    const sounds = [23, 40].map((frames, k) => wave(frames, 8 + k).map((v) => Math.round(v * 20_000)));
    await mkdir(join(folder, 'sounds'));
    for (const [k, sound] of sounds.entries())
      await writeFile(join(folder, 'sounds', `${k}.wav`), wav(sound));
    const { moments } = await momentsIn(folder, {
      data: join(folder, 'sounds'),
      audio: { window: 4 },
      state: STATE,
    });
    const windows = sounds.map((sound) =>
      sound.slice(0, sound.length - (sound.length % 4)).map((v) => v / 2 ** 15),
    );
    const { h } = await byHand(windows);
    expect(h).toHaveLength(15);
    expectMoments(moments.get('lstm_0'), h);
  });

  test('may grow, as the keys and values of a decoder do, and a mask of ones with it', async () => {
    // y = w · (the mean of all samples so far), with the number of them from the mask.
    const parts = {
      inputs: [
        value('x', 'float32', ['batch', 'steps', 2]),
        value('past.0.key', 'float32', ['batch', 'past_steps', 2]),
        value('mask', 'int64', ['batch', 'past_steps + steps']),
      ],
      initializers: [tensor('w', 'float32', [2, 2], [1, 2, 3, 4]), tensor('second', 'int64', [1], [1])],
      nodes: [
        node('Concat', ['past.0.key', 'x'], ['present.0.key'], { axis: 1n }),
        node('ReduceSum', ['present.0.key', 'second'], ['total'], { keepdims: 0n }),
        node('Cast', ['mask'], ['ones'], { to: 1n }),
        node('ReduceSum', ['ones', 'second'], ['count']),
        node('Div', ['total', 'count'], ['mean']),
        node('MatMul', ['mean', 'w'], ['y'], {}, { name: 'layer' }),
      ],
      outputs: ['y', value('present.0.key', 'float32', ['batch', 'all', 2])],
    };
    const values = wave(24, 9).map(Math.fround);
    const folder = await folderWith({
      'net.onnx': modelBytes(parts),
      'x.npy': npyBytes("'<f4'", '(12, 1, 2)', Float32Array.from(values)),
    });
    const { moments } = await momentsIn(folder, {
      data: `x=${join(folder, 'x.npy')}`,
      state: { 'past.*': 'present.*' },
      inputs: { mask: 1 },
    });
    const rows: number[][] = [];
    for (let n = 1, a = 0, b = 0; n <= 12; n++) {
      a += values[2 * n - 2];
      b += values[2 * n - 1];
      rows.push([(a + 3 * b) / n, (2 * a + 4 * b) / n]);
    }
    expectMoments(moments.get('layer'), rows);
  });

  test('is kept where a pass is stopped, and goes on', async () => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell()), 'x.npy': npy(400, 10) });
    const options = {
      model: join(folder, 'net.onnx'),
      data: join(folder, 'x.npy'),
      state: STATE,
      threads: 1,
      provider: 'cpu',
    } as const;
    const whole = await analyze(options);
    const controller = new AbortController();
    const out = join(folder, 'net.delve');
    const error: unknown = await analyze({
      ...options,
      out,
      signal: controller.signal,
      onProgress: ({ samples }) => {
        if (samples >= 100) controller.abort(new StopRequest('SIGTERM'));
      },
    }).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: 'InterruptedError' });
    expect(numbers(await analyze({ ...options, out, resume: true }))).toEqual(numbers(whole));
  });

  test('gives every sample a place in the embedding', async () => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell()), 'x.npy': npy(30, 11) });
    const run = await analyze({
      model: join(folder, 'net.onnx'),
      data: join(folder, 'x.npy'),
      out: join(folder, 'run'),
      state: STATE,
      embedding: true,
    });
    expect(run.embedding).toBe('embedding.csv');
    expect(run.data.samples).toBe(30);
  });

  test('tells which sample made it NaN', async () => {
    const folder = await folderWith({
      'net.onnx': modelBytes({
        inputs: [value('x', 'float32', ['batch', 2]), value('s', 'float32', ['batch', 2])],
        initializers: [tensor('w', 'float32', [2, 2], [1, 2, 3, 4])],
        nodes: [
          node('Sqrt', ['x'], ['root'], {}, { name: 'root' }),
          node('Add', ['root', 's'], ['sn']),
          node('MatMul', ['sn', 'w'], ['y'], {}, { name: 'layer' }),
        ],
        outputs: ['y', 'sn'],
      }),
      'x.npy': npyBytes(
        "'<f4'",
        '(10, 2)',
        Float32Array.from({ length: 20 }, (_, i) => (i === 13 ? -1 : i)),
      ),
    });
    const run = await analyze({
      model: join(folder, 'net.onnx'),
      data: join(folder, 'x.npy'),
      state: { s: 'sn' },
    });
    expect(run.layers[0].invalid?.batch).toBe(7);
    expect(run.nonFinite).toMatchObject({
      sample: expect.stringMatching(/x\.npy, sample 6$/),
      operator: { op: 'Sqrt' },
    });
  });

  test('needs no data in a preview, whose samples are the first', async () => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell()), 'x.npy': npy(30, 13) });
    const { inputs, samples } = await preview({
      model: join(folder, 'net.onnx'),
      data: join(folder, 'x.npy'),
      state: STATE,
      maxSamples: 3,
    });
    expect(inputs.map(({ name }) => name)).toEqual(['x']);
    expect(samples.map(({ origin }) => origin?.slice(-8))).toEqual(['sample 0', 'sample 1', 'sample 2']);
  });

  test.each<[RegExp, Partial<AnalyzeOptions>]>([
    [/leave --batch 8 out$/, { batchSize: 8 }],
    [/leave --batch auto out$/, { batchSize: 'auto' }],
    [/leave --accumulate 4 out$/, { accumulate: 4 }],
    [/leave --every 2 out$/, { every: 2 }],
    [/leave --shard 1\/2 out$/, { shard: '1/2' }],
    [/leave --device 0,1 out$/, { device: [0, 1] }],
    [/leave --on-nonfinite skip out$/, { onNonfinite: 'skip' }],
    [/--state g=hn: the model has no such input \(its inputs: x, h, c\)$/, { state: { g: 'hn' } }],
    [
      /--state h=hx: the model has no such output \(its outputs: y, hn, cn, steps\)$/,
      { state: { h: 'hx', c: 'cn' } },
    ],
    [/has the shape \[1, batch, 4\] and the input \[1, batch, 3\]/, { state: { h: 'steps', c: 'cn' } }],
    [/give as many \* on both sides/, { state: { '*': 'hn' } }],
    [/--input and --state both say what input h holds/, { state: STATE, inputs: { h: 0 } }],
    [/input c is not fed/, { state: { h: 'hn' }, data: 'x=random:8' }],
    [/every input of the model from an output: one has to be fed/, { state: { x: 'y', ...STATE } }],
  ])('is refused where it cannot be right: %s', async (message, options) => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell()) });
    await expect(
      analyze({ model: join(folder, 'net.onnx'), data: 'random:8', state: STATE, ...options }),
    ).rejects.toThrow(message);
  });

  test.each<[RegExp, string, Partial<AnalyzeOptions>]>([
    [/one by one and in order: leave --seed 3 out$/, 'x.npy', { seed: 3, maxSamples: 4 }],
    [/each text is a sequence of its own/, 'x.txt', { text: { tokenizer: TOKENIZER } }],
  ])('is refused where samples do not follow each other: %s', async (message, data, options) => {
    const folder = await folderWith({
      'net.onnx': modelBytes({
        inputs: [value('x', 'int64', ['batch', 'length']), value('s', 'int64', ['batch', 'length'])],
        initializers: [tensor('w', 'float32', [4, 2], wave(8, 1))],
        nodes: [
          node('Add', ['x', 's'], ['y']),
          node('Cast', ['y'], ['z'], { to: 1n }),
          node('MatMul', ['z', 'w'], ['scores'], {}, { name: 'layer' }),
        ],
        outputs: ['y', 'scores'],
      }),
      'x.npy': npy(8, 14),
      'x.txt': 'the network\nis ours',
    });
    await expect(
      analyze({
        model: join(folder, 'net.onnx'),
        data: join(folder, data),
        state: { s: 'y' },
        ...options,
      }),
    ).rejects.toThrow(message);
  });

  test('takes the first samples where a limit is set', async () => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell()), 'x.npy': npy(70, 5) });
    const { run, moments } = await momentsIn(folder, {
      data: join(folder, 'x.npy'),
      state: STATE,
      maxSamples: 9,
    });
    expect(run.settings).toMatchObject({ maxSamples: 9, order: 'first' });
    expectMoments(moments.get('lstm_0'), (await byHand([wave(36, 5).map(Math.fround)])).h);
  });

  test('is refused for a model of a larger batch', async () => {
    const folder = await folderWith({ 'net.onnx': modelBytes(cell(4)) });
    await expect(
      analyze({ model: join(folder, 'net.onnx'), data: 'random:8', state: STATE }),
    ).rejects.toThrow(/the model fixes its batch size to 4: export it with a batch of 1/);
  });
});

/** A WAV file of 16-bit values, one channel. */
function wav(values: readonly number[]): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + 2 * values.length, 4);
  head.write('WAVEfmt ', 8);
  for (const [at, number] of [
    [16, 16],
    [24, 8000],
    [28, 16_000],
  ])
    head.writeUInt32LE(number, at);
  for (const [at, number] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ])
    head.writeUInt16LE(number, at);
  head.write('data', 36);
  head.writeUInt32LE(2 * values.length, 40);
  return Buffer.concat([head, Buffer.from(Int16Array.from(values).buffer)]);
}
