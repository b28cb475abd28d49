import type { Feed, TensorData } from '../../data/feed.js';
import { requireFits } from '../../data/requireFits.js';
import { UserError } from '../../errors.js';
import type { NumericArray } from '../../onnx/elementType.js';
import { factsOf } from './sampleFacts.js';
import { arrayOver } from './transferable.js';

/** A feed cut or filled to the size that the model fixes. */
export interface FixedFeed {
  /** Exactly `size` samples; those after the first `samples` are copies of the last of them. */
  readonly feed: Feed;
  readonly samples: number;
  /** `size` copies of the last sample; absent where nothing had to be filled up. */
  readonly copies?: Feed;
}

/**
 * Cuts a feed into batches of exactly `size` samples and fills the last one up with copies of its last sample.
 *
 * @throws UserError where a tensor does not hold the samples along its first axis, so that it cannot be cut.
 */
export function* fixedFeeds(feed: Feed, size: number): Generator<FixedFeed> {
  if (feed.samples === size) {
    yield { feed, samples: size };
    return;
  }
  for (let start = 0; start < feed.samples; start += size) {
    const samples = Math.min(size, feed.samples - start);
    const last = start + samples - 1;
    const rows = (sample: (i: number) => number) => select(feed, size, sample);
    const cut = { ...rows((i) => Math.min(start + i, last)), ...factsOf(feed, start, start + samples) };
    yield samples === size ? { feed: cut, samples } : { feed: cut, samples, copies: rows(() => last) };
  }
}

/** The feed with its last sample first; `undefined` where a tensor does not hold the samples along its first axis. */
export function turnedRound(feed: Feed): Feed | undefined {
  if (Object.values(feed.tensors).some(({ dims }) => dims[0] !== feed.samples)) return undefined;
  return select(feed, feed.samples, (i) => feed.samples - 1 - i);
}

/** The feed of `size` samples: the i-th is `sample(i)` of the one given. */
function select(feed: Feed, size: number, sample: (i: number) => number): Feed {
  const tensors = Object.entries(feed.tensors).map(([input, tensor]) => {
    if (tensor.dims[0] !== feed.samples) {
      throw new UserError(
        `input ${input} of shape [${tensor.dims.join(', ')}] cannot be cut to the model's batch size of ${size}: its first axis does not hold the ${feed.samples} samples`,
      );
    }
    const row = tensor.data.length / feed.samples;
    requireFits(
      // With the copies that are taken out again.
      2 * size * row,
      tensor.type,
      `a batch of ${size} samples of ${row} values for input ${input}, twice for filling it up,`,
      'export the model with a smaller batch, or with a free one',
    );
    return [input, rowsOf(tensor, size, sample)] as const;
  });
  return { samples: size, tensors: Object.fromEntries(tensors) };
}

function rowsOf({ type, dims, data }: TensorData, size: number, sample: (i: number) => number): TensorData {
  const row = data.length / dims[0];
  return { type, dims: [size, ...dims.slice(1)], data: gather(data, row, size, sample) };
}

function gather(data: NumericArray, row: number, size: number, sample: (i: number) => number): NumericArray {
  const rowBytes = row * data.BYTES_PER_ELEMENT;
  const source = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const bytes = new Uint8Array(rowBytes * size);
  for (let i = 0; i < size; i++) {
    const from = sample(i) * rowBytes;
    bytes.set(source.subarray(from, from + rowBytes), i * rowBytes);
  }
  return arrayOver(data, bytes.buffer);
}
