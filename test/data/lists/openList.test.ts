import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openList } from '../../../src/data/lists/openList.js';
import type { DataOptions } from '../../../src/data/options.js';
import type { OpenedSource, Reader } from '../../../src/data/reader.js';
import type { Sample } from '../../../src/data/sample.js';
import { input, readAll } from '../reading.js';
import { temporaryFolder } from '../temporaryFolder.js';

const x = input('x', 'float32', ['n', 1]);
const none: DataOptions = { data: [] };

const sampleOf = (file: string): Sample => ({
  ...{ type: 'float64', data: Float64Array.of(1), dims: [1], origin: file },
});

/** A reader of files of one sample each, which keeps count of what is open; those called `bad` cannot be opened. */
function counting(name: string, more: (file: string) => Partial<OpenedSource> = () => ({})) {
  const open = new Set<string>();
  const reader: Reader = {
    name,
    takes: name,
    detect: () => true,
    async open(file) {
      if (file.startsWith('bad')) throw new Error(`${file} is bad`);
      open.add(file);
      const read = async function* () {
        yield [sampleOf(file)];
      };
      return {
        streams: new Map([['x', { origin: file, size: 1, read }]]),
        close: async () => {
          open.delete(file);
        },
        ...more(file),
      };
    },
  };
  return { reader, open };
}

describe('files of one kind', () => {
  test('are one source that is closed as one, with what is told of the first', async () => {
    const { reader, open } = counting('mine', (file) => ({
      preprocessing: { of: file },
      notices: ['said by all', `said of ${file}`],
    }));
    const files = ['a', 'b', 'c'];
    const { reader: name, opened } = await openList('@list', files, [x], none, async () => reader);
    expect([name, [...open]]).toEqual(['mine', files]);
    expect(opened.preprocessing).toEqual({ of: 'a' });
    // Three are enough.
    expect(opened.notices).toEqual(['said by all', 'said of a', 'said of b']);
    expect('streams' in opened && opened.streams.get('x')).toMatchObject({ origin: '@list', size: 3 });
    await opened.close?.();
    expect(open.size).toBe(0);
  });

  test('have nothing to tell where none has', async () => {
    const { reader } = counting('mine');
    const { opened } = await openList('@list', ['a', 'b'], [x], none, async () => reader);
    expect(opened).not.toHaveProperty('preprocessing');
    expect(opened.notices).toEqual([]);
  });

  test('are closed again where one of them cannot be part of it', async () => {
    const [{ reader, open }, other] = [counting('mine'), counting('other')];
    const readerOf = async (file: string) => (file === 'odd' ? other.reader : reader);
    await expect(openList('@list', ['a', 'b', 'bad'], [x], none, readerOf)).rejects.toThrow('bad is bad');
    expect(open.size).toBe(0);
    await expect(openList('@list', ['a', 'odd'], [x], none, readerOf)).rejects.toThrow(
      '@list names files of different kinds: a is read as mine, odd as other',
    );
    expect(open.size).toBe(0);
    const batches: Reader = {
      ...reader,
      open: async () => ({
        async *batches() {},
      }),
    };
    await expect(openList('@list', ['set'], [x], none, async () => batches)).rejects.toThrow(
      'set brings its own batches and can be no part of a list: pass it as --data set',
    );
  });

  test('are at most 4096, since all are open together', async () => {
    const { reader, open } = counting('mine');
    const files = (count: number) => Array.from({ length: count }, (_, i) => `f${i}`);
    await expect(openList('@list', files(4097), [x], none, async () => reader)).rejects.toThrow(
      '@list names 4097 files that are no images, of which at most 4096 can be read as one source: join them',
    );
    expect(open.size).toBe(0);
    await openList('@list', files(4096), [x], none, async () => reader);
    expect(open.size).toBe(4096);
  });
});

describe('a list of images', () => {
  let png: Buffer;
  beforeAll(async () => {
    const { default: sharp } = await import('sharp');
    png = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
  });
  const images = [input('x', 'float32', ['n', 3, 1, 1])];

  /** The classes of files in a folder, by their list. */
  async function classes(...files: string[]) {
    const folder = await temporaryFolder(Object.fromEntries(files.map((file) => [file, png])));
    const list = await temporaryFolder({ 'l.txt': files.map((file) => join(folder, file)).join('\n') });
    const { feeds, source } = await readAll({ data: [`@${list}/l.txt`] }, images);
    expect([source.reader, source.size]).toEqual(['images', files.length]);
    return feeds[0].labels;
  }

  test.each<[string[], string[] | undefined]>([
    [
      ['cat/1.png', 'dog/1.png'],
      ['cat', 'dog'],
    ],
    [
      ['set/cat/1.png', 'set/dog/a/1.png', 'set/cat/2.png'],
      ['cat', 'dog', 'cat'],
    ],
    // Their names begin alike, and they are two.
    [
      ['set/cat/1.png', 'set/cats/1.png'],
      ['cat', 'cats'],
    ],
    [['a/b/1.png', 'a/b/2.png'], undefined],
  ])('%j has the classes of the folders below the common one', async (files, expected) => {
    expect(await classes(...files)).toEqual(expected);
  });

  test('has no classes of some where they lie in the common folder', async () => {
    expect(await classes('1.png', 'cat/2.png')).toEqual([undefined, 'cat']);
  });

  test('is of images only', async () => {
    const { reader, open } = counting('mine');
    await openList('@list', ['a.png', 'b.txt'], [x], none, async () => reader);
    expect([...open]).toEqual(['a.png', 'b.txt']);
    // Another reader was asked for.
    await openList('@list', ['c.png'], [x], { data: [], reader: 'mine' }, async () => reader);
    expect(open.has('c.png')).toBe(true);
    const opened = await openList(
      '@list',
      ['d.png'],
      images,
      { data: [], reader: 'images' },
      async () => reader,
    );
    expect([opened.reader, open.has('d.png')]).toEqual(['images', false]);
  });
});
