import { UserError } from '../../errors.js';
import type { AnalyzeOptions, CsvOptions, ImageOptions } from '../../index.js';

/** What `analyze` takes and other commands over data do too, by the names that commander gives it. */
export interface AnalysisFlags
  extends Pick<AnalyzeOptions, 'reader' | 'onError' | 'seed' | 'layers' | 'exclude' | 'maxSamples' | 'every'>,
    Pick<AnalyzeOptions, 'provider' | 'device' | 'threads' | 'labels' | 'classes' | 'inOrder' | 'dtype'>,
    ImageOptions,
    CsvOptions {
  readonly data?: string[];
  readonly batch?: number | 'auto';
  readonly shape?: Record<string, number[]>;
}

/**
 * The flags as the API takes them.
 *
 * @throws UserError where there is no data.
 */
export function analysisData(model: string, flags: AnalysisFlags) {
  const {
    data,
    batch,
    shape: shapes,
    columns,
    labelColumn,
    missing,
    labels,
    classes,
    inOrder,
    dtype,
  } = flags;
  const { preset, preprocessor, resize, resample, fill, crop, scale, mean, std, color, layout } = flags;
  const { reader, onError, seed, layers, exclude, maxSamples, every, provider, device, threads } = flags;
  if (data === undefined) {
    throw new UserError(
      '--data is missing: give data like that which the model works on, such as --data images/',
    );
  }
  return {
    ...{ model, data, reader, onError, seed, layers, exclude, maxSamples, every, provider, device, threads },
    ...{ shapes, labels, classes, inOrder, dtype },
    image: { preset, preprocessor, resize, resample, fill, crop, scale, mean, std, color, layout },
    csv: { columns, labelColumn, missing },
    batchSize: batch === 'auto' ? undefined : batch,
  };
}
