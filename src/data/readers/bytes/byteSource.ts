import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { messageOf, UserError } from '../../../errors.js';

/** Bytes that lie somewhere: a file, or an entry of an archive. */
export interface ByteSource {
  /** For messages. */
  readonly name: string;
  readonly size: number;
  /** `false`: reading must go forwards, since the bytes come out of a decompressor. */
  readonly seekable: boolean;
  open(): Promise<ByteReader>;
}

/** One pass over the bytes of a source. */
export interface ByteReader {
  /**
   * Fills `target` with the bytes from `position` on.
   *
   * @throws UserError where the source ends before or is damaged.
   */
  read(position: number, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** `size` bytes of an open file from `start` on. The handle stays open until its owner closes it. */
export function fileBytes(handle: FileHandle, name: string, start: number, size: number): ByteSource {
  const reader: ByteReader = {
    async read(position, target) {
      let filled = 0;
      while (filled < target.length) {
        // One call reads less than 2 GiB at most, so a large target takes several.
        const { bytesRead } = await handle.read(
          target,
          filled,
          Math.min(target.length - filled, 2 ** 30),
          start + position + filled,
        );
        if (bytesRead === 0) throw endedEarly(name);
        filled += bytesRead;
      }
    },
    async close() {},
  };
  return { name, size, seekable: true, open: async () => reader };
}

/** Bytes that only come as a stream, opened again for each pass. */
export function streamedBytes(name: string, size: number, openStream: () => Promise<Readable>): ByteSource {
  return {
    name,
    size,
    seekable: false,
    async open() {
      const stream = await openStream().catch((error: unknown) => {
        throw damaged(name, error);
      });
      return forwardReader(name, stream);
    },
  };
}

function forwardReader(name: string, stream: Readable): ByteReader {
  const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let chunkStart = 0;
  const advance = async (): Promise<void> => {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await chunks.next();
    } catch (error) {
      throw damaged(name, error);
    }
    if (next.done) throw endedEarly(name);
    chunkStart += chunk.length;
    chunk = next.value;
  };
  return {
    async read(position, target) {
      if (position < chunkStart) throw new Error(`${name} is read backwards`);
      let filled = 0;
      while (filled < target.length) {
        const at = position + filled - chunkStart;
        if (at >= chunk.length) {
          await advance();
          continue;
        }
        const part = chunk.subarray(at, at + target.length - filled);
        target.set(part, filled);
        filled += part.length;
      }
    },
    async close() {
      stream.destroy();
    },
  };
}

/** What a decompressor or an archive says of bytes that cannot be as they are. */
export const damaged = (name: string, error: unknown): UserError =>
  new UserError(`${name} is damaged (${messageOf(error)}): write it again`);

const endedEarly = (name: string): UserError =>
  new UserError(`${name} ends before its data does: it is truncated, copy or write it again`);
