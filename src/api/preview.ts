import { readTokenizer } from '../data/readers/text/tokenizer.js';
import { UserError } from '../errors.js';
import { describeInput } from '../preview/describeInput.js';
import { doubts } from '../preview/doubts.js';
import type { Preview, PreviewedSample } from '../preview/results.js';
import { sampleValues } from '../preview/sampleValues.js';
import type { AnalyzeOptions } from './analyzeOptions.js';
import { openedModel } from './openedModel.js';
import { openedSource } from './openedSource.js';

export interface PreviewOptions
  extends Pick<
    AnalyzeOptions,
    | ('model' | 'data' | 'reader' | 'onError' | 'seed' | 'inOrder' | 'shapes' | 'inputs' | 'state' | 'dtype')
    | ('image' | 'csv' | 'text' | 'audio' | 'labels' | 'classes' | 'maxSamples' | 'signal' | 'onNotice')
  > {}

/** So many samples are looked at where nobody says otherwise, and at most. */
const SAMPLES = 12;
const MOST_SAMPLES = 200;

/** Inputs of token numbers, by what exporters call them. */
const TOKENS = /(^|_)input_ids$/;

/**
 * The samples that `analyze` would begin with, as they enter the model: their values, what tokens stand for, and what looks
 * wrong. The model is not run.
 *
 * @throws UserError for everything that the caller can change.
 */
export async function preview(options: PreviewOptions): Promise<Preview> {
  const { maxSamples = SAMPLES } = options;
  if (maxSamples > MOST_SAMPLES) {
    throw new UserError(
      `--max-samples ${maxSamples} is more than a preview shows: give ${MOST_SAMPLES} at most`,
    );
  }
  const {
    model,
    inputs,
    options: opened,
  } = await openedModel({
    ...options,
    maxSamples,
    // Samples that follow each other are analysed so.
    inOrder: options.state ? true : options.inOrder,
  });
  const source = await openedSource(opened, model, inputs);
  try {
    for (const notice of source.notices ?? []) options.onNotice?.(notice);
    const decode = await decoderOf(source.preprocessing);
    const samples: PreviewedSample[] = [];
    for await (const feed of source.feeds({ batchSize: maxSamples, maxSamples, signal: options.signal })) {
      for (let i = 0; i < feed.samples; i++) {
        const values = new Map(inputs.map(({ name }) => [name, sampleValues(feed.tensors[name], i)]));
        const texts = inputs.flatMap(({ name }): [string, string][] => {
          const ids = TOKENS.test(name) || inputs.length === 1 ? values.get(name)?.data : undefined;
          return decode && ids ? [[name, decode([...ids])]] : [];
        });
        const [origin, label] = [feed.origins?.[i], feed.labels?.[i]];
        samples.push({
          ...(origin === undefined ? {} : { origin }),
          ...(label === undefined ? {} : { label }),
          ...{ texts: new Map(texts), values },
        });
      }
    }
    if (samples.length === 0) {
      throw new UserError(`${source.source} holds no sample that can be used: nothing enters the model`);
    }
    const described = inputs.map(({ name, type }) =>
      describeInput(
        name,
        type,
        samples.flatMap(({ values }) => values.get(name) ?? []),
        samples[0].texts.has(name),
      ),
    );
    return {
      model: options.model,
      source: source.source,
      reader: source.reader,
      available: source.size,
      preprocessing: source.preprocessing,
      inputs: described,
      samples,
      doubts: doubts(described, samples),
    };
  } finally {
    await source.close();
  }
}

/** What makes texts of tokens, where the data is texts. */
async function decoderOf(
  preprocessing: Readonly<Record<string, unknown>>,
): Promise<((ids: readonly number[]) => string) | undefined> {
  const path = [preprocessing, ...Object.values(preprocessing)]
    .map((each) =>
      typeof each === 'object' && each !== null && 'tokenizer' in each ? each.tokenizer : undefined,
    )
    .find((each) => typeof each === 'string');
  if (typeof path !== 'string') return undefined;
  const tokenizer = await readTokenizer(path);
  return (ids) => tokenizer.decode(ids);
}
