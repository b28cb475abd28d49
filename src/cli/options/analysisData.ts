import { UserError } from '../../errors.js';
import type { AnalyzeOptions, AudioOptions, CsvOptions, ImageOptions, TextOptions } from '../../index.js';

/** How data is read, by the names that commander gives it. */
export interface ReadingFlags extends ImageOptions, CsvOptions, TextOptions, AudioOptions {}

/** What `analyze` takes and other commands over data do too, by the names that commander gives it. */
export interface AnalysisFlags
  extends Pick<AnalyzeOptions, 'reader' | 'onError' | 'seed' | 'layers' | 'exclude' | 'maxSamples' | 'every'>,
    Pick<
      AnalyzeOptions,
      'provider' | 'device' | 'threads' | 'labels' | 'classes' | 'inOrder' | 'dtype' | 'state'
    >,
    ReadingFlags {
  readonly data?: string[];
  readonly batch?: number | 'auto';
  readonly shape?: Record<string, number[]>;
  readonly input?: Record<string, number>;
}

/** The flags about images, tables, texts and sound as the API takes them, and the others as they are. */
export function readingOf<Flags extends ReadingFlags>(flags: Flags) {
  const { preset, preprocessor, resize, resample, fill, crop, scale, mean, std, color, layout, ...others } =
    flags;
  const { columns, labelColumn, missing, oneHot, tokenizer, textColumn, maxLength, ...more } = others;
  const { sampleRate, window, hop, ...rest } = more;
  return {
    ...rest,
    image: { preset, preprocessor, resize, resample, fill, crop, scale, mean, std, color, layout },
    csv: { columns, labelColumn, missing, oneHot },
    text: { tokenizer, textColumn, maxLength },
    audio: { sampleRate, window, hop },
  };
}

/**
 * The flags as the API takes them.
 *
 * @throws UserError where there is no data.
 */
export function analysisData(model: string, flags: AnalysisFlags) {
  const { data, batch, shape: shapes, input: inputs, labels, classes, inOrder, dtype, state } = flags;
  const { reader, onError, seed, layers, exclude, maxSamples, every, provider, device, threads } = flags;
  if (data === undefined) {
    throw new UserError(
      '--data is missing: give data like that which the model works on, such as --data images/',
    );
  }
  const { image, csv, text, audio } = readingOf(flags);
  return {
    ...{ model, data, reader, onError, seed, layers, exclude, maxSamples, every, provider, device, threads },
    ...{ shapes, inputs, state, labels, classes, inOrder, dtype, image, csv, text, audio },
    batchSize: batch === 'auto' ? undefined : batch,
  };
}
