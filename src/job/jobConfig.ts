import { dirname, resolve } from 'node:path';
import { type CheckConfig, checkConfigOf, checkKeys } from '../check/checkConfig.js';
import { requireShape } from '../check/parseRule.js';
import { UserError } from '../errors.js';
import { isModule } from '../files/ownModule.js';
import { formatNames, plots } from '../report/formatNames.js';
import {
  arrayOf,
  excerpt,
  isRecord,
  oneOf,
  optional,
  type Shape,
  ShapeError,
  string,
  where,
  wholeFrom,
} from '../shape/jsonShape.js';
import { strictObject } from '../shape/strictObject.js';
import { nearest } from '../text/nearest.js';
import { analyzeShape, type JobAnalyzeOptions } from './analyzeShape.js';

/** A report that a job writes. */
export interface JobReport {
  readonly format: string;
  /** A file, or a folder for formats that make several. */
  readonly output: string;
  readonly plot?: (typeof plots)[number];
  readonly width?: number;
  readonly dpi?: number;
}

/** A whole job, as a file has it; paths are absolute, or relative to where the program runs. */
export interface JobConfig extends CheckConfig {
  /** The file it was read from. */
  readonly file: string;
  /** A `.onnx` file; a list of them, or a glob, where there are several: see `severalModels`. */
  readonly model?: string | readonly string[];
  readonly data?: readonly string[];
  /** Where the run goes; with several models, the folder of the runs. */
  readonly out?: string;
  readonly analyze: JobAnalyzeOptions;
  readonly reports: readonly JobReport[];
}

const isFormat = (name: string): boolean => formatNames.some((known) => known === name);

const reports = arrayOf(
  strictObject({
    format: where(
      (value) => typeof value === 'string' && (isFormat(value) || isModule(value)),
      `one of ${formatNames.join(', ')}, or a module such as ./my-format.mjs`,
    ),
    output: string,
    plot: optional(oneOf(...plots)),
    width: optional(wholeFrom(1)),
    dpi: optional(wholeFrom(1)),
  }),
);

const data: Shape = (value, path) => {
  if (isRecord(value))
    for (const [input, source] of Object.entries(value)) string(source, `${path}.${input}`);
  else string(value, path);
};

const model: Shape = (value, path) => {
  if (typeof value === 'string') return;
  if (!Array.isArray(value)) {
    throw new ShapeError(path, `should be text or a list of models, but is ${excerpt(value)}`);
  }
  if (value.length === 0) throw new ShapeError(path, 'should name a model, but is an empty list');
  arrayOf(string)(value, path);
};

const job = { model, data, out: string, analyze: analyzeShape, reports } satisfies Record<string, Shape>;

const KEYS = [...Object.keys(job), ...checkKeys];

/**
 * A job out of a parsed file. Paths in it are relative to the file.
 *
 * @throws UserError that names the file, the key at fault and the nearest right one.
 */
export function jobConfigOf(value: unknown, file: string): JobConfig {
  if (!isRecord(value)) {
    throw new UserError(`${file} should hold an object with ${KEYS.join(', ')}, but holds ${excerpt(value)}`);
  }
  const unknown = Object.keys(value).find((key) => key !== '$schema' && !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new UserError(
      `${file}: there is no key ${excerpt(unknown)}; did you mean ${nearest(unknown, KEYS)}?`,
    );
  }
  for (const [key, shape] of Object.entries(job)) {
    if (value[key] !== undefined) requireShape((entry) => shape(entry, key), value[key], file);
  }
  const gate = checkConfigOf(value, file);
  const at = (path: string) => resolve(dirname(file), path);
  const written = value as {
    model?: string | string[];
    data?: string | Record<string, string>;
    out?: string;
  };
  return {
    ...gate,
    ...(gate.baseline === undefined ? {} : { baseline: at(gate.baseline) }),
    file,
    model: typeof written.model === 'string' ? at(written.model) : written.model?.map(at),
    ...(written.data === undefined ? {} : { data: sources(written.data, at) }),
    ...(written.out === undefined ? {} : { out: at(written.out) }),
    analyze: placed((value.analyze ?? {}) as JobAnalyzeOptions, at),
    reports: ((value.reports ?? []) as JobReport[]).map((report) => ({
      ...report,
      ...(isModule(report.format) ? { format: at(report.format) } : {}),
      output: outputAt(report, at),
    })),
  };
}

/** Files that settings name lie beside the configuration. */
function placed(settings: JobAnalyzeOptions, at: (path: string) => string): JobAnalyzeOptions {
  const { labels, classes, reader, image, text } = settings;
  return {
    ...settings,
    ...(labels === undefined ? {} : { labels: at(labels) }),
    ...(reader !== undefined && isModule(reader) ? { reader: at(reader) } : {}),
    ...(image?.preprocessor === undefined
      ? {}
      : { image: { ...image, preprocessor: at(image.preprocessor) } }),
    ...(text?.tokenizer === undefined ? {} : { text: { ...text, tokenizer: at(text.tokenizer) } }),
    ...(typeof classes === 'string' ? { classes: at(classes) } : {}),
  };
}

/** `random:64` is no path. */
function sources(given: string | Record<string, string>, at: (path: string) => string): string[] {
  const placed = (source: string) => {
    if (source === '-' || /^random:\d+$/.test(source)) return source;
    return source.startsWith('@') ? `@${at(source.slice(1))}` : at(source);
  };
  if (typeof given === 'string') return [placed(given)];
  return Object.entries(given).map(([input, source]) => `${input}=${placed(source)}`);
}

/** A closing slash says that a folder is meant. */
const outputAt = ({ output }: JobReport, at: (path: string) => string): string =>
  /[/\\]$/.test(output) ? `${at(output)}/` : at(output);
