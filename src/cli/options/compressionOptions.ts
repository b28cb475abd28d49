import type { Command } from 'commander';
import { UserError } from '../../errors.js';
import type { CompressOptions, CsvOptions, ImageOptions } from '../../index.js';
import { addComputingOptions } from './computingOptions.js';
import { addDataOptions } from './dataOptions.js';
import { list } from './parse.js';

/** The options that `compress` and `project` share with `analyze`, by the names that commander gives them. */
export interface CompressionFlags
  extends Pick<
      CompressOptions,
      'reader' | 'onError' | 'seed' | 'layers' | 'exclude' | 'maxSamples' | 'every'
    >,
    Pick<CompressOptions, 'provider' | 'device' | 'threads' | 'run' | 'output'>,
    ImageOptions,
    CsvOptions {
  readonly data?: string[];
  readonly batch?: number | 'auto';
  readonly shape?: Record<string, number[]>;
  readonly sweep?: number[];
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Data, layers and what computes, as `analyze` has them. */
export function addCompressionOptions(command: Command): Command {
  addDataOptions(command)
    .optionsGroup('Layers:')
    .option('--layers <globs>', "only layers whose names match, such as 'layer4.*,fc'", list)
    .option('--exclude <globs>', 'all but layers whose names match', list)
    .option('--run <run>', 'take the moments of this run (analyze --moments) instead of a first pass')
    .optionsGroup('Computing:');
  return addComputingOptions(command);
}

/**
 * The flags as the API takes them.
 *
 * @throws UserError where there is no data.
 */
export function compressionData(model: string, flags: CompressionFlags): CompressOptions {
  const {
    data,
    batch,
    shape: shapes,
    columns,
    labelColumn,
    resize,
    crop,
    scale,
    mean,
    std,
    color,
    layout,
  } = flags;
  const {
    reader,
    onError,
    seed,
    layers,
    exclude,
    maxSamples,
    every,
    provider,
    device,
    threads,
    run,
    output,
    sweep,
  } = flags;
  if (data === undefined) {
    throw new UserError(
      '--data is missing: give data like that which the model works on, such as --data images/',
    );
  }
  return {
    ...{ model, data, reader, onError, seed, layers, exclude, maxSamples, every, provider, device, threads },
    ...{ run, output, sweep, shapes },
    image: { resize, crop, scale, mean, std, color, layout },
    csv: { columns, labelColumn },
    batchSize: batch === 'auto' ? undefined : batch,
  };
}
