import { stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { counted } from '../../../text/numbers.js';
import { describeInput, sampleShape } from '../../batches/fitShape.js';
import { onlyInput } from '../../onlyInput.js';
import type { AudioOptions } from '../../options.js';
import type { Reader } from '../../reader.js';
import { requireFits } from '../../requireFits.js';
import type { ReadSample, SampleStream } from '../../sample.js';
import { wantedRuns } from '../../selection.js';
import { type FoundFile, filesBelow } from '../images/imageFiles.js';
import { folderLabel } from '../images/images.js';
import { openFlac } from './flac.js';
import { ReadAhead } from './readAhead.js';
import { resampled } from './resample.js';
import type { Sound } from './sound.js';
import { openWav } from './wav.js';

const formats: ReadonlyMap<string, (path: string) => Promise<Sound>> = new Map([
  ['.wav', openWav],
  ['.wave', openWav],
  ['.flac', openFlac],
]);

const openerOf = (path: string) => formats.get(extname(path).toLowerCase());

/** Sound, whole or in windows: a WAV or FLAC file, or a folder of them with a class a sub-folder where it has any. */
export const audio: Reader = {
  name: 'audio',
  takes: 'a .wav or .flac file, or a folder of them',
  options: ['audio'],
  detect: async ({ kind, source }) =>
    kind === 'file'
      ? openerOf(source) !== undefined
      : kind === 'directory' && (await beginsWithSound(source)),
  async open(source, inputs, { audio: options = {}, onError }) {
    const input = onlyInput(source, inputs);
    const target = targetOf(input);
    const files: Piece[] = [];
    const failed: { origin: string; reason: string }[] = [];
    let first: { rate: number; path: string } | undefined;
    let hops = 0;
    for await (const { path, inside } of soundFiles(source)) {
      const open = openerOf(path);
      if (!open) continue;
      try {
        const sound = await open(path);
        if (sound.frames === 0) throw new UserError(`${path} holds no sound: leave it out`);
        const rate = options.sampleRate ?? sound.rate;
        first ??= { rate: sound.rate, path };
        if (options.sampleRate === undefined && sound.rate !== first.rate) {
          throw new UserError(
            `${path} has ${sound.rate} samples a second, and ${first.path} ${first.rate}: bring all to one rate with --sample-rate`,
          );
        }
        const frames = Math.ceil((sound.frames * rate) / sound.rate);
        const cut = windowsOf(options, target.length, rate);
        const window = cut?.window ?? frames;
        const count = cut ? Math.max(1, Math.floor((frames - window) / cut.hop) + 1) : 1;
        requireFits(
          window * target.channels,
          'float32',
          `a window of ${window} samples of ${path}`,
          'take a shorter --window',
        );
        const label = folderLabel(inside);
        files.push({
          path,
          sound,
          rate,
          window,
          hop: cut?.hop ?? window,
          count,
          start: hops,
          ...(label === undefined ? {} : { label }),
        });
        hops += count;
      } catch (error) {
        if (!(error instanceof UserError) || onError !== 'skip') throw error;
        failed.push({ origin: path, reason: error.message });
        hops += 1;
        files.push({ path, reason: error.message, count: 1, start: hops - 1 });
      }
    }
    if (!first) {
      const [damaged] = failed;
      throw new UserError(
        damaged
          ? `${source} holds no sound that can be read: all ${failed.length} of its files were left out, the first one because ${damaged.reason}`
          : `${source} holds no sound that can be read: .wav and .flac are`,
      );
    }
    const rate = options.sampleRate ?? first.rate;
    const cut = windowsOf(options, target.length, rate);
    const length = cut ? `windows of ${cut.window} samples every ${cut.hop}` : 'whole files';
    const mixed = target.channels === 1 ? 'mono' : counted(target.channels, 'channel');
    return {
      streams: new Map([[input.name, streamOf(source, files, hops, target)]]),
      preprocessing: {
        sampleRate: rate,
        ...(cut ? { window: cut.window, hop: cut.hop } : {}),
        channels: target.channels,
      },
      notices: [
        `sound goes in as: ${rate} Hz${options.sampleRate ? ' (resampled where it is not)' : ''} → ${mixed} → ${length} of −1 to 1`,
      ],
    };
  },
};

/** A file and the windows that it gives; or what is wrong with it. */
type Piece = {
  readonly path: string;
  readonly count: number;
  readonly start: number;
  readonly label?: string;
} & (
  | { readonly sound: Sound; readonly rate: number; readonly window: number; readonly hop: number }
  | { readonly reason: string }
);

interface Target {
  /** The input has an axis for them. */
  readonly hasChannels: boolean;
  readonly channels: number;
  /** Samples of a channel, where the model fixes them. */
  readonly length: number | undefined;
}

function targetOf(input: ModelInput): Target {
  const shape = sampleShape(input);
  if (shape?.length === 1) return { hasChannels: false, channels: 1, length: shape[0] };
  if (shape?.length === 2) return { hasChannels: true, channels: shape[0] ?? 1, length: shape[1] };
  throw new UserError(
    `input ${input.name} (${describeInput(input)} a sample) takes no sound as it is read: that is [samples, length] or [samples, channels, length]; spectrograms have to be made before, such as by torchaudio, and saved as .npy`,
  );
}

/** How a file is cut; `undefined`: it is not. Seconds are `1.5s`. */
function windowsOf(
  { window, hop }: AudioOptions,
  fixed: number | undefined,
  rate: number,
): { window: number; hop: number } | undefined {
  const size = window === undefined ? fixed : lengthOf(window, rate, '--window');
  if (fixed !== undefined && size !== undefined && size !== fixed) {
    throw new UserError(`--window ${window} is ${size} samples, and the model takes ${fixed}`);
  }
  if (size === undefined) {
    if (hop !== undefined) throw new UserError('--hop has no effect without --window: files go in whole');
    return undefined;
  }
  return { window: size, hop: hop === undefined ? size : lengthOf(hop, rate, '--hop') };
}

function lengthOf(value: string | number, rate: number, option: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(s|ms)?$/.exec(String(value).trim()) ?? [];
  const length = Number(digits) * (unit === 's' ? rate : unit === 'ms' ? rate / 1000 : 1);
  const rounded = Math.round(length);
  if (rounded >= 1 && (unit !== undefined || Number.isInteger(length))) return rounded;
  throw new UserError(`${option} ${value} is no length: give samples, as 16000, or a time, as 1s or 25ms`);
}

async function beginsWithSound(folder: string): Promise<boolean> {
  for await (const { path, isImage } of filesBelow(folder)) {
    if (isImage) return false;
    if (openerOf(path)) return true;
  }
  return false;
}

async function* soundFiles(source: string): AsyncGenerator<Pick<FoundFile, 'path' | 'inside'>> {
  if ((await stat(source)).isDirectory()) yield* filesBelow(source);
  else yield { path: source, inside: basename(source) };
}

/** Decoded files are kept up to so many values. */
const KEPT = 2 ** 26;

function streamOf(source: string, files: readonly Piece[], size: number, target: Target): SampleStream {
  const labelled = files.some(({ label }) => label !== undefined);
  return {
    origin: source,
    size,
    labelled,
    anyOrder: true,
    ...(target.hasChannels ? {} : { padding: { value: 0, left: false } }),
    async *read(selection) {
      const decoded = { kept: new Map<string, Float32Array[]>(), ahead: new ReadAhead() };
      for (const [start, end] of wantedRuns(selection, size)) {
        for (let index = start; index < end; index++) {
          yield [await windowAt(files[fileAt(files, index)], index, target, decoded)];
        }
      }
    },
  };
}

/** What was decoded for windows before. */
interface Decoded {
  /** Whole files. */
  readonly kept: Map<string, Float32Array[]>;
  readonly ahead: ReadAhead;
}

/** The file that holds a window: the last that begins at it or before. */
function fileAt(files: readonly Piece[], index: number): number {
  let [low, high] = [0, files.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (files[middle].start <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

async function windowAt(
  file: Piece,
  index: number,
  { channels, hasChannels }: Target,
  decoded: Decoded,
): Promise<ReadSample> {
  if ('reason' in file) return { origin: file.path, reason: file.reason };
  const { path, sound, rate, window, hop, count, start, label } = file;
  const origin = count === 1 ? path : `${path}, window ${index - start}`;
  const from = (index - start) * hop;
  try {
    const mixed = await partOf(path, sound, rate, from, window, channels, decoded);
    const data = new Float32Array(channels * window);
    for (const [c, channel] of mixed.entries()) data.set(channel.subarray(0, window), c * window);
    const dims = hasChannels ? [channels, window] : [window];
    const begins = index === start ? { begins: true } : {};
    return { type: 'float32', data, dims, origin, ...begins, ...(label === undefined ? {} : { label }) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { origin, reason: error.message };
  }
}

/** Channels of a part of a file, at the rate that is asked for; it ends where the file does. */
async function partOf(
  path: string,
  sound: Sound,
  rate: number,
  from: number,
  window: number,
  channels: number,
  { kept, ahead }: Decoded,
): Promise<Float32Array[]> {
  if (sound.rate === rate && !sound.isWholeOnly) {
    return mixed(
      await ahead.decode(path, sound, from, Math.min(from + window, sound.frames)),
      channels,
      path,
    );
  }
  let whole = kept.get(path);
  if (!whole) {
    requireFits(sound.frames * sound.channels, 'float32', `${path}, decoded,`, 'cut it into shorter files');
    const decoded = mixed(await sound.decode(0, sound.frames), channels, path);
    whole = decoded.map((channel) => resampled(channel, sound.rate, rate));
    let held = whole[0].length * channels;
    for (const each of kept.values()) held += each[0].length * channels;
    for (const [other, each] of kept) {
      if (held <= KEPT) break;
      kept.delete(other);
      held -= each[0].length * channels;
    }
    kept.set(path, whole);
  }
  return whole.map((channel) => channel.subarray(from, from + window));
}

/** Mono is the mean of all channels, and goes into all channels of a model that takes several. */
function mixed(given: readonly Float32Array[], channels: number, path: string): Float32Array[] {
  if (given.length === channels) return [...given];
  if (given.length === 1) return Array.from({ length: channels }, () => given[0]);
  if (channels !== 1) {
    throw new UserError(`${path} has ${given.length} channels, and the model takes ${channels}`);
  }
  const [first] = given;
  return [
    Float32Array.from(first, (_, i) => given.reduce((sum, channel) => sum + channel[i], 0) / given.length),
  ];
}
