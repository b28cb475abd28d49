import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../../errors.js';
import type { ModelInput } from '../../../onnx/modelInput.js';
import { counted, namesListed } from '../../../text/numbers.js';
import { sampleShape } from '../../batches/fitShape.js';
import type { DataOptions } from '../../options.js';
import type { Reader } from '../../reader.js';
import { isFailed, type ReadSample, type SampleStream } from '../../sample.js';
import type { Selection } from '../../selection.js';
import { SharedPass } from '../own/sharedPass.js';
import { openTexts, type Text, type Texts, textFiles } from './texts.js';
import { readTokenizer, TOKENIZER_FILE, type Tokenizer, type Tokens } from './tokenizer.js';

/** What transformers take of a text, by the names of their inputs. */
type Part = 'ids' | 'mask' | 'types' | 'positions';

const parts: ReadonlyMap<string, Part> = new Map<string, Part>([
  ['input_ids', 'ids'],
  ['decoder_input_ids', 'ids'],
  ['attention_mask', 'mask'],
  ['token_type_ids', 'types'],
  ['position_ids', 'positions'],
]);

/** Where neither the tokenizer nor the model sets a limit. */
const MOST = 512;

/** Text as tokens, by a `tokenizer.json`. */
export const text: Reader = {
  name: 'text',
  takes: 'texts (.txt, or a column of .csv, .jsonl, .parquet) with --tokenizer tokenizer.json',
  options: ['text', 'csv'],
  // Which files hold texts is told by the options: see `isText`.
  detect: () => false,
  async open(source, inputs, options) {
    const tokenizer = await readTokenizer(await tokenizerFor(options));
    const { textColumn, maxLength } = options.text ?? {};
    const { labelColumn } = options.csv ?? {};
    const asked = inputs.map((input) => ({ input, part: partOf(input, inputs) }));
    const fixed = fixedLength(inputs);
    const most = Math.min(maxLength ?? tokenizer.most ?? fixed ?? MOST, fixed ?? Number.POSITIVE_INFINITY);
    const texts = await openTexts(source, { textColumn, labelColumn });
    try {
      const notices = await noticesOf(texts, tokenizer, most, source);
      return {
        streams: streamsOf(texts, tokenizer, most, source, asked),
        preprocessing: {
          tokenizer: tokenizer.path,
          maxLength: most,
          ...(tokenizer.padsLeft ? { padding: 'left' } : {}),
          ...(texts.columns ? { textColumn: texts.columns.text } : {}),
          ...(texts.columns?.label === undefined ? {} : { labelColumn: texts.columns.label }),
        },
        notices,
        close: () => texts.close(),
      };
    } catch (error) {
      await texts.close();
      throw error;
    }
  },
};

/** Whether a source is to be read as texts: it may hold them, and a tokenizer is given, or the inputs take tokens. */
export function isText(
  source: string,
  inputs: readonly ModelInput[],
  { text: options }: DataOptions,
): boolean {
  if (!textFiles.test(source)) return false;
  if (options?.tokenizer !== undefined || options?.textColumn !== undefined) return true;
  return /\.txt$/i.test(source) && inputs.some(({ name }) => parts.get(name) === 'ids');
}

