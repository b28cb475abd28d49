import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../src/data/bufferPool.js';

describe('a pool of buffers', () => {
  it('hands out what came back, by size, and new memory else', () => {
    const pool = new BufferPool();
    const first = pool.take(16);
    const second = pool.take(16);
    expect([first.byteLength, second.byteLength, first === second]).toEqual([16, 16, false]);
    pool.give(first);
    expect(pool.take(8)).not.toBe(first);
    expect(pool.take(16)).toBe(first);
    expect(pool.take(16)).not.toBe(first);
  });

  it('never hands one out twice, however often it came back', () => {
    const pool = new BufferPool();
    const buffer = pool.take(16);
    pool.give(buffer);
    pool.give(buffer);
    expect(pool.take(16)).toBe(buffer);
    expect(pool.take(16)).not.toBe(buffer);
  });

  it('keeps nothing of a size that nobody asked for, or asks for any more', () => {
    const pool = new BufferPool();
    const strange = new ArrayBuffer(32);
    pool.give(strange);
    expect(pool.take(32)).not.toBe(strange);
    const old = pool.take(64);
    pool.give(old);
    for (let i = 0; i < 100; i++) pool.take(16);
    expect(pool.take(64)).not.toBe(old);
  });
});
