import { readFileSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DataOptions } from '../../../../src/data/options.js';
import { dimsOf, input, readAll, valuesOf } from '../../reading.js';
import { temporaryFolder } from '../../temporaryFolder.js';

const FIXTURES = join(import.meta.dirname, '../../../../fixtures/formats/text');
const SENTENCES = join(FIXTURES, 'sentences.txt');
const PARQUET = join(FIXTURES, '../pandas.parquet');
const json = (name: string): number[][] => JSON.parse(readFileSync(join(FIXTURES, name), 'utf8'));
const tokenizer = (name: string) => join(FIXTURES, `${name}.json`);

const ids = input('input_ids', 'int64', ['batch', 'sequence']);
const mask = input('attention_mask', 'int64', ['batch', 'sequence']);
const types = input('token_type_ids', 'int64', ['batch', 'sequence']);
const positions = input('position_ids', 'int32', ['batch', 'sequence']);

/** What each text comes to, without what it was filled up with. */
async function tokensOf(options: Partial<DataOptions>, batchSize = 7) {
  const inputs = [ids, mask, types, positions];
  const { feeds, source } = await readAll({ data: [SENTENCES], ...options }, inputs, { batchSize });
  const found: { ids: number[]; positions: number[]; before: number[]; after: number[]; types: number[] }[] =
    [];
  for (const { samples, tensors } of feeds) {
    const { dims } = tensors.input_ids;
    for (const name of Object.keys(tensors)) expect(tensors[name].dims).toEqual(dims);
    const row = (name: string, i: number) =>
      [...tensors[name].data.slice(i * dims[1], (i + 1) * dims[1])].map(Number);
    for (let i = 0; i < samples; i++) {
      const valid = row('attention_mask', i);
      const from = valid.indexOf(1);
      const to = valid.lastIndexOf(1) + 1;
      expect(valid.slice(from, to).every((one) => one === 1)).toBe(true);
      const all = row('input_ids', i);
      found.push({
        ids: all.slice(from, to),
        before: all.slice(0, from),
        after: all.slice(to),
        positions: row('position_ids', i).slice(from, to),
        types: row('token_type_ids', i),
      });
    }
  }
  return { found, source, longest: feeds.map((feed) => feed.tensors.input_ids.dims[1]) };
}

// By fixtures/formats/text/make.py, with Python's tokenizers.
describe.each(['wordpiece', 'bpe', 'unigram'])('tokens of %s', (name) => {
  it('are those of the library itself, in four languages', async () => {
    const { found, longest, source } = await tokensOf({ text: { tokenizer: tokenizer(name) } });
    const wanted = json(`${name}.ids.json`);
    expect(found.map((each) => each.ids)).toEqual(wanted);
    expect(longest).toEqual(
      Array.from({ length: 15 }, (_, b) =>
        Math.max(...wanted.slice(7 * b, 7 * b + 7).map(({ length }) => length)),
      ),
    );
    for (const each of found) {
      expect(each.positions).toEqual(each.ids.map((_, i) => i));
      expect(new Set([...each.types, 0])).toEqual(new Set([0]));
      expect(name === 'bpe' ? each.after : each.before).toEqual([]);
    }
    // [PAD] is 0 and <pad> is 1; <|endoftext|>, on the left, is 0.
    const filling = new Set(found.flatMap(({ before, after }) => [...before, ...after]));
    expect([...filling]).toEqual([name === 'unigram' ? 1 : 0]);
    expect(source).toMatchObject({ reader: 'text', size: 100 });
  });

  it('are cut as there, at the end of the text and not of the special tokens', async () => {
    const { found, source } = await tokensOf({ text: { tokenizer: tokenizer(name), maxLength: 12 } });
    expect(found.map((each) => each.ids)).toEqual(json(`${name}.cut.json`));
    expect(source.notices?.join('\n')).toMatch(/of the first 100 texts are cut to 12 tokens/);
    expect(source.preprocessing).toMatchObject({ maxLength: 12, tokenizer: tokenizer(name) });
  });
});

