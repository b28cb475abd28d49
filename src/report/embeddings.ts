import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EMBEDDING_FILE, type Embedding, readEmbedding } from '../run/files/embeddingFile.js';
import type { Run } from '../run/schema.js';
import type { RenderOptions } from './options.js';

/** Samples that a drawing shows of each layer: more lie on each other. */
const MOST_SAMPLES = 2000;

/**
 * The options, with the embedding of each run that has one: of many samples some, evenly spaced in the order of the data.
 *
 * @throws UserError where an embedding is damaged.
 */
export async function withEmbeddings(runs: readonly Run[], options: RenderOptions): Promise<RenderOptions> {
  const embeddings = await Promise.all(
    runs.map(async (run, i) => {
      const folder = options.folders?.[i];
      return folder !== undefined && (await hasEmbedding(folder))
        ? thinned(await readEmbedding(folder, run))
        : undefined;
    }),
  );
  return { ...options, embeddings };
}

const hasEmbedding = (dirOrFile: string): Promise<boolean> => {
  const folder = /(?:^|[/\\])run\.json$/.test(dirOrFile) ? dirname(dirOrFile) : dirOrFile;
  return access(join(folder, EMBEDDING_FILE)).then(
    () => true,
    () => false,
  );
};

function thinned({ labels, layers }: Embedding): Embedding {
  const every = Math.ceil(labels.length / MOST_SAMPLES);
  if (every <= 1) return { labels, layers };
  const kept = labels.flatMap((_, i) => (i % every === 0 ? [i] : []));
  return {
    labels: kept.map((i) => labels[i]),
    layers: new Map(
      [...layers].map(([name, xy]) => [
        name,
        Float64Array.from(kept.flatMap((i) => [xy[2 * i], xy[2 * i + 1]])),
      ]),
    ),
  };
}
