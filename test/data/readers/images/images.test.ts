import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { DataOptions, ImageOptions } from '../../../../src/data/options.js';
import type { ModelInput } from '../../../../src/onnx/modelInput.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

type Channels = 1 | 2 | 3 | 4;

const png = (values: number[], width: number, height: number, channels: Channels): Promise<Buffer> =>
  sharp(Uint8Array.from(values), { raw: { width, height, channels } })
    .toColourspace(channels < 3 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();

// Two pixels: red 10, green 20, blue 30 and 40, 50, 60.
const twoPixels = () => png([10, 20, 30, 40, 50, 60], 2, 1, 3);

async function read(
  files: Record<string, string | Uint8Array>,
  x: ModelInput,
  image: ImageOptions = {},
  more: Partial<DataOptions> = {},
) {
  const folder = await temporaryFolder(files);
  return { folder, ...(await readAll({ data: [folder], image, ...more }, [x])) };
}

const raw = { scale: 1 };
const open3 = input('x', 'float32', ['n', 3, 'h', 'w']);

test('channels come first or last, as the input has them', async () => {
  const files = { 'a.png': await twoPixels() };
  const first = await read(files, input('x', 'float32', ['n', 3, 1, 2]), raw);
  expect(valuesOf(first.feeds, 'x')).toEqual([10, 40, 20, 50, 30, 60]);
  const last = await read(files, input('x', 'float32', ['n', 1, 2, 3]), { ...raw, layout: 'nhwc' });
  expect(valuesOf(last.feeds, 'x')).toEqual([10, 20, 30, 40, 50, 60]);
  const told = await read(files, input('x', 'float32', ['n', 'h', 'w', 3]), raw);
  expect(dimsOf(told.feeds, 'x')).toEqual([[1, 1, 2, 3]]);
  expect(valuesOf(told.feeds, 'x')).toEqual([10, 20, 30, 40, 50, 60]);
});

test('the order of colours may be reversed', async () => {
  const { feeds } = await read({ 'a.png': await twoPixels() }, open3, { ...raw, color: 'bgr' });
  expect(valuesOf(feeds, 'x')).toEqual([30, 60, 20, 50, 10, 40]);
});

test('gray is the luma of Pillow', async () => {
  const { feeds } = await read(
    { 'a.png': await twoPixels() },
    input('x', 'float32', ['n', 1, 'h', 'w']),
    raw,
  );
  // PIL.Image.convert('L'): (10·19595 + 20·38470 + 30·7471 + 32768) >> 16 = 18; 48
  expect(valuesOf(feeds, 'x')).toEqual([18, 48]);
});

test('gray files feed gray inputs unchanged, with and without a channel axis, and colour inputs threefold', async () => {
  const files = { 'a.png': await png([0, 100, 255], 3, 1, 1) };
  for (const shape of [
    ['n', 1, 'h', 'w'],
    ['n', 'h', 'w'],
    ['n', 3],
  ]) {
    const { feeds } = await read(files, input('x', 'float32', shape), raw);
    expect(valuesOf(feeds, 'x')).toEqual([0, 100, 255]);
    expect(dimsOf(feeds, 'x')[0]).toEqual([1, ...[1, 1, 3].slice(4 - shape.length)].slice(0, shape.length));
  }
  expect(valuesOf((await read(files, open3, raw)).feeds, 'x')).toEqual([
    0, 100, 255, 0, 100, 255, 0, 100, 255,
  ]);
});

test('value × scale − mean ÷ std, a channel each; floating inputs are scaled to 0 … 1 by themselves', async () => {
  const files = { 'a.png': await png([51, 102, 255], 1, 1, 3) };
  const plain = await read(files, input('x', 'float64', ['n', 3, 1, 1]));
  expect(valuesOf(plain.feeds, 'x')).toEqual([51 / 255, 102 / 255, 1]);
  const normal = await read(files, input('x', 'float64', ['n', 3, 1, 1]), {
    mean: [0.1, 0.2, 0.3],
    std: [0.5],
  });
  expect(valuesOf(normal.feeds, 'x')).toEqual([(0.2 - 0.1) / 0.5, (0.4 - 0.2) / 0.5, (1 - 0.3) / 0.5]);
  expect(normal.source.preprocessing).toMatchObject({ layout: 'nchw', color: 'rgb', std: [0.5, 0.5, 0.5] });
  const integers = await read(files, input('x', 'uint8', ['n', 3, 1, 1]));
  expect(valuesOf(integers.feeds, 'x')).toEqual([51, 102, 255]);
  await expect(read(files, input('x', 'int32', ['n', 3, 1, 1]), { scale: 0.1 })).rejects.toThrow(
    /is not an integer/,
  );
});

test('alpha is dropped, or fed where the input wants four channels', async () => {
  const files = { 'a.png': await png([10, 20, 30, 0], 1, 1, 4) };
  expect(valuesOf((await read(files, open3, raw)).feeds, 'x')).toEqual([10, 20, 30]);
  expect(valuesOf((await read(files, input('x', 'float32', ['n', 4, 1, 1]), raw)).feeds, 'x')).toEqual([
    10, 20, 30, 0,
  ]);
  const opaque = { 'a.png': await png([10, 20, 30], 1, 1, 3) };
  expect(valuesOf((await read(opaque, input('x', 'float32', ['n', 4, 1, 1]), raw)).feeds, 'x')).toEqual([
    10, 20, 30, 255,
  ]);
});

test('16-bit values keep their fractions of an 8-bit step', async () => {
  for (const [channels, space] of [
    [1, 'grey16'],
    [3, 'rgb16'],
  ] as const) {
    const values = Uint16Array.from({ length: channels }, () => 257 * 100 + 128);
    const bytes = await sharp(values, { raw: { width: 1, height: 1, channels } })
      .toColourspace(space)
      .png()
      .toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    const { feeds } = await read({ 'a.png': bytes }, input('x', 'float64', ['n', channels, 1, 1]), raw);
    expect(valuesOf(feeds, 'x')).toEqual(Array(channels).fill(100 + 128 / 257));
  }
});

test('the EXIF orientation is applied', async () => {
  // Orientation 6: to be seen turned clockwise, so 2 × 1 pixels are seen as 1 × 2.
  const turned = await sharp(await twoPixels())
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const { feeds } = await read({ 'a.png': turned }, open3, raw);
  expect(dimsOf(feeds, 'x')).toEqual([[1, 3, 2, 1]]);
});

test('a folder is read in the order of its paths, classes are its first sub-folders', async () => {
  const value = (v: number) => png([v], 1, 1, 1);
  const { feeds, source } = await read(
    {
      'b/1.png': await value(3),
      'b/0/9.PNG': await value(2),
      'a/2.png': await value(1),
      'a.png': await value(0),
      'Z.png': await value(9),
      'notes.txt': 'not an image',
      '.hidden.png': await value(77),
      '.git/x.png': await value(77),
    },
    input('x', 'float32', ['n', 1, 1, 1]),
    raw,
  );
  // By code unit: 'Z.png' < 'a.png' < 'a/2.png' < 'b/0/9.PNG' < 'b/1.png'
  expect(valuesOf(feeds, 'x')).toEqual([9, 0, 1, 2, 3]);
  expect([...source.labels]).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(source).toMatchObject({ reader: 'images', size: 5, preprocessing: { ignoredFiles: 1 } });
});

test('links are followed, but not in circles', async () => {
  const folder = await temporaryFolder({ 'set/a.png': await png([5], 1, 1, 1) });
  await mkdir(join(folder, 'view'));
  await symlink('../set', join(folder, 'view', 'cats'));
  await symlink('..', join(folder, 'set', 'up'));
  const { source } = await readAll({ data: [join(folder, 'view')] }, [input('x', 'float32', ['n', 1, 1, 1])]);
  expect([...source.labels]).toEqual([['cats', 1]]);
});

test('order holds, whatever takes longest to decode', async () => {
  const files: Record<string, Buffer> = {};
  for (let i = 0; i < 40; i++) {
    const side = i % 3 === 0 ? 300 : 2;
    files[`${String(i).padStart(2, '0')}.png`] = await sharp({
      create: { width: side, height: side, channels: 3, background: { r: i, g: i, b: i } },
    })
      .png()
      .toBuffer();
  }
  const { feeds } = await read(files, input('x', 'float32', ['n', 1, 1, 1]), raw);
  expect(valuesOf(feeds, 'x')).toEqual(Array.from({ length: 40 }, (_, i) => i));
});

test('images take the size of the input, and it is said', async () => {
  const { feeds, source } = await read({ 'a.png': await twoPixels() }, input('x', 'float32', ['n', 3, 4, 6]));
  expect(dimsOf(feeds, 'x')).toEqual([[1, 3, 4, 6]]);
  expect(source.preprocessing).toMatchObject({ resizedToInput: '6x4', interpolation: 'linear, antialiased' });
});

test('--resize and --crop are obeyed, also where they contradict the input', async () => {
  const files = {
    'a.png': await sharp({ create: { width: 40, height: 20, channels: 3, background: 'red' } })
      .png()
      .toBuffer(),
  };
  const { feeds, source } = await read(files, open3, { resize: '10', crop: '8x6' });
  expect(dimsOf(feeds, 'x')).toEqual([[1, 3, 6, 8]]);
  expect(source.preprocessing).toMatchObject({ resize: 10, crop: '8x6' });
  await expect(read(files, input('x', 'float32', ['n', 3, 28, 28]), { resize: 10 })).rejects.toThrow(
    'a.png: it has the shape 3×10×20, but input x wants 3×28×28 a sample',
  );
});

test('images of different sizes make no batch', async () => {
  const files = {
    'a.png': await png([1, 2], 2, 1, 1),
    'b.png': await png([3], 1, 1, 1),
    'c.png': await png([4, 5], 2, 1, 1),
  };
  const x = input('x', 'float32', ['n', 1, 'h', 'w']);
  await expect(read(files, x)).rejects.toThrow(
    /b\.png: it has the shape 1×1×1, but the samples before it have 1×1×2.*--resize/,
  );
  const { feeds, source } = await read(files, x, raw, { onError: 'skip' });
  expect(valuesOf(feeds, 'x')).toEqual([1, 2, 4, 5]);
  expect(source.skippedCount).toBe(1);
  const folder = await temporaryFolder(files);
  const single = await readAll({ data: [folder], image: raw }, [x], { batchSize: 1 });
  expect(dimsOf(single.feeds, 'x')).toEqual([
    [1, 1, 1, 2],
    [1, 1, 1, 1],
    [1, 1, 1, 2],
  ]);
});

test('damaged images are named, or skipped', async () => {
  const whole = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer();
  const files = {
    'a.png': Buffer.from('no image'),
    'b.jpg': whole,
    'c.jpg': whole.subarray(0, Math.floor(whole.length * 0.9)),
    'd.png': new Uint8Array(0),
  };
  const x = input('x', 'float32', ['n', 3, 64, 64]);
  await expect(read(files, x)).rejects.toThrow(
    /a\.png: the image cannot be decoded \(.*\): replace or remove the file/,
  );
  const { feeds, source, folder } = await read(files, x, {}, { onError: 'skip' });
  expect(feeds.map(({ samples }) => samples)).toEqual([1]);
  expect(source.skipped.map(({ origin }) => origin)).toEqual(
    ['a.png', 'c.jpg', 'd.png'].map((name) => join(folder, name)),
  );
});

test('a single image is a source', async () => {
  const folder = await temporaryFolder({
    'cats/a.webp': await sharp(await twoPixels())
      .webp({ lossless: true })
      .toBuffer(),
  });
  const { feeds, source } = await readAll({ data: [join(folder, 'cats/a.webp')], image: raw }, [open3]);
  expect(valuesOf(feeds, 'x')).toEqual([10, 40, 20, 50, 30, 60]);
  expect(source.labels.size).toBe(0);
});

test.each<[string, ModelInput, ImageOptions, RegExp]>([
  [
    'an input that is no image',
    input('x', 'float32', ['n', 2, 3, 4, 5]),
    {},
    /input x takes no images \(it wants 2×3×4×5/,
  ],
  ['twelve channels', input('x', 'float32', ['n', 12, 8, 8]), {}, /wants 12 channels/],
  [
    'a colour that does not fit',
    open3,
    { color: 'gray' },
    /--color gray gives 1 channel, but input x wants 3/,
  ],
  [
    'means that do not fit',
    open3,
    { mean: [1, 2] },
    /--mean 1,2 does not fit rgb images: write one number or 3/,
  ],
  ['a deviation of 0', open3, { std: [0] }, /--std holds a 0/],
  ['a size that is none', open3, { resize: 'big' }, /--resize big: write one number/],
])('%s is refused', async (_, x, image, message) => {
  await expect(read({ 'a.png': await twoPixels() }, x, image)).rejects.toThrow(message);
});

test('a folder without images is refused', async () => {
  await expect(read({ 'a.txt': '' }, open3)).rejects.toThrow(/holds no images \(1 other files\)/);
});

test('every second batch is the second, the fourth, …', async () => {
  const files: Record<string, Buffer> = {};
  for (let i = 1; i <= 4; i++) files[`${i}.png`] = await png([i], 1, 1, 1);
  const folder = await temporaryFolder(files);
  const x = input('x', 'float32', ['n', 1, 1, 1]);
  const { feeds } = await readAll({ data: [folder], image: raw }, [x], { batchSize: 1, every: 2 });
  expect(valuesOf(feeds, 'x')).toEqual([2, 4]);
});

test.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)(
  'a %s image that ends too early is named, in words that are not the decoder’s own',
  async (format) => {
    const noise = Uint8Array.from({ length: 28 * 28 * 3 }, (_, i) => (i * i * 37) % 251);
    const whole = await sharp(noise, { raw: { width: 28, height: 28, channels: 3 } })
      .toFormat(format)
      .toBuffer();
    for (const length of [0, 12, whole.length >> 1]) {
      const files = { [`a.${format}`]: whole.subarray(0, length) };
      await expect(read(files, input('x', 'float32', ['n', 3, 28, 28]))).rejects.toThrow(
        new RegExp(`a\\.${format}: the image cannot be decoded \\(it is damaged or truncated`),
      );
    }
  },
);

test('images of another folder begin another sequence', async () => {
  const image = await twoPixels();
  const folder = await temporaryFolder({});
  for (const film of ['b', 'a']) {
    await mkdir(join(folder, film));
    for (const frame of ['1.png', '2.png']) await writeFile(join(folder, film, frame), image);
  }
  const { feeds } = await readAll({ data: [folder] }, [open3], { batchSize: 8 });
  expect(feeds.map(({ begins }) => begins)).toEqual([[false, false, true, false]]);
});
