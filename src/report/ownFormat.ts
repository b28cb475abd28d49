import { basename } from 'node:path';
import { messageOf, UserError } from '../errors.js';
import { ownModule } from '../files/ownModule.js';
import type { Run } from '../run/schema.js';
import { isRecord } from '../shape/jsonShape.js';
import type { Format, Rendering } from './format.js';
import { namesOf, type RenderOptions } from './options.js';

/** What delve tells a format of one's own about the runs. */
export interface OwnFormatOptions {
  /** What to call each run. */
  readonly names: readonly string[];
  /** The directory of each run. */
  readonly folders: readonly string[];
  /** Of the training, one a run, where the runs come out of a series. */
  readonly steps?: readonly number[];
}

/** The text or bytes of a file; or the files of a folder by their paths inside it. */
export type OwnRendering =
  | string
  | Uint8Array
  | ReadonlyMap<string, string | Uint8Array>
  | Readonly<Record<string, string | Uint8Array>>;

/**
 * The default export of a module for `--format ./my-format.mjs`. The module may also export `fileName`, what its file
 * (or folder) is called where several formats are written into one folder.
 */
export type OwnFormat = (
  runs: readonly Run[],
  options: OwnFormatOptions,
) => OwnRendering | Promise<OwnRendering>;

/**
 * A format out of the user's module.
 *
 * @throws UserError where it cannot be loaded or exports no function.
 */
export async function ownFormat(path: string): Promise<Format> {
  const { run: render, exported } = await ownModule(
    path,
    'the format',
    'export default (runs, { names }) => text',
  );
  const fileName = exported.get('fileName') ?? `${basename(path).replace(/\.[cm]?js$/i, '')}.txt`;
  if (typeof fileName !== 'string' || !isInside(fileName)) {
    throw new UserError(
      `the format ${path} exports a fileName that is no name of a file: export such as 'layers.txt'`,
    );
  }
  return {
    kind: 'text',
    fileName: () => fileName,
    async render(runs, options) {
      let rendered: unknown;
      try {
        rendered = await render(runs, told(runs, options));
      } catch (error) {
        throw new UserError(`the format ${path} failed: ${messageOf(error)}`, { cause: error });
      }
      return checked(rendered, path);
    },
  };
}

const told = (runs: readonly Run[], options: RenderOptions): OwnFormatOptions => ({
  names: namesOf(runs, options),
  folders: options.folders ?? [],
  ...(options.steps && { steps: options.steps }),
});

function checked(rendered: unknown, path: string): Rendering {
  if (isContent(rendered)) return rendered;
  if (!(rendered instanceof Map) && !isRecord(rendered)) {
    throw new UserError(
      `the format ${path} gave neither text nor bytes nor files: return a string, an Uint8Array, or files by name`,
    );
  }
  const files = new Map<string, string | Uint8Array>();
  for (const [name, content] of rendered instanceof Map ? rendered : Object.entries(rendered)) {
    if (typeof name !== 'string' || !isInside(name)) {
      throw new UserError(
        `the format ${path} names a file outside its folder, ${String(name)}: name it relative to it`,
      );
    }
    if (!isContent(content)) {
      throw new UserError(
        `the format ${path} gave neither text nor bytes for ${name}: give a string or an Uint8Array`,
      );
    }
    files.set(name, content);
  }
  if (files.size === 0) throw new UserError(`the format ${path} gave no file: there is nothing to write`);
  return files;
}

const isContent = (value: unknown): value is string | Uint8Array =>
  typeof value === 'string' || value instanceof Uint8Array;

/** A path that stays where it is put. */
const isInside = (name: string): boolean =>
  name !== '' &&
  !/^[/\\]|^[a-z]:|\0/i.test(name) &&
  !name.split(/[/\\]/).some((part) => part === '..' || part === '');
