import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../errors.js';
import { isRecord } from '../../shape/jsonShape.js';
import { linesOf } from './labelsFile.js';

/** The names of a model's classes, in the order of its output. */
export interface ClassNames {
  readonly names: readonly string[];
  /** Who says so: `--classes`, the model's metadata, a file. */
  readonly source: string;
}

/**
 * The names that the user gave: a list, or a file with one a line.
 *
 * @throws UserError where the file cannot be read, or a name stands twice.
 */
export async function givenClassNames(given: string | readonly string[]): Promise<ClassNames> {
  const names = typeof given === 'string' ? await linesOf(given, 'class names') : given;
  if (names.length < 2)
    throw new UserError('--classes names fewer than two classes: name all, in the order of the output');
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new UserError(
      `--classes names ${twice} twice: name each class once, in the order of the model's output`,
    );
  }
  return { names, source: '--classes' };
}

/**
 * The names that came with the model: what Ultralytics writes into its metadata (`names`), or `id2label` of a Hugging
 * Face `config.json` beside it, or in the folder above where the model lies in one called `onnx`.
 *
 * @param metadata of the model.
 */
export async function modelClassNames(
  path: string,
  metadata: readonly { readonly key: string; readonly value: string }[],
): Promise<ClassNames | undefined> {
  const written = metadata.find(({ key }) => key === 'names')?.value;
  const names = written === undefined ? undefined : inOrder(pythonDict(written));
  if (names) return { names, source: "the model's metadata" };
  const folder = dirname(path);
  for (const config of [
    join(folder, 'config.json'),
    ...(/(^|[\\/])onnx$/.test(folder) ? [join(folder, '..', 'config.json')] : []),
  ]) {
    const found = inOrder(await id2label(config));
    if (found) return { names: found, source: config };
  }
  return undefined;
}

async function id2label(path: string): Promise<ReadonlyMap<number, string>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    const table = isRecord(value) ? value.id2label : undefined;
    if (!isRecord(table)) return new Map();
    return new Map(
      Object.entries(table).flatMap(([id, name]) =>
        typeof name === 'string' ? [[Number(id), name] as const] : [],
      ),
    );
  } catch {
    // No configuration, or another program's.
    return new Map();
  }
}

/** `{0: 'tench', 1: "sea lion's"}`, as Python prints a dict of strings. */
function pythonDict(text: string): ReadonlyMap<number, string> {
  const entries = text.matchAll(/(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g);
  return new Map(
    [...entries].map(([, id, single, double]) => [
      Number(id),
      (single ?? double ?? '').replace(/\\(.)/g, '$1'),
    ]),
  );
}

/** `undefined` where not every number from 0 on has a name. */
function inOrder(names: ReadonlyMap<number, string>): string[] | undefined {
  if (names.size < 2) return undefined;
  const list: string[] = [];
  for (let id = 0; id < names.size; id++) {
    const name = names.get(id);
    if (name === undefined) return undefined;
    list.push(name);
  }
  return list;
}
