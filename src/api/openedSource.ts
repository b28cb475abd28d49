import type { FeedSource } from '../data/feed.js';
import { openData } from '../data/open/openData.js';
import type { DataOptions } from '../data/options.js';
import type { ModelFile } from '../onnx/modelFile.js';
import type { ModelInput } from '../onnx/modelInput.js';
import { openedUnlessAborted } from './interruption.js';

/** Data as the public functions take it. */
interface GivenData extends Omit<DataOptions, 'data' | 'cameWith'> {
  readonly data: string | readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * Opens the data for a model, prepared as what came with the model says where nobody says otherwise.
 *
 * @throws UserError as `openData`; InterruptedError where the signal is aborted meanwhile.
 */
export function openedSource(
  { data, signal, ...options }: GivenData,
  { path, proto }: ModelFile,
  inputs: readonly ModelInput[],
): Promise<FeedSource> {
  const cameWith = { path, metadata: proto.metadataProps };
  const sources = typeof data === 'string' ? [data] : data;
  return openedUnlessAborted(openData({ ...options, data: sources, cameWith }, inputs), signal);
}
