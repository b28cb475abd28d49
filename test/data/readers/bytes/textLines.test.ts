import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { textLines } from '../../../../src/data/readers/bytes/textLines.js';
import { temporaryFolder } from '../../temporaryFolder.js';

async function linesOf(content: string | Uint8Array): Promise<(readonly [number, string])[]> {
  const path = join(await temporaryFolder({ 'l.txt': content }), 'l.txt');
  const found: (readonly [number, string])[] = [];
  for await (const lines of textLines(path)) {
    expect(lines.length).toBeGreaterThan(0);
    found.push(...lines.map(({ line, text }) => [line, text] as const));
  }
  return found;
}

describe('lines of a text', () => {
  test('are counted with the blank ones, which are left out', async () => {
    expect(await linesOf('\na\n \t\n\nb\n')).toEqual([
      [2, 'a'],
      [5, 'b'],
    ]);
  });

  test('have no line break, and the first no byte order mark', async () => {
    expect(await linesOf('\uFEFFa \r\n b\r\n\r\nc\uFEFF')).toEqual([
      [1, 'a '],
      [2, ' b'],
      [4, 'c\uFEFF'],
    ]);
    // Elsewhere it is a character like any other.
    expect(await linesOf('a\n\uFEFFb')).toEqual([
      [1, 'a'],
      [2, '\uFEFFb'],
    ]);
  });

  test('are whole over the ends of chunks, also within a letter, gzipped or not', async () => {
    // 'é' takes two bytes, so that 2^20 falls within one; the second line takes more than two chunks.
    const lines = [`a${'é'.repeat(700_000)}`, 'b'.repeat(2_500_000), '', 'c'];
    const expected = [
      [1, lines[0]],
      [2, lines[1]],
      [4, 'c'],
    ];
    expect(await linesOf(lines.join('\n'))).toEqual(expected);
    expect(await linesOf(gzipSync(lines.join('\n')))).toEqual(expected);
  });

  test('of nothing are none', async () => {
    expect(await linesOf('')).toEqual([]);
    expect(await linesOf('\n\n')).toEqual([]);
    expect(await linesOf('a')).toEqual([[1, 'a']]);
  });

  test('longer than 64 MiB are refused by their number', async () => {
    const long = Buffer.alloc(64 * 2 ** 20 + 3, 'x');
    long.write('a\n', 0);
    await expect(linesOf(long)).rejects.toThrow(
      /l\.txt, line 2 is longer than 64 MiB: write one sample per line/,
    );
  });

  test('that cannot be unpacked or read are told so', async () => {
    const packed = gzipSync('a\nb\n');
    await expect(linesOf(packed.subarray(0, packed.length - 6))).rejects.toThrow(
      /l\.txt is damaged \(unexpected end of file\): write it again/,
    );
    const folder = await temporaryFolder();
    const reading = async (path: string) => {
      for await (const _ of textLines(path));
    };
    await expect(reading(join(folder, 'none.txt'))).rejects.toThrow(/none\.txt cannot be read \(/);
    await expect(reading(folder)).rejects.toThrow(`${folder} cannot be read (`);
  });
});
