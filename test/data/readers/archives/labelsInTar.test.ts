import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { type Header, pack } from 'tar-stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const x = [input('x', 'float32', ['n', 1, 1, 1])];
/** A gray pixel of each value. */
const pixels: Buffer[] = [];

beforeAll(async () => {
  for (const value of [10, 20, 30]) {
    const raw = { width: 1, height: 1, channels: 1 } as const;
    pixels.push(await sharp(Uint8Array.of(value), { raw }).toColourspace('b-w').png().toBuffer());
  }
});

type Entry = readonly [name: string | (Pick<Header, 'name'> & Partial<Header>), content?: string | Buffer];

/** Values and labels of the images of an archive of these entries. */
async function read(...entries: readonly Entry[]) {
  const archive = pack();
  for (const [name, content] of entries) {
    archive.entry(typeof name === 'string' ? { name } : name, content ?? '');
  }
  archive.finalize();
  const folder = await temporaryFolder({ 'd.tar': await buffer(archive) });
  const { feeds, source } = await readAll({ data: [`${folder}/d.tar`], image: { scale: 1 } }, x);
  return { values: valuesOf(feeds, 'x'), labels: feeds.flatMap((feed) => feed.labels ?? []), source };
}

describe('the class of an image in a tar archive', () => {
  test.each<[string, string, string | undefined]>([
    ['0.cls', ' 7\n', '7'],
    ['0.CLS', 'cat', 'cat'],
    ['0.json', '{"label": "dog", "class": 1}', 'dog'],
    ['0.json', '{"class": 4, "cls": 5}', '4'],
    ['0.json', '{"cls": 0}', '0'],
    ['0.json', '{"label": ["dog"]}', undefined],
    ['0.json', '["dog"]', undefined],
    ['0.json', '{"label":', undefined],
    ['0.txt', '7', undefined],
    ['1.cls', '7', undefined],
  ])('is, of %s with %j: %s', async (name, content, label) => {
    const beside: Entry = [name, content];
    for (const entries of [
      [beside, ['0.png', pixels[0]]],
      [['0.png', pixels[0]], beside],
    ] as const) {
      const { labels, values } = await read(...entries);
      expect(values).toEqual([10]);
      expect(labels).toEqual(label === undefined ? [] : [label]);
    }
  });

  test('is that of the first file beside it, before that of its folder', async () => {
    const { labels } = await read(
      ['pets/0.cls', 'cat'],
      ['pets/0.json', '{"label": "dog"}'],
      ['pets/0.png', pixels[0]],
      ['pets/1.json', '{"size": 3}'],
      ['pets/1.png', pixels[1]],
      ['2.png', pixels[2]],
    );
    expect(labels).toEqual(['cat', 'pets', undefined]);
  });

  test('is not that of a file of the same name in another folder, nor of one of a longer name', async () => {
    const { labels, values } = await read(
      ['v1.0/0.png', pixels[0]],
      ['v1.0/00.cls', 'x'],
      ['v2.0/0.cls', 'y'],
      ['v2.0/0.left.png', pixels[1]],
      ['v3/plain', 'a file without an ending'],
      ['v3/plain.png', pixels[2]],
    );
    expect(values).toEqual([10, 20, 30]);
    expect(labels).toEqual(['v1.0', 'y', 'v3']);
  });

  test('is not in a text of more than a mebibyte', async () => {
    const long = (bytes: number) => JSON.stringify({ label: 'cat', rest: '' }).padEnd(bytes, ' ');
    expect((await read(['0.json', long(2 ** 20)], ['0.png', pixels[0]])).labels).toEqual(['cat']);
    expect((await read(['0.json', long(2 ** 20 + 1)], ['0.png', pixels[0]])).labels).toEqual([]);
  });
});

test('folders and links in a tar archive are no images', async () => {
  const { values } = await read(
    [{ name: 'a.png', type: 'directory' }],
    [{ name: 'b.png', type: 'symlink', linkname: 'c.png' }],
    ['c.png', pixels[1]],
    ['d.txt', 'text'],
  );
  expect(values).toEqual([20]);
});
