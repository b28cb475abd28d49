import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, UserError } from '../../../errors.js';
import { requireRegular } from '../../../files/regularFile.js';
import { isGzip } from './gunzippedFile.js';

/** A line of a text file and its number, from 1. */
export interface TextLine {
  readonly line: number;
  readonly text: string;
}

const CHUNK_BYTES = 2 ** 20;
/** A longer line is not text, or a file without line breaks. */
const LONGEST_LINE = 64 * 2 ** 20;
const NEWLINE = 0x0a;

/**
 * The lines of a text file in UTF-8, gzipped or not, without line breaks and byte order mark, about 1 MiB at a time.
 * Blank lines are left out, but counted.
 *
 * @throws UserError where the file cannot be read, is damaged, or a line is longer than 64 MiB.
 */
export async function* textLines(path: string): AsyncGenerator<readonly TextLine[]> {
  const isPacked = await startsGzipped(path);
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  let stream: Readable = file;
  if (isPacked) {
    stream = createGunzip({ chunkSize: CHUNK_BYTES });
    // Its errors come out of the iteration below.
    pipeline(file, stream as ReturnType<typeof createGunzip>, () => {});
  }
  try {
    yield* linesOf(stream, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      isPacked
        ? `${path} is damaged (${messageOf(error)}): write it again`
        : `${path} cannot be read (${messageOf(error)}): check its permissions`,
    );
  } finally {
    stream.destroy();
    file.destroy();
  }
}

async function* linesOf(stream: Readable, path: string): AsyncGenerator<readonly TextLine[]> {
  let line = 0;
  let rest: Buffer[] = [];
  let restLength = 0;
  const take = (bytes: Buffer, lines: TextLine[]) => {
    line++;
    const text = bytes.toString('utf8').replace(line === 1 ? /^\uFEFF/ : /(?!)/, '');
    if (text.trim() !== '') lines.push({ line, text: text.endsWith('\r') ? text.slice(0, -1) : text });
  };
  for await (const piece of stream) {
    const chunk: Buffer = piece;
    const lines: TextLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const part = chunk.subarray(start, end);
      take(rest.length === 0 ? part : Buffer.concat([...rest, part]), lines);
      rest = [];
      restLength = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restLength += chunk.length - start;
      if (restLength > LONGEST_LINE) {
        throw new UserError(
          `${path}, line ${line + 1} is longer than ${LONGEST_LINE / 2 ** 20} MiB: write one sample per line`,
        );
      }
    }
    if (lines.length > 0) yield lines;
  }
  const lines: TextLine[] = [];
  if (restLength > 0) take(Buffer.concat(rest), lines);
  if (lines.length > 0) yield lines;
}

async function startsGzipped(path: string): Promise<boolean> {
  try {
    await requireRegular(path);
    const handle = await open(path);
    try {
      const { buffer } = await handle.read(new Uint8Array(2), 0, 2, 0);
      return isGzip(buffer);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} cannot be read (${messageOf(error)}): check its permissions`);
  }
}
