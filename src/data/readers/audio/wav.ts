import { type FileHandle, open } from 'node:fs/promises';
import { UserError } from '../../../errors.js';
import type { Sound } from './sound.js';

/** How numbers stand in the file, by format tag and bits. */
type Decode = (view: DataView, at: number) => number;

const PCM = 1;
const FLOAT = 3;
/** The real format stands in the first two bytes of its sub-format. */
const EXTENSIBLE = 0xfffe;

const decoders: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  // The only one without a sign.
  [`${PCM} 8`, (view, at) => (view.getUint8(at) - 128) / 2 ** 7],
  [`${PCM} 16`, (view, at) => view.getInt16(at, true) / 2 ** 15],
  [`${PCM} 24`, (view, at) => (view.getUint8(at) + view.getInt16(at + 1, true) * 2 ** 8) / 2 ** 23],
  [`${PCM} 32`, (view, at) => view.getInt32(at, true) / 2 ** 31],
  [`${FLOAT} 32`, (view, at) => view.getFloat32(at, true)],
  [`${FLOAT} 64`, (view, at) => view.getFloat64(at, true)],
]);

/** Chunks before the samples; there are a handful. */
const MOST_CHUNKS = 1000;

/**
 * A WAV file (RIFF WAVE: linear PCM of 8 to 32 bits, float of 32 and 64, also as WAVE_FORMAT_EXTENSIBLE), as values from −1
 * to 1. Only what is asked for is read.
 *
 * @throws UserError where the file is damaged, or compressed.
 */
export async function openWav(path: string): Promise<Sound> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const header = await readHeader(file, path, size);
    return { ...header, decode: (from, to) => decoded(path, header, from, to) };
  } finally {
    await file.close();
  }
}

interface Header {
  readonly rate: number;
  readonly channels: number;
  readonly frames: number;
  readonly bits: number;
  readonly start: number;
  readonly value: Decode;
}

async function readHeader(file: FileHandle, path: string, size: number): Promise<Header> {
  const head = await bytesAt(file, 0, 12);
  if (head === undefined || text(head, 0) !== 'RIFF' || text(head, 8) !== 'WAVE') {
    throw new UserError(`${path} is not a WAV file: it does not begin with RIFF and WAVE`);
  }
  let format: Omit<Header, 'frames' | 'start'> | undefined;
  let at = 12;
  for (let chunk = 0; chunk < MOST_CHUNKS; chunk++) {
    const entry = await bytesAt(file, at, 8);
    if (!entry) break;
    const length = entry.getUint32(4, true);
    const name = text(entry, 0);
    if (name === 'fmt ') format = formatOf(await bytesAt(file, at + 8, Math.min(length, 40)), path);
    if (name === 'data') {
      if (!format) break;
      // Who writes to a pipe does not know the length.
      const there = size - at - 8;
      const bytes = length === 0xffffffff || length === 0 ? there : length;
      if (bytes > there) {
        throw new UserError(
          `${path} is cut off: ${bytes} bytes of samples are announced, ${there} are there`,
        );
      }
      const frames = Math.floor(bytes / ((format.bits / 8) * format.channels));
      return { ...format, frames, start: at + 8 };
    }
    // Chunks begin at even places.
    at += 8 + length + (length % 2);
  }
  throw new UserError(`${path} holds no samples (no chunk "data" behind a chunk "fmt "): it is damaged`);
}

function formatOf(view: DataView | undefined, path: string): Omit<Header, 'frames' | 'start'> {
  if (!view || view.byteLength < 16) throw new UserError(`${path} is damaged: its format is cut off`);
  const tag = view.getUint16(0, true);
  const isExtensible = tag === EXTENSIBLE && view.byteLength >= 26;
  const [channels, rate, bits] = [view.getUint16(2, true), view.getUint32(4, true), view.getUint16(14, true)];
  const value = decoders.get(`${isExtensible ? view.getUint16(24, true) : tag} ${bits}`);
  if (!value) {
    throw new UserError(
      `${path} holds samples of a format (${tag}, ${bits} bits) that is not read: write it as PCM or float, such as by ffmpeg -i in.wav -c:a pcm_s16le out.wav`,
    );
  }
  if (channels === 0 || rate === 0) {
    throw new UserError(`${path} is damaged: it has ${channels} channels at ${rate} Hz`);
  }
  const block = view.getUint16(12, true);
  if (block !== (channels * bits) / 8) {
    throw new UserError(
      `${path} takes ${block} bytes for ${channels} × ${bits} bits, and only samples without gaps are read: write it as such, for instance by ffmpeg -i in.wav -c:a pcm_s16le out.wav`,
    );
  }
  return { rate, channels, bits, value };
}

async function decoded(
  path: string,
  { channels, bits, start, value }: Header,
  from: number,
  to: number,
): Promise<Float32Array[]> {
  const file = await open(path, 'r');
  try {
    const step = bits / 8;
    const view = await bytesAt(file, start + from * channels * step, (to - from) * channels * step);
    if (!view) throw new UserError(`${path} is cut off: it changed while it was read`);
    return Array.from({ length: channels }, (_, channel) => {
      const values = new Float32Array(to - from);
      for (let i = 0; i < values.length; i++) values[i] = value(view, (i * channels + channel) * step);
      return values;
    });
  } finally {
    await file.close();
  }
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<DataView | undefined> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) return undefined;
    done += bytesRead;
  }
  return new DataView(bytes.buffer);
}

const text = (view: DataView, at: number): string =>
  String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)));
