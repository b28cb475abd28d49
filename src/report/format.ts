import type { Run } from '../run/schema.js';
import type { RenderOptions } from './options.js';

/** What a format makes: the text or the bytes of one file, or the files of a folder by their paths inside it. */
export type Rendering = string | Uint8Array | ReadonlyMap<string, string | Uint8Array>;

/** A way to render one or more runs. */
export interface Format {
  /** `text` may go to a terminal; `binary` and `folder` need a place to be written to. */
  readonly kind: 'text' | 'binary' | 'folder';
  /** What its file (or folder) is called where several formats are written into one folder. */
  fileName(options: RenderOptions): string;
  /** Whether a file that is there already is appended to: then its text comes in `options.existing`. */
  readonly appends?: boolean;
  /** Text ends with a line break. A promise where what it takes is loaded only once it is asked for. */
  render(runs: readonly Run[], options: RenderOptions): Rendering | Promise<Rendering>;
}

/** A format whose text is made at once, in `report.<extension>`. */
export function textFormat(
  extension: string,
  render: (runs: readonly Run[], options: RenderOptions) => string,
): Format {
  return { kind: 'text', fileName: () => `report.${extension}`, render };
}
