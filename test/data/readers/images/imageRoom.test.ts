import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { input, readAll } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const x = input('x', 'float32', ['n', 1, null, null]);
const pixels = (width: number, height: number) =>
  sharp(new Uint8Array(width * height), { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();

test.each([
  [
    { resize: 1_000_000 },
    /of 1000000x1000000 pixels each, takes .* which does not fit into memory: choose a smaller --resize/,
  ],
  [{ resize: '99999999999999999999' }, /takes more than any machine has/],
  [{ resize: 1_000_000, crop: 2 }, /of 1000000x1000000 pixels each/],
  [{ crop: 1_000_000 }, /too small for --crop/],
])('a size beyond memory is refused before anything is allocated: %j', async (image, message) => {
  const folder = await temporaryFolder({ 'a.png': await pixels(2, 2) });
  await expect(readAll({ data: [folder], image }, [x])).rejects.toThrow(message);
});

test('an image that would shrink further than the decoder does is refused, and not left as it is', async () => {
  const folder = await temporaryFolder({ 'a.png': await pixels(1_000_001, 1) });
  await expect(readAll({ data: [folder], image: { resize: '1x1' } }, [x])).rejects.toThrow(
    /a\.png: it is 1000001x1 pixels, which do not shrink to 1x1/,
  );
});

test('a file that no image is as large as is not read', async () => {
  const folder = await temporaryFolder({ 'a.png': '' });
  await writeFile(join(folder, 'a.png'), await pixels(1, 1));
  await truncate(join(folder, 'a.png'), 3 * 2 ** 30);
  await expect(readAll({ data: [folder] }, [x])).rejects.toThrow(
    /a\.png: it has 3\.0 GiB, more than an image takes/,
  );
});
