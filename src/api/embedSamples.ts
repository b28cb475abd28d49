import type { FeedSource } from '../data/feed.js';
import { type EmbedOptions, embed } from '../engine/embed.js';
import type { InstrumentOptions } from '../instrument/options.js';
import { project } from '../instrument/project.js';
import type { Layer } from '../layers/layer.js';
import type { ModelFile } from '../onnx/modelFile.js';
import { EMBEDDING_FILE, type Embedding } from '../run/files/embeddingFile.js';
import type { Run } from '../run/schema.js';
import type { PrincipalAxes } from '../stats/principalAxes.js';

/** What the first pass over the data left behind. */
export interface FirstPass {
  readonly model: ModelFile;
  readonly layers: readonly Layer[];
  readonly source: FeedSource;
  readonly run: Run;
  /** By layer name; layers without observations, and invalid ones, have none. */
  readonly axes: ReadonlyMap<string, PrincipalAxes>;
  /** Outputs of the model that feed its inputs. */
  readonly fedBack?: readonly string[];
}

/**
 * The second pass: projects every sample on the first two eigenvectors of each layer.
 *
 * @returns the embedding, and the run with what there is to say of it.
 * @throws what `embed` throws.
 */
export async function embedSamples(
  { model, layers, source, run, axes, fedBack }: FirstPass,
  settings: InstrumentOptions,
  options: Omit<EmbedOptions, 'samples'>,
): Promise<{ run: Run; embedding: Embedding }> {
  const projected = layers.filter(({ name }) => axes.has(name));
  if (projected.length === 0) {
    return { run: { ...run, embedding: EMBEDDING_FILE }, embedding: { labels: [], layers: new Map() } };
  }
  options.onNotice?.(
    `second pass: projecting the samples of ${projected.length} ${projected.length === 1 ? 'layer' : 'layers'}`,
  );
  const { samples } = run.data;
  const { layers: embedded, labels } = await embed(
    project(model, projected, axes, settings, fedBack),
    source,
    {
      ...options,
      // What there is to say of the provider was said in the first pass.
      onNotice: undefined,
      samples,
    },
  );
  const coordinates = new Map<string, Float64Array>();
  const leftOut = new Map<string, string>();
  for (const layer of embedded) {
    if (layer.coordinates) coordinates.set(layer.name, layer.coordinates);
    else if (layer.leftOut !== undefined) leftOut.set(layer.name, layer.leftOut);
  }
  const warned = run.layers.map((layer) => {
    const reason = leftOut.get(layer.name);
    if (reason === undefined) return layer;
    return { ...layer, warnings: [...layer.warnings, `not in the embedding: ${reason}`] };
  });
  return {
    run: { ...run, embedding: EMBEDDING_FILE, layers: warned },
    embedding: { labels, layers: coordinates },
  };
}
