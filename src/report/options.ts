import { Chalk, type ChalkInstance } from 'chalk';
import type { Embedding } from '../run/files/embeddingFile.js';
import type { Run } from '../run/schema.js';
import { ascii, type Symbols, unicode } from '../text/symbols.js';
import type { Plot } from './formatNames.js';
import type { Scalar } from './history/scalar.js';

/** How a text report is laid out; formats that are data take no notice of it. */
export interface RenderOptions {
  /** Colours by escape sequences; without, every mark is a word (default). */
  readonly color?: boolean;
  /** Columns to fill (80); less than 60 are taken for 60, more than 120 for 120. */
  readonly width?: number;
  /** Draw with more than ASCII (default). */
  readonly unicode?: boolean;
  /** What to call each run, such as its directory; the model's file name where absent. */
  readonly names?: readonly string[];
  /** The directory of each run, for formats that show more than `run.json` holds. */
  readonly folders?: readonly string[];
  /** Of each run, where it has one, for formats that draw it. */
  readonly embeddings?: readonly (Embedding | undefined)[];
  /** What pictures show, and how large. */
  readonly picture?: PictureOptions;
  /** The number of the training step or epoch of the first run, for formats that keep a history. */
  readonly step?: number;
  /** The step of each run, where they are a training's: shown over it. Absent: by the names, if at all. */
  readonly steps?: readonly number[];
  /** Quantities of the training, which the page draws beside the runs. */
  readonly scalars?: readonly Scalar[];
  /** The page is served, and grows with its data. */
  readonly live?: boolean;
  /** The text of the file that is appended to, for formats that append. */
  readonly existing?: string;
}

export interface PictureOptions {
  /** `saturation` by default, `heatmap` of a training. */
  readonly plot?: Plot;
  /** In CSS pixels (96 to an inch); 960 by default. */
  readonly width?: number;
  /** Pixels an inch of PNGs; 192 by default. */
  readonly dpi?: number;
  /** Layers to show, by name; all by default. */
  readonly layers?: readonly string[];
}

/** What the text formats draw with. */
export interface Style {
  readonly chalk: ChalkInstance;
  readonly symbols: Symbols;
  readonly width: number;
}

const DEFAULT_WIDTH = 80;
const NARROWEST = 60;
const WIDEST = 120;

export function styleOf(options: RenderOptions): Style {
  const { color = false, width = DEFAULT_WIDTH } = options;
  return {
    chalk: new Chalk({ level: color ? 1 : 0 }),
    symbols: options.unicode === false ? ascii : unicode,
    width: Number.isNaN(width) ? DEFAULT_WIDTH : Math.floor(Math.min(WIDEST, Math.max(NARROWEST, width))),
  };
}

/** What a picture shows: of a training how its layers change, else the saturation of each. */
export function plotOf({ picture, steps = [] }: RenderOptions): Plot {
  return picture?.plot ?? (steps.length > 1 ? 'heatmap' : 'saturation');
}

/** What to call each run: as given, else its model's file name. */
export function namesOf(runs: readonly Run[], { names = [] }: RenderOptions): string[] {
  return runs.map(({ model }, index) => names[index] ?? model.path.replace(/^.*[/\\]/s, ''));
}
