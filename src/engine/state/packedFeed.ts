import type { Feed } from '../../data/feed.js';
import type { ElementType, NumericArray } from '../../onnx/elementType.js';

/** A feed as JSON: its bytes in base64. */
export interface PackedFeed {
  readonly samples: number;
  readonly tensors: readonly (readonly [
    string,
    {
      readonly type: ElementType;
      readonly dims: readonly number[];
      readonly kind: string;
      readonly data: string;
    },
  ])[];
  readonly origins?: readonly string[];
}

const kinds: ReadonlyMap<string, new (buffer: ArrayBuffer) => NumericArray> = new Map(
  [
    Float32Array,
    Float64Array,
    Int8Array,
    Int16Array,
    Int32Array,
    BigInt64Array,
    Uint8Array,
    Uint16Array,
    Uint32Array,
    BigUint64Array,
  ].map((kind): [string, new (buffer: ArrayBuffer) => NumericArray] => [kind.name, kind]),
);

export function packedFeed({ samples, tensors, origins }: Feed): PackedFeed {
  return {
    samples,
    tensors: Object.entries(tensors).map(([input, { type, dims, data }]) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
      const kind = Buffer.isBuffer(data) ? 'Uint8Array' : data.constructor.name;
      return [input, { type, dims, kind, data: bytes }];
    }),
    ...(origins ? { origins } : {}),
  };
}

/** @throws Error where it is no packed feed. */
export function unpackedFeed({ samples, tensors, origins }: PackedFeed): Feed {
  const unpacked = tensors.map(([input, { type, dims, kind, data }]) => {
    const Kind = kinds.get(kind);
    if (!Kind) throw new Error(`a feed holds a ${kind}`);
    const bytes = new Uint8Array(Buffer.from(data, 'base64'));
    return [input, { type, dims, data: new Kind(bytes.buffer) }] as const;
  });
  return { samples, tensors: Object.fromEntries(unpacked), ...(origins ? { origins } : {}) };
}
