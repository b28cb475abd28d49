import { expect } from 'vitest';

/** An event as its bytes have it, read by the published formats and with no help of the sources. */
export interface ReadEvent {
  readonly seconds: number;
  readonly step: number;
  readonly version: string;
  readonly values: readonly ReadValue[];
}

export interface ReadValue {
  readonly tag: string;
  readonly scalar?: number;
  readonly histogram?: Buffer;
  readonly image?: Buffer;
  readonly description?: string;
}

/** The events of a TFRecord file; every checksum has to be right. */
export function events(bytes: Uint8Array): ReadEvent[] {
  const file = Buffer.from(bytes);
  const found: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(masked(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(data));
    found.push(event(data));
    at += 16 + length;
  }
  return found;
}

function event(data: Buffer): ReadEvent {
  const parts = fields(data);
  return {
    seconds: parts.get(1)?.[0].readDoubleLE() ?? 0,
    step: varint(parts.get(2)?.[0] ?? Buffer.of(0), 0).value,
    version: String(parts.get(3)?.[0] ?? ''),
    values: parts.get(5)?.flatMap((summary) => fields(summary).get(1)?.map(value) ?? []) ?? [],
  };
}

function value(data: Buffer): ReadValue {
  const parts = fields(data);
  const metadata = parts.get(9)?.[0];
  return {
    tag: String(parts.get(1)?.[0] ?? ''),
    scalar: parts.get(2)?.[0].readFloatLE(),
    image: parts.get(4)?.[0],
    histogram: parts.get(5)?.[0],
    description: metadata && String(fields(metadata).get(3)?.[0]),
  };
}

export function histogramOf(data: Buffer = Buffer.alloc(0)) {
  const parts = fields(data);
  const number = (field: number) => parts.get(field)?.[0].readDoubleLE() ?? Number.NaN;
  const numbers = (field: number) => {
    const packed = parts.get(field)?.[0] ?? Buffer.alloc(0);
    return Array.from({ length: packed.length / 8 }, (_, i) => packed.readDoubleLE(8 * i));
  };
  return { min: number(1), max: number(2), count: number(3), limits: numbers(6), counts: numbers(7) };
}

/** The fields of a Protocol Buffers message by number, as bytes. */
export function fields(data: Buffer): Map<number, Buffer[]> {
  const found = new Map<number, Buffer[]>();
  for (let at = 0; at < data.length; ) {
    const tag = varint(data, at);
    at = tag.end;
    const wire = tag.value % 8;
    const start = wire === 2 ? varint(data, at).end : at;
    const end =
      wire === 0
        ? varint(data, at).end
        : wire === 1
          ? at + 8
          : wire === 5
            ? at + 4
            : start + varint(data, at).value;
    const number = (tag.value - wire) / 8;
    found.set(number, [...(found.get(number) ?? []), data.subarray(start, end)]);
    at = end;
  }
  return found;
}

export function varint(data: Buffer, at: number): { value: number; end: number } {
  let value = 0;
  for (let shift = 1, i = at; ; shift *= 128, i++) {
    value += (data[i] % 128) * shift;
    if (data[i] < 128) return { value, end: i + 1 };
  }
}

/** CRC-32C bit by bit, then masked as TensorFlow's `crc32c.h` says. */
function masked(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return Number((BigInt((crc >>> 15) | (crc << 17)) + 0xa282ead8n) & 0xffffffffn);
}
