import { parseArgs } from 'node:util';
import type { AnalyzeOptions } from '../../src/index.js';
import type { ReferenceOptions } from './reference.js';

export interface CommandLine {
  readonly model: string;
  readonly options: Omit<AnalyzeOptions, 'model'>;
  readonly verification: Omit<ReferenceOptions, 'methods'> & {
    /** Spectra of more features than this are not computed another way: ml-matrix takes a minute at 2,048. */
    readonly largestSpectrum: number;
    /** Exit code 1 where mean or covariance differ by more. */
    readonly tolerance: number;
    /** Leave the table out. */
    readonly brief: boolean;
  };
}

/** `analyze`'s own options, and those of the verification. */
export function commandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      data: { type: 'string', multiple: true },
      shape: { type: 'string', multiple: true },
      seed: { type: 'string' },
      batch: { type: 'string' },
      'max-samples': { type: 'string' },
      every: { type: 'string' },
      threads: { type: 'string' },
      precision: { type: 'string' },
      'conv-method': { type: 'string' },
      'sequence-method': { type: 'string' },
      interpolate: { type: 'string' },
      interpolation: { type: 'string' },
      layers: { type: 'string', multiple: true },
      exclude: { type: 'string', multiple: true },
      ops: { type: 'string', multiple: true },
      resize: { type: 'string' },
      mean: { type: 'string' },
      std: { type: 'string' },
      scale: { type: 'string' },
      color: { type: 'string' },
      'layers-at-once': { type: 'string', default: '16' },
      'largest-spectrum': { type: 'string', default: '640' },
      optimization: { type: 'string', default: 'all' },
      tolerance: { type: 'string', default: '1e-4' },
      brief: { type: 'boolean', default: false },
    },
  });
  const [model] = positionals;
  if (model === undefined || !values.data) throw new Error('usage: verify <model.onnx> --data <source> …');
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  const numbers = (text: string | undefined) => text?.split(',').map(Number);
  return {
    model,
    options: {
      data: values.data,
      shapes: Object.fromEntries((values.shape ?? []).map(shape)),
      seed: number(values.seed),
      batchSize: number(values.batch),
      maxSamples: number(values['max-samples']),
      every: number(values.every),
      threads: number(values.threads),
      precision: oneOf(values.precision, ['float64', 'float32']),
      convMethod: oneOf(values['conv-method'], ['channelwise', 'mean', 'max', 'median', 'flatten']),
      sequenceMethod: oneOf(values['sequence-method'], ['last', 'timestepwise', 'flatten']),
      interpolate: number(values.interpolate),
      interpolation: oneOf(values.interpolation, ['nearest', 'linear']),
      layers: list(values.layers),
      exclude: list(values.exclude),
      operators: list(values.ops),
      image: {
        resize: values.resize,
        scale: number(values.scale),
        mean: numbers(values.mean),
        std: numbers(values.std),
        color: oneOf(values.color, ['rgb', 'bgr', 'gray']),
      },
    },
    verification: {
      layersAtOnce: Number(values['layers-at-once']),
      optimization: oneOf(values.optimization, ['all', 'disabled']) ?? 'all',
      largestSpectrum: Number(values['largest-spectrum']),
      tolerance: Number(values.tolerance),
      brief: values.brief,
    },
  };
}

/** Entries of an option that may be repeated and takes commas. */
const list = (texts: readonly string[] | undefined) => texts?.flatMap((text) => text.split(','));

function shape(text: string): [string, number[]] {
  const [name, sizes] = text.split('=');
  return [name, sizes.split('x').map(Number)];
}

function oneOf<Choice extends string>(
  text: string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  const choice = choices.find((candidate) => candidate === text);
  if (text !== undefined && choice === undefined) throw new Error(`${text}: choose ${choices.join(', ')}`);
  return choice;
}
