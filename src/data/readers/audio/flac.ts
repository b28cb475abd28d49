import { open, readFile } from 'node:fs/promises';
import { messageOf, UserError } from '../../../errors.js';
import type { Sound } from './sound.js';

/** The length of `fLaC`, the header of the first block, and STREAMINFO. */
const HEAD_BYTES = 4 + 4 + 34;

/**
 * A FLAC file, as values from −1 to 1. STREAMINFO (https://www.rfc-editor.org/rfc/rfc9639#section-8.2) says how long it is;
 * the samples are decoded by libFLAC.
 *
 * @throws UserError where the file is damaged.
 */
export async function openFlac(path: string): Promise<Sound> {
  const file = await open(path, 'r');
  let head: Buffer;
  try {
    head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    if (bytesRead < HEAD_BYTES || head.toString('latin1', 0, 4) !== 'fLaC' || (head[4] & 0x7f) !== 0) {
      throw new UserError(
        `${path} is not a FLAC file, or cut off: it does not begin with fLaC and its STREAMINFO`,
      );
    }
  } finally {
    await file.close();
  }
  // Twenty bits of the rate, three of the channels, five of the width, thirty-six of the length.
  const packed = head.readBigUInt64BE(8 + 10);
  const rate = Number(packed >> 44n);
  const channels = Number((packed >> 41n) & 7n) + 1;
  const frames = Number(packed & 0xfffffffffn);
  if (rate === 0 || frames === 0) {
    throw new UserError(
      `${path} does not say how long it is (${frames} samples at ${rate} Hz): write it again, such as by ffmpeg -i in.flac out.flac`,
    );
  }
  return {
    ...{ rate, channels, frames },
    isWholeOnly: true,
    async decode(from, to) {
      const decoded = await decodedFlac(path);
      if (decoded.length !== channels || decoded[0].length !== frames) {
        throw new UserError(
          `${path} is damaged: ${frames} samples of ${channels} channels are announced, and ${decoded[0]?.length ?? 0} of ${decoded.length} can be decoded`,
        );
      }
      return decoded.map((channel) => channel.subarray(from, to));
    },
  };
}

async function decodedFlac(path: string): Promise<Float32Array[]> {
  const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
  const decoder = new FLACDecoder();
  try {
    await decoder.ready;
    const { channelData, errors, bitDepth } = await decoder.decodeFile(new Uint8Array(await readFile(path)));
    const [error] = errors;
    if (error) throw new Error(error.message);
    // The decoder divides by the largest number of so many bits; others, and WAV, by one more.
    const largest = 2 ** (bitDepth - 1) - 1;
    return channelData.map((channel) => channel.map((value) => Math.round(value * largest) / (largest + 1)));
  } catch (error) {
    throw new UserError(`${path} is damaged (${messageOf(error)}): write it again`, { cause: error });
  } finally {
    decoder.free();
  }
}
