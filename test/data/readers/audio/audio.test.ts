import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataOptions } from '../../../../src/data/options.js';
import { resampled } from '../../../../src/data/readers/audio/resample.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/formats/audio');
const at = (name: string) => join(FIXTURES, name);
// By fixtures/formats/audio/make.py, with libsndfile and SciPy.
const expected: Record<string, number[][]> = JSON.parse(await readFile(at('expected.json'), 'utf8'));
const FRAMES = 301;

const wave = input('waveform', 'float32', ['batch', 'samples']);
const channels = (count: number, length: number | string = 'samples') =>
  input('waveform', 'float32', ['batch', count, length]);

function expectClose(found: readonly (number | bigint)[], wanted: readonly number[], error = 1e-7): void {
  expect(found).toHaveLength(wanted.length);
  const largest = found.reduce<number>(
    (most, value, i) => Math.max(most, Math.abs(Number(value) - wanted[i])),
    0,
  );
  expect(largest).toBeLessThanOrEqual(error);
}

async function read(data: string, options: Partial<DataOptions> = {}, into = wave, batchSize = 4) {
  return readAll({ data: [data], ...options }, [into], { batchSize });
}

describe('sound', () => {
  it.each(['pcm_u8.wav', 'pcm_16.wav', 'pcm_24.wav', 'pcm_32.wav', 'float.wav', 'double.wav', 'mono16.flac'])(
    'of %s is what libsndfile reads',
    async (name) => {
      const { feeds, source } = await read(at(name));
      expect(dimsOf(feeds, 'waveform')).toEqual([[1, FRAMES]]);
      expectClose(valuesOf(feeds, 'waveform'), expected[name][0]);
      expect(source).toMatchObject({
        reader: 'audio',
        size: 1,
        preprocessing: { sampleRate: 8000, channels: 1 },
      });
    },
  );

  it.each(['stereo.wav', 'extensible.wav', 'stereo24.flac'])('of %s has two channels', async (name) => {
    const { feeds } = await read(at(name), {}, channels(2));
    expect(dimsOf(feeds, 'waveform')).toEqual([[1, 2, FRAMES]]);
    expectClose(valuesOf(feeds, 'waveform'), expected[name].flat());
  });

  it('is mixed to the mean of its channels, or doubled, as the model asks', async () => {
    const [left, right] = expected['stereo.wav'];
    const mean = left.map((value, i) => (value + right[i]) / 2);
    expectClose(valuesOf((await read(at('stereo.wav'))).feeds, 'waveform'), mean);
    const { feeds } = await read(at('pcm_16.wav'), {}, channels(2));
    expectClose(valuesOf(feeds, 'waveform'), [...expected['pcm_16.wav'][0], ...expected['pcm_16.wav'][0]]);
    await expect(read(at('stereo.wav'), {}, channels(3))).rejects.toThrow(
      'has 2 channels, and the model takes 3',
    );
  });

  it.each([16000, 22050, 3000])('is resampled to %i as SciPy does it', async (sampleRate) => {
    const { feeds, source } = await read(at('float.wav'), { audio: { sampleRate } });
    expectClose(valuesOf(feeds, 'waveform'), expected[`8000to${sampleRate}`][0], 1e-6);
    expect(source.preprocessing).toMatchObject({ sampleRate });
    const [x] = expected['float.wav'];
    expectClose(
      [...resampled(Float32Array.from(x), 8000, sampleRate)],
      expected[`8000to${sampleRate}`][0],
      1e-6,
    );
  });

  it('is cut into windows, the last incomplete one left out', async () => {
    const [x] = expected['pcm_16.wav'];
    const windows = (window: number, hop: number, of = x) =>
      Array.from({ length: Math.floor((FRAMES - window) / hop) + 1 }, (_, i) =>
        of.slice(i * hop, i * hop + window),
      );
    const cut = await read(at('pcm_16.wav'), { audio: { window: 100, hop: 40 } });
    expect(dimsOf(cut.feeds, 'waveform')).toEqual([
      [4, 100],
      [2, 100],
    ]);
    expectClose(valuesOf(cut.feeds, 'waveform'), windows(100, 40).flat());
    // 8,000 a second: 10 ms are 80.
    const timed = await read(at('mono16.flac'), { audio: { window: '10ms' } });
    expectClose(valuesOf(timed.feeds, 'waveform'), windows(80, 80, expected['mono16.flac'][0]).flat());
    // What the model fixes.
    const fixed = await read(at('pcm_16.wav'), {}, input('x', 'float32', ['n', 1, 64]));
    expectClose(valuesOf(fixed.feeds, 'x'), windows(64, 64).flat());
    const resampledWindows = await read(at('float.wav'), {
      audio: { sampleRate: 16000, window: '0.01s', hop: 50 },
    });
    const y = expected['8000to16000'][0];
    const wanted = Array.from({ length: 9 }, (_, i) => y.slice(i * 50, i * 50 + 160)).flat();
    expectClose(valuesOf(resampledWindows.feeds, 'waveform'), wanted, 1e-6);
  });

  it('that is shorter is filled up with silence', async () => {
    const { feeds } = await read(at('pcm_16.wav'), { audio: { window: 400 } });
    const silence = new Array<number>(99).fill(0);
    expectClose(valuesOf(feeds, 'waveform'), [...expected['pcm_16.wav'][0], ...silence]);
    const folder = await temporaryFolder({});
    await copyFile(at('pcm_16.wav'), join(folder, 'a.wav'));
    await writeFile(join(folder, 'b.wav'), wavOf([1, 2, 3]));
    const batch = await read(folder);
    expect(dimsOf(batch.feeds, 'waveform')).toEqual([[2, FRAMES]]);
    expectClose(
      valuesOf(batch.feeds, 'waveform').slice(FRAMES, FRAMES + 5),
      [1, 2, 3, 0, 0].map((v) => v / 32768),
    );
  });

  it('in folders has classes, and is drawn in any order', async () => {
    const folder = await temporaryFolder({});
    for (const [label, name] of [
      ['cat', 'pcm_16.wav'],
      ['dog', 'mono16.flac'],
      ['dog', 'pcm_24.wav'],
    ]) {
      await mkdir(join(folder, label), { recursive: true });
      await copyFile(at(name), join(folder, label, name));
    }
    const { source, feeds } = await read(folder, { audio: { window: 50 } });
    expect(source.size).toBe(18);
    expect([...source.labels]).toEqual([
      ['cat', 6],
      ['dog', 12],
    ]);
    const shuffled = await readAll({ data: [folder], audio: { window: 50 }, shuffles: true }, [wave], {
      batchSize: 4,
      shuffle: true,
    });
    const rows = (of: typeof feeds) =>
      of
        .flatMap(({ tensors, samples }) =>
          Array.from({ length: samples }, (_, i) => tensors.waveform.data.slice(i * 50, i * 50 + 50).join()),
        )
        .sort();
    expect(rows(shuffled.feeds)).toEqual(rows(feeds));
    expect(valuesOf(shuffled.feeds, 'waveform')).not.toEqual(valuesOf(feeds, 'waveform'));
  });

  it.each<[string, Partial<DataOptions>, string]>([
    ['pcm_16.wav', { audio: { hop: 3 } }, '--hop has no effect without --window'],
    ['pcm_16.wav', { audio: { window: 'long' } }, '--window long is no length'],
    ['pcm_16.wav', { audio: { window: 0 } }, '--window 0 is no length'],
    ['pcm_16.wav', { image: { crop: 3 } }, '--crop is an option for images'],
  ])('refuses what means nothing: %s %o', async (name, options, sentence) => {
    await expect(read(at(name), options)).rejects.toThrow(sentence);
  });

  it('refuses inputs that take no sound, and files of different rates', async () => {
    await expect(read(at('pcm_16.wav'), {}, input('x', 'float32', ['n', 1, 80, 3000]))).rejects.toThrow(
      'spectrograms have to be made before',
    );
    await expect(
      read(at('pcm_16.wav'), { audio: { window: 10 } }, input('x', 'float32', ['n', 20])),
    ).rejects.toThrow('--window 10 is 10 samples, and the model takes 20');
    const folder = await temporaryFolder({});
    await copyFile(at('pcm_16.wav'), join(folder, 'a.wav'));
    await copyFile(at('stereo24.flac'), join(folder, 'b.flac'));
    await expect(read(folder)).rejects.toThrow(
      /b\.flac has 44100 samples a second, and .*a\.wav 8000.*--sample-rate/,
    );
    expect((await read(folder, { audio: { sampleRate: 8000 } })).feeds[0].samples).toBe(2);
  });

  it.each<[string, (bytes: Buffer) => Uint8Array, string]>([
    ['pcm_16.wav', (bytes) => bytes.subarray(0, 500), 'is cut off'],
    ['pcm_16.wav', (bytes) => bytes.subarray(0, 30), 'is damaged'],
    ['pcm_16.wav', () => Buffer.from('nothing of the kind'), 'is not a WAV file'],
    ['pcm_16.wav', () => wavOf([]), 'holds no sound'],
    [
      'pcm_16.wav',
      (bytes) => Buffer.concat([bytes.subarray(0, 20), Buffer.of(85, 0), bytes.subarray(22)]),
      'of a format (85',
    ],
    [
      // 24 bits in four bytes, as some recorders write them: the samples would be cut at the wrong places.
      'pcm_24.wav',
      (bytes) => Buffer.concat([bytes.subarray(0, 32), Buffer.of(4, 0), bytes.subarray(34)]),
      'takes 4 bytes for 1 × 24 bits',
    ],
    ['mono16.flac', (bytes) => bytes.subarray(0, 20), 'is not a FLAC file, or cut off'],
    ['mono16.flac', (bytes) => bytes.subarray(0, bytes.length - 60), 'is damaged'],
  ])('that is damaged is said in a sentence, or left out: %s, %#', async (name, damage, sentence) => {
    const folder = await temporaryFolder({});
    await writeFile(join(folder, `x-${name}`), damage(await readFile(at(name))));
    await expect(read(folder)).rejects.toThrow(sentence);
    await copyFile(at('pcm_16.wav'), join(folder, 'a.wav'));
    const { source, feeds } = await read(folder, { onError: 'skip' });
    expect(feeds.map(({ samples }) => samples)).toEqual([1]);
    expect(source.skipped[0].reason).toContain(sentence);
  });
});

/** Mono, 16 bits, at 8,000 Hz. */
function wavOf(values: readonly number[]): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + 2 * values.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  for (const [place, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ])
    head.writeUInt16LE(value, place);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16000, 28);
  head.write('data', 36);
  head.writeUInt32LE(2 * values.length, 40);
  const data = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => {
    data.writeInt16LE(value, 2 * i);
  });
  return Buffer.concat([head, data]);
}
