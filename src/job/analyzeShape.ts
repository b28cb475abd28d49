import type { AnalyzeOptions } from '../api/analyze.js';
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

function accepts(shape: Shape, value: unknown): boolean {
  try {
    shape(value, '');
    return true;
  } catch {
    return false;
  }
}

const share = where(
  (value) => typeof value === 'number' && value > 0 && value <= 1,
  'a number above 0 and up to 1',
);

/** The settings of an analysis, as a file has them: those of `analyze()`. */
export const analyzeShape: Shape = strictObject({
  reader: optional(string),
  onError: optional(oneOf('fail', 'skip')),
  seed: optional(wholeFrom(0)),
  shapes: optional(recordOf(arrayOf(wholeFrom(1)))),
  image: optional(
    strictObject({
      resize: optional(size),
      crop: optional(size),
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
    }),
  ),
  labels: optional(string),
  classes: optional(either('a file or a list of names', string, names)),
  layers: optional(names),
  exclude: optional(names),
  operators: optional(names),
  convMethod: optional(oneOf('channelwise', 'mean', 'max', 'median', 'flatten')),
  sequenceMethod: optional(oneOf('last', 'timestepwise', 'flatten')),
  precision: optional(oneOf('float64', 'float32')),
  measureAt: optional(oneOf('cheaper', 'output')),
  interpolate: optional(wholeFrom(1)),
  interpolation: optional(oneOf('nearest', 'linear')),
  moments: optional(bool),
  embedding: optional(bool),
  batchSize: optional(either('a whole number from 1 upward or "auto"', side, oneOf('auto'))),
  accumulate: optional(either('a whole number from 1 upward or "auto"', side, oneOf('auto'))),
  tf32: optional(bool),
  maxSamples: optional(side),
  inOrder: optional(bool),
  every: optional(side),
  provider: optional(oneOf('auto', 'cpu', 'cuda', 'webgpu')),
  device: optional(
    either('a whole number from 0 upward, or a list of them', wholeFrom(0), arrayOf(wholeFrom(0))),
  ),
  threads: optional(side),
  thresholds: optional(arrayOf(share)),
  idimRule: optional(oneOf(...ruleNames)),
  split: optional(string),
} satisfies Record<keyof JobAnalyzeOptions, Shape>);