describe('texts', () => {
  const text = { tokenizer: tokenizer('wordpiece') };
  const wanted = json('wordpiece.ids.json');
  const lines = readFileSync(SENTENCES, 'utf8').trimEnd().split('\n');

  it('fill what the model fixes', async () => {
    const fixed = [input('input_ids', 'int64', ['batch', 40])];
    const { feeds } = await readAll({ data: [SENTENCES], text }, fixed, { batchSize: 32 });
    expect(dimsOf(feeds, 'input_ids')).toEqual([32, 32, 32, 4].map((samples) => [samples, 40]));
    const first = valuesOf(feeds, 'input_ids').slice(0, 40).map(Number);
    expect(first).toEqual([...wanted[0], ...new Array(40).fill(0)].slice(0, 40));
  });

  it('may be a column of a table, with labels beside', async () => {
    const folder = await temporaryFolder({
      'a.csv': `id,text,class\n${lines.map((line, i) => `${i},"${line.replaceAll('"', '""')}",${i % 3}`).join('\n')}\n`,
      'a.jsonl': lines.map((line, i) => JSON.stringify({ id: i, text: line, label: i % 3 })).join('\n'),
    });
    const csv = await tokensOf({
      data: [join(folder, 'a.csv')],
      text: { ...text, textColumn: 'text' },
      csv: { labelColumn: 'class' },
    });
    const jsonl = await tokensOf({ data: [join(folder, 'a.jsonl')], text });
    for (const { found, source } of [csv, jsonl]) {
      expect(found.map((each) => each.ids)).toEqual(wanted);
      expect([...source.labels.values()]).toEqual([34, 33, 33]);
      expect(source.preprocessing).toMatchObject({ textColumn: 'text' });
    }
    const parquet = await tokensOf({ data: [PARQUET], text: { ...text, textColumn: 'id' } });
    expect(parquet.found).toHaveLength(10);
  });

  it('take the tokenizer beside the model', async () => {
    const folder = await temporaryFolder({});
    await copyFile(tokenizer('wordpiece'), join(folder, 'tokenizer.json'));
    const cameWith = { path: join(folder, 'model.onnx'), metadata: [] };
    expect((await tokensOf({ cameWith })).found.map((each) => each.ids)).toEqual(wanted);
    await expect(tokensOf({})).rejects.toThrow('texts need a tokenizer');
  });

  it('take the limit and the padding that are written down for the model', async () => {
    const folder = await temporaryFolder({
      'tokenizer_config.json': JSON.stringify({
        model_max_length: 12,
        padding_side: 'left',
        pad_token: '[MASK]',
      }),
    });
    await copyFile(tokenizer('wordpiece'), join(folder, 'tokenizer.json'));
    const { found } = await tokensOf({ text: { tokenizer: join(folder, 'tokenizer.json') } }, 4);
    expect(found.map((each) => each.ids)).toEqual(json('wordpiece.cut.json'));
    expect(new Set(found.flatMap(({ before }) => before))).toEqual(new Set([4]));
  });

  it('that are bad are said with their place, and may be left out', async () => {
    const folder = await temporaryFolder({
      'a.jsonl': '{"text":"one"}\n{"text":3}\n{"text":"two"}\nnot json\n{"text":""}\n',
    });
    const options = { data: [join(folder, 'a.jsonl')], text: { ...text, textColumn: 'text' } };
    await expect(tokensOf(options)).rejects.toThrow(/a\.jsonl, line 2: its column text holds no text/);
    const { found, source } = await tokensOf({ ...options, onError: 'skip' });
    expect(found).toHaveLength(3);
    expect(source.skippedCount).toBe(2);
  });

  it.each<[string, Partial<DataOptions>, string]>([
    [
      'a tokenizer that is not there',
      { text: { tokenizer: 'no.json' } },
      'the tokenizer no.json cannot be read',
    ],
    ['one that is none', { text: { tokenizer: 'package.json' } }, 'is not a tokenizer.json'],
    [
      'a column of a text file',
      { text: { ...text, textColumn: 'x' } },
      'without columns: leave out --text-column',
    ],
    ['a column of numbers', { data: [PARQUET], text: { ...text, textColumn: 'third' } }, 'holds no texts'],
    [
      'a column that is not there',
      { data: [PARQUET], text: { ...text, textColumn: 'no' } },
      'has no column no',
    ],
  ])('refuse %s', async (_, options, sentence) => {
    await expect(tokensOf(options)).rejects.toThrow(sentence);
  });

  it('refuse inputs that no tokenizer feeds, and options for other data', async () => {
    await expect(
      readAll({ data: [SENTENCES], text }, [ids, input('pixel_values', 'float32', ['batch', 3])]),
    ).rejects.toThrow('input pixel_values takes nothing that a tokenizer gives');
    await expect(
      readAll({ data: ['random:3'], text: { maxLength: 3 } }, [input('x', 'float32', ['n', 3])]),
    ).rejects.toThrow('--max-length is an option for texts');
    const broken = join(await temporaryFolder({}), 'tokenizer.json');
    await writeFile(broken, (await readFile(tokenizer('bpe'), 'utf8')).replace('"vocab"', '"words"'));
    await expect(tokensOf({ text: { tokenizer: broken } })).rejects.toThrow('cannot be used');
  });
});
