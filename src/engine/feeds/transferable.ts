import type { Feed } from '../../data/feed.js';
import type { NumericArray } from '../../onnx/elementType.js';

/** A typed array that is all of a buffer of its own. */
export type Transferable<A extends NumericArray> = A & { readonly buffer: ArrayBuffer };

/**
 * The array itself where transferring its buffer gives nothing else away, otherwise a copy. A Buffer may be a
 * view of Node's pool, which many share, and of a shared buffer there is nothing to transfer.
 */
export function transferable<A extends NumericArray>(array: A): Transferable<A> {
  if (isWhole(array)) return array;
  const bytes = new Uint8Array(array.byteLength);
  bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  const copy = arrayOver(array, bytes.buffer);
  if (!isWhole(copy)) throw new TypeError('a new array does not cover its buffer');
  return copy;
}

/** An array of the same kind as `like` over all of `buffer`. */
export function arrayOver<A extends NumericArray>(like: A, buffer: ArrayBuffer): A {
  if (Buffer.isBuffer(like)) return Buffer.from(buffer) as A & Buffer;
  const Kind = like.constructor as new (buffer: ArrayBuffer) => A;
  return new Kind(buffer);
}

/** The buffers of a feed's tensors, each once. */
export function ownBuffers({ tensors }: Pick<Feed, 'tensors'>): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).flatMap(({ data }) => (isWhole(data) ? [data.buffer] : [])))];
}

/** The feed in memory of its own. */
export function copyOf(feed: Feed): Feed {
  const tensors = Object.entries(feed.tensors).map(
    ([input, tensor]) => [input, { ...tensor, data: tensor.data.slice() }] as const,
  );
  return { ...feed, tensors: Object.fromEntries(tensors) };
}

function isWhole<A extends NumericArray>(array: A): array is Transferable<A> {
  return array.buffer instanceof ArrayBuffer && array.byteLength === array.buffer.byteLength;
}
