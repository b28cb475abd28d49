import type { AnalyzeOptions } from '../api/analyzeOptions.js';
import { cropRoundings, presetNames, rawTypes, resamplings } from '../data/options.js';
import {
  convMethods,
  interpolations,
  measuringSides,
  precisions,
  sequenceMethods,
} from '../instrument/options.js';
import { threshold } from '../run/settings.js';
import { providerChoices } from '../run/settingValues.js';
import { ruleNames } from '../run/storedRule.js';
import {
  arrayOf,
  finite,
  oneOf,
  optional,
  recordOf,
  type Shape,
  string,
  where,
  wholeFrom,
  within,
} from '../shape/jsonShape.js';
import { strictObject } from '../shape/strictObject.js';

/** What `analyze` in a file may say. */
export type JobAnalyzeOptions = Omit<
  AnalyzeOptions,
  'model' | 'data' | 'out' | 'otherRun' | 'onTarget' | 'signal' | 'onProgress' | 'onNotice'
>;

const bool = where((value) => typeof value === 'boolean', 'true or false');
const either = (wanted: string, ...shapes: readonly Shape[]): Shape =>
  where((value) => shapes.some((shape) => accepts(shape, value)), wanted);
const names = arrayOf(string);
const side = wholeFrom(1);
const size = either(
  'a number of pixels, "<width>x<height>" or {"width", "height"}',
  side,
  where((value) => typeof value === 'string' && /^\d+(x\d+)?$/.test(value), ''),
  strictObject({ width: side, height: side }),
);

const halfWidth = where(
  (value) =>
    (typeof value === 'number' && value > 0 && value < 1) || (typeof value === 'string' && value !== ''),
  '',
);

function accepts(shape: Shape, value: unknown): boolean {
  try {
    shape(value, '');
    return true;
  } catch {
    return false;
  }
}

/** The settings of an analysis, as a file has them: those of `analyze()`. */
export const analyzeShape: Shape = strictObject({
  reader: optional(string),
  onError: optional(oneOf('fail', 'skip')),
  seed: optional(wholeFrom(0)),
  inputs: optional(recordOf(finite)),
  state: optional(recordOf(string)),
  shapes: optional(recordOf(arrayOf(wholeFrom(1)))),
  dtype: optional(oneOf(...rawTypes)),
  image: optional(
    strictObject({
      preset: optional(oneOf(...presetNames)),
      preprocessor: optional(string),
      resize: optional(either('a size, or "letterbox"', size, oneOf('letterbox'))),
      resample: optional(oneOf(...resamplings)),
      fill: optional(within(0, 255)),
      crop: optional(size),
      cropRounding: optional(oneOf(...cropRoundings)),
      scale: optional(finite),
      mean: optional(arrayOf(finite)),
      std: optional(arrayOf(finite)),
      color: optional(oneOf('rgb', 'bgr', 'gray')),
      layout: optional(oneOf('nchw', 'nhwc')),
    }),
  ),
  csv: optional(
    strictObject({
      columns: optional(either('text or a list', string, names)),
      labelColumn: optional(either('a name or a number from 1 upward', string, wholeFrom(1))),
      header: optional(bool),
      missing: optional(oneOf('mean', 'zero')),
      oneHot: optional(either('text or a list', string, names)),
    }),
  ),
  text: optional(
    strictObject({ tokenizer: optional(string), textColumn: optional(string), maxLength: optional(side) }),
  ),
  audio: optional(
    strictObject({
      sampleRate: optional(side),
      window: optional(either('samples, or a time such as "1s"', side, string)),
      hop: optional(either('samples, or a time such as "1s"', side, string)),
    }),
  ),
  labels: optional(string),
  classes: optional(either('a file or a list of names', string, names)),
  layers: optional(names),
  exclude: optional(names),
  operators: optional(names),
  convMethod: optional(oneOf(...convMethods)),
  sequenceMethod: optional(oneOf(...sequenceMethods)),
  precision: optional(oneOf(...precisions)),
  measureAt: optional(oneOf(...measuringSides)),
  magnitudes: optional(bool),
  mask: optional(
    either(
      'the name of an input, or false',
      string,
      where((value) => value === false, ''),
    ),
  ),
  interpolate: optional(wholeFrom(1)),
  interpolation: optional(oneOf(...interpolations)),
  moments: optional(bool),
  onNonfinite: optional(oneOf('report', 'skip')),
  uncertainty: optional(bool),
  embedding: optional(bool),
  batchSize: optional(either('a whole number from 1 upward or "auto"', side, oneOf('auto'))),
  accumulate: optional(either('a whole number from 1 upward or "auto"', side, oneOf('auto'))),
  tf32: optional(bool),
  maxSamples: optional(side),
  inOrder: optional(bool),
  until: optional(
    either(
      'half the width of an interval above 0 and below 1, "<layers>=<half width>", or a list of these',
      halfWidth,
      arrayOf((value) => halfWidth(value, '')),
    ),
  ),
  inOrderIsRandom: optional(bool),
  every: optional(side),
  shard: optional(
    where(
      (value) => typeof value === 'string' && /^(auto|[1-9]\d*\/[1-9]\d*)$/.test(value),
      '"auto", or the number of a shard (counted from 1) and how many there are, such as "3/16"',
    ),
  ),
  checkpoint: optional(
    either(
      'seconds above 0, or false',
      where((value) => typeof value === 'number' && value > 0, ''),
      where((value) => value === false, ''),
    ),
  ),
  resume: optional(bool),
  provider: optional(oneOf(...providerChoices)),
  device: optional(
    either('a whole number from 0 upward, or a list of them', wholeFrom(0), arrayOf(wholeFrom(0))),
  ),
  threads: optional(side),
  thresholds: optional(arrayOf(threshold)),
  idimRule: optional(oneOf(...ruleNames)),
  split: optional(string),
} satisfies Record<keyof JobAnalyzeOptions, Shape>);
