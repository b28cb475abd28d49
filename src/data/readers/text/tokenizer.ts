import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Tokenizer as HfTokenizer } from '@huggingface/tokenizers';
import { messageOf, UserError } from '../../../errors.js';
import { requireRegular } from '../../../files/regularFile.js';
import { isRecord } from '../../../shape/jsonShape.js';

/** What Hugging Face calls it. */
export const TOKENIZER_FILE = 'tokenizer.json';

/** The tokens of a text, all of one length. */
export interface Tokens {
  readonly ids: readonly number[];
  readonly types: readonly number[];
  /** Tokens that were cut off. */
  readonly cut: number;
}

/** A tokenizer as its file says it. */
export interface Tokenizer {
  readonly path: string;
  /** Fills up shorter texts of a batch. */
  readonly pad: number;
  /** Where what fills up stands. */
  readonly padsLeft: boolean;
  /** The most tokens of a text, special ones included, where the file says so. */
  readonly most: number | undefined;
  /** @param most tokens; what is longer is cut at its end, before the special tokens that stand there. */
  encode(text: string, most: number): Tokens;
  decode(ids: readonly number[]): string;
}

/**
 * Reads a `tokenizer.json`, and the `tokenizer_config.json` beside it where there is one.
 *
 * @throws UserError where it cannot be read, or is none.
 */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  const spec = await readJson(path, 'the tokenizer');
  if (!isRecord(spec) || !isRecord(spec.model)) {
    throw new UserError(
      `${path} is not a tokenizer.json of Hugging Face (it has no "model"): pass the file that tokenizer.save_pretrained() writes`,
    );
  }
  const config = await readJson(join(dirname(path), 'tokenizer_config.json'), undefined);
  const { Tokenizer: Hf } = await import('@huggingface/tokenizers');
  let tokenizer: HfTokenizer;
  try {
    tokenizer = new Hf(spec, isRecord(config) ? config : {});
  } catch (error) {
    throw unusable(path, error);
  }
  const padding = isRecord(spec.padding) ? spec.padding : {};
  const truncation = isRecord(spec.truncation) ? spec.truncation : {};
  const told = isRecord(config) ? config : {};
  const direction = padding.direction ?? told.padding_side;
  const most = whole(truncation.max_length) ?? whole(told.model_max_length);
  return {
    path,
    pad: whole(padding.pad_id) ?? padOf(tokenizer, told),
    padsLeft: typeof direction === 'string' && direction.toLowerCase() === 'left',
    most,
    encode(text, limit) {
      const { ids, types } = encoded(tokenizer, text, path);
      const over = ids.length - limit;
      if (over <= 0) return { ids, types, cut: 0 };
      const { ids: content } = tokenizer.encode(text, { add_special_tokens: false });
      const kept = keptOf(ids, content, limit);
      return { ids: kept.map((i) => ids[i]), types: kept.map((i) => types[i]), cut: over };
    },
    decode: (ids) => tokenizer.decode([...ids], { skip_special_tokens: false }),
  };
}

/** Which of the tokens stay: all special ones, and the first of the others. */
function keptOf(ids: readonly number[], content: readonly number[], limit: number): number[] {
  const special = ids.length - content.length;
  let before = 0;
  for (; before < special; before++) {
    const from = before;
    if (content.every((id, i) => ids[from + i] === id)) break;
  }
  const room = Math.max(0, limit - special);
  const all = Array.from(ids, (_, i) => i);
  return [...all.slice(0, before + room), ...all.slice(before + content.length)].slice(0, limit);
}

function padOf(
  tokenizer: { token_to_id(token: string): number | undefined },
  { pad_token: named }: Record<string, unknown>,
): number {
  const content = isRecord(named) ? named.content : named;
  const tokens = [
    ...(typeof content === 'string' ? [content] : []),
    '[PAD]',
    '<pad>',
    '<|endoftext|>',
    '</s>',
  ];
  for (const token of tokens) {
    const id = tokenizer.token_to_id(token);
    if (id !== undefined) return id;
  }
  return 0;
}

/** Hugging Face writes 1e30 where there is no limit. */
const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** Every token may belong to the first text: then the file says nothing of types. */
function encoded(
  tokenizer: HfTokenizer,
  text: string,
  path: string,
): { ids: readonly number[]; types: readonly number[] } {
  try {
    const { ids, token_type_ids: types }: { ids: number[]; token_type_ids?: number[] } = tokenizer.encode(
      text,
      { return_token_type_ids: true },
    );
    const isSound = ids.every((id) => Number.isSafeInteger(id));
    if (!isSound) throw new Error('it gives tokens that are not in its vocabulary');
    return { ids, types: types ?? ids.map(() => 0) };
  } catch (error) {
    throw unusable(path, error);
  }
}

const unusable = (path: string, error: unknown): UserError =>
  new UserError(`${path} cannot be used (${messageOf(error)}): write it again with a current tokenizers`, {
    cause: error,
  });

async function readJson(path: string, what: string | undefined): Promise<unknown> {
  try {
    await requireRegular(path);
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (what === undefined) return undefined;
    throw new UserError(`${what} ${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