/** The one that is named, or the one beside the model. */
async function tokenizerFor({ text: options, cameWith }: DataOptions): Promise<string> {
  if (options?.tokenizer !== undefined) return options.tokenizer;
  for (const folder of cameWith ? [dirname(cameWith.path), dirname(dirname(cameWith.path))] : []) {
    const path = join(folder, TOKENIZER_FILE);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new UserError(
    'texts need a tokenizer, and no tokenizer.json lies beside the model: name the one that the model was trained with by --tokenizer tokenizer.json',
  );
}

function partOf({ name }: ModelInput, inputs: readonly ModelInput[]): Part {
  const part = parts.get(name) ?? (inputs.length === 1 ? 'ids' : undefined);
  if (part) return part;
  throw new UserError(
    `input ${name} takes nothing that a tokenizer gives (${namesListed([...parts.keys()])}): feed it with a --data of its own, --data ${name}=<source>`,
  );
}

/** Tokens a text, where the model fixes them. */
function fixedLength(inputs: readonly ModelInput[]): number | undefined {
  return inputs.map((input) => sampleShape(input)?.[0]).find((length) => length !== undefined);
}

/** How many of the first texts are looked at for what there is to say. */
const LOOKED_AT = 100;

async function noticesOf(
  texts: Texts,
  tokenizer: Tokenizer,
  most: number,
  source: string,
): Promise<string[]> {
  const found: Text[] = [];
  for await (const chunk of texts.read({ block: 1, every: 1, limit: LOOKED_AT })) {
    for (const each of chunk) if (!('reason' in each)) found.push(each);
    if (found.length >= LOOKED_AT) break;
  }
  if (found.length === 0) throw new UserError(`${source} holds no texts: write one a line`);
  const encoded = found.map((each) => tokenizer.encode(each.text, most));
  const cut = encoded.filter((tokens) => tokens.cut > 0).length;
  const lengths = encoded.map(({ ids }) => ids.length);
  const column = texts.columns ? `column ${texts.columns.text}, ` : '';
  const cutting =
    cut > 0 ? `, ${cut} of the first ${found.length} texts are cut to ${most} tokens (--max-length)` : '';
  return [
    `texts go in as: ${column}tokens of ${tokenizer.path}, ${Math.min(...lengths)} to ${counted(Math.max(...lengths), 'token')} a text, filled up to the longest of the batch${cutting}`,
  ];
}

function streamsOf(
  texts: Texts,
  tokenizer: Tokenizer,
  most: number,
  source: string,
  asked: readonly { readonly input: ModelInput; readonly part: Part }[],
): Map<string, SampleStream> {
  const passes = new WeakMap<Selection, SharedPass>();
  const samples = async function* (selection: Selection): AsyncGenerator<readonly ReadSample[]> {
    for await (const chunk of texts.read(selection)) {
      for (const each of chunk) yield samplesOf(each, tokenizer, most, asked);
    }
  };
  return new Map(
    asked.map(({ input, part }, k): [string, SampleStream] => [
      input.name,
      {
        origin: source,
        labelled: texts.labelled,
        padding: { value: part === 'ids' ? tokenizer.pad : 0, left: tokenizer.padsLeft },
        get size() {
          return texts.size;
        },
        async *read(selection) {
          // All inputs of a pass come out of one reading.
          const pass = passes.get(selection) ?? new SharedPass(samples(selection), asked.length);
          passes.set(selection, pass);
          try {
            for await (const value of pass.column(k)) yield [value];
          } finally {
            await pass.close();
          }
        },
      },
    ]),
  );
}

function samplesOf(
  given: Text | ReadSample,
  tokenizer: Tokenizer,
  most: number,
  asked: readonly { readonly part: Part }[],
): readonly ReadSample[] {
  if (isFailed(given)) return asked.map(() => given);
  if (!('text' in given)) throw new Error('a text was expected');
  const { text: words, label, origin } = given;
  const tokens = tokenizer.encode(words, most);
  if (tokens.ids.length === 0) {
    return asked.map(() => ({ origin, reason: 'it gives no tokens: leave it out' }));
  }
  const dims = [tokens.ids.length];
  const told = label === undefined ? {} : { label };
  return asked.map(({ part }) => ({ type: 'int32', data: valuesOf(tokens, part), dims, origin, ...told }));
}

function valuesOf({ ids, types }: Tokens, part: Part): Int32Array {
  switch (part) {
    case 'ids':
      return Int32Array.from(ids);
    case 'mask':
      return new Int32Array(ids.length).fill(1);
    case 'types':
      return Int32Array.from(types);
    case 'positions':
      return Int32Array.from(ids, (_, i) => i);
  }
}
