import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

/** A chunk of a PNG: its length, its kind, what it holds, and the check sum. */
function chunk(kind: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** 2 × 2 pixels of RGB, with a colour profile that says that they are not sRGB. */
function profiled(pixels: readonly number[], profile: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(2, 0);
  header.writeUInt32BE(2, 4);
  header.set([8, 2], 8);
  // Each row begins with the filter, 0: none.
  const rows = Buffer.from([0, ...pixels.slice(0, 6), 0, ...pixels.slice(6)]);
  const named = Buffer.concat([Buffer.from('wide\0\0', 'latin1'), deflateSync(profile)]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('iCCP', named),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  ]);
}

it('is left alone, as by Pillow, OpenCV and torchvision: networks see the values that are stored', async () => {
  const plain = sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } });
  const { icc } = await sharp(await plain.withIccProfile('p3').png().toBuffer()).metadata();
  if (!icc) throw new Error('sharp wrote no profile');
  const pixels = [200, 30, 10, 0, 255, 0, 12, 34, 56, 250, 128, 3];
  const folder = await temporaryFolder({ 'a.png': profiled(pixels, icc) });
  const layout = { layout: 'nhwc', scale: 1 } as const;
  const { feeds } = await readAll({ data: [join(folder, 'a.png')], image: layout }, [
    input('x', 'float32', ['n', 2, 2, 3]),
  ]);
  expect(valuesOf(feeds, 'x')).toEqual(pixels);
  // It is a profile that would change them.
  const converted = await sharp(profiled(pixels, icc)).toColourspace('srgb').raw().toBuffer();
  expect([...converted]).not.toEqual(pixels);
});
