import type { Feed, FeedOptions, FeedSource } from '../../src/data/feed.js';
import { openData } from '../../src/data/open/openData.js';
import type { DataOptions } from '../../src/data/options.js';
import type { ElementType } from '../../src/onnx/elementType.js';
import type { ModelInput } from '../../src/onnx/modelInput.js';

export const input = (name: string, type: ElementType, shape?: ModelInput['shape']): ModelInput => ({
  name,
  type,
  shape,
});

/** Opens, reads one pass, closes. */
export async function readAll(
  options: DataOptions,
  inputs: readonly ModelInput[],
  feedOptions: Partial<FeedOptions> = {},
): Promise<{ feeds: Feed[]; source: FeedSource }> {
  const source = await openData(options, inputs);
  try {
    const feeds: Feed[] = [];
    for await (const feed of source.feeds({ batchSize: 4, ...feedOptions })) feeds.push(feed);
    return { feeds, source };
  } finally {
    await source.close();
  }
}

/** The values of one input over all feeds. */
export const valuesOf = (feeds: readonly Feed[], name: string): (number | bigint)[] =>
  feeds.flatMap(({ tensors }) => [...tensors[name].data]);

/** The shapes of one input, a feed each. */
export const dimsOf = (feeds: readonly Feed[], name: string): (readonly number[])[] =>
  feeds.map(({ tensors }) => tensors[name].dims);
