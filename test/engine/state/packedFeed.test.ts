import { describe, expect, it } from 'vitest';
import type { Feed } from '../../../src/data/feed.js';
import { packedFeed, unpackedFeed } from '../../../src/engine/state/packedFeed.js';
import type { ElementType, NumericArray } from '../../../src/onnx/elementType.js';

const back = (feed: Feed): Feed => unpackedFeed(JSON.parse(JSON.stringify(packedFeed(feed))));

describe('a feed as JSON', () => {
  it.each<[ElementType, NumericArray]>([
    ['float32', Float32Array.of(1.5, -0.1, Number.NaN)],
    ['float64', Float64Array.of(0.1, -Number.MIN_VALUE, Number.POSITIVE_INFINITY)],
    ['int8', Int8Array.of(-128, 0, 127)],
    ['int16', Int16Array.of(-32768, 0, 32767)],
    ['int32', Int32Array.of(-(2 ** 31), 0, 7)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 0n, 7n)],
    ['uint8', Uint8Array.of(0, 1, 255)],
    ['float16', Uint16Array.of(0, 0x3c00, 0xffff)],
    ['uint32', Uint32Array.of(0, 1, 2 ** 32 - 1)],
    ['uint64', BigUint64Array.of(0n, 1n, 2n ** 64n - 1n)],
  ])('comes back to the bit: %s', (type, data) => {
    const feed: Feed = { samples: 3, tensors: { x: { type, dims: [3, 1], data } } };
    expect(back(feed)).toEqual(feed);
    expect(back(feed).tensors.x.data.constructor).toBe(data.constructor);
  });

  it('holds only its own part of a larger buffer', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const found = back({ samples: 2, tensors: { x: { type: 'float32', dims: [2], data } } }).tensors.x.data;
    expect(found).toEqual(Float32Array.of(2, 3));
    expect(found.buffer.byteLength).toBe(8);
  });

  it('takes the bytes of a file for bytes', () => {
    const data = Buffer.from([1, 2, 3]);
    const found = back({ samples: 3, tensors: { x: { type: 'uint8', dims: [3], data } } });
    expect(found.tensors.x.data).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('knows where its samples come from, and inputs by any name', () => {
    const x = { type: 'int8', dims: [1], data: Int8Array.of(1) } as const;
    const feed = { samples: 1, tensors: Object.fromEntries([['__proto__', x]]), origins: ['a.npy'] };
    expect(back(feed)).toEqual(feed);
    expect(Object.keys(back(feed).tensors)).toEqual(['__proto__']);
    expect(back({ samples: 1, tensors: {} })).not.toHaveProperty('origins');
  });

  it('of numbers that nobody knows is refused', () => {
    const { tensors } = packedFeed({
      samples: 1,
      tensors: { x: { type: 'int8', dims: [1], data: Int8Array.of(1) } },
    });
    const odd = { samples: 1, tensors: [[tensors[0][0], { ...tensors[0][1], kind: 'Date' }]] } as const;
    expect(() => unpackedFeed(odd)).toThrow('a feed holds a Date');
  });
});
