import { readSync } from 'node:fs';

/** Weights of more bytes than this are left out. Anything that is looked at to tell layers is far smaller. */
export const LARGE_WEIGHT = 2 ** 16;

/** Bytes read where only a field's beginning is wanted. */
const WINDOW = 2 ** 14;
/** The most that a tag and a varint take. */
const HEADER = 20;

/** Fields that are gone into, by number, and the one that is left out where it is large (onnx-ml.proto). */
interface Message {
  readonly into: Readonly<Record<number, Message>>;
  readonly leftOut?: number;
}
const tensor: Message = { into: {}, leftOut: 9 }; // raw_data
const graph: Message = { into: { 5: tensor } }; // initializer
const model: Message = { into: { 7: graph } }; // graph

/**
 * Reads an ONNX file without its large weights: the `raw_data` of initializers above `LARGE_WEIGHT` bytes is zeros
 * after some first bytes, everything else stands where it stands in the file. Memory that nobody writes to costs
 * nothing, so this takes as long as the graph is large, not the weights.
 *
 * What is no well-formed model is read whole, for the parser to say what is wrong with it.
 *
 * @param size bytes in the file.
 */
export function readOutline(file: number, size: number): Buffer {
  const outline = new Outline(file, size);
  if (!outline.walk(0, size, model)) outline.readWhole();
  return outline.bytes;
}

class Outline {
  readonly bytes: Buffer;
  readonly #file: number;
  /** How far the file is read, but for what was left out. */
  #read = 0;

  constructor(file: number, size: number) {
    this.#file = file;
    this.bytes = Buffer.alloc(size);
  }

  readWhole(): void {
    this.#read = 0;
    this.#need(0, this.bytes.length);
  }

  /** Reads the fields from `position` to `end`; false where they are no such fields. */
  walk(position: number, end: number, { into, leftOut }: Message): boolean {
    let at = position;
    while (at < end) {
      this.#need(at, Math.min(at + HEADER, this.bytes.length));
      const tag = this.#varint(at);
      const value = tag && this.#varint(tag.end);
      if (!tag || !value) return false;
      const field = Math.floor(tag.value / 8);
      const wireType = tag.value % 8;
      const next = endOf(wireType, tag.end, value);
      if (next === undefined || next > end) return false;
      const isLarge = wireType === 2 && value.value > LARGE_WEIGHT;
      if (isLarge && into[field]) {
        if (!this.walk(value.end, next, into[field])) return false;
      } else if (!isLarge || field !== leftOut) {
        this.#need(at, next);
      }
      at = next;
    }
    return true;
  }

  /** Sees to it that the bytes from `start`, which nothing before is wanted of any more, to `end` are there. */
  #need(start: number, end: number): void {
    this.#read = Math.max(this.#read, start);
    while (this.#read < end) {
      const wanted = Math.min(Math.max(end - this.#read, WINDOW), this.bytes.length - this.#read);
      const count = readSync(this.#file, this.bytes, this.#read, wanted, this.#read);
      if (count === 0) return;
      this.#read += count;
    }
  }

  /** `undefined` where ten bytes do not end it. */
  #varint(start: number): { value: number; end: number } | undefined {
    let value = 0;
    for (let index = 0; index < 10; index++) {
      const byte = this.bytes[start + index] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return { value, end: start + index + 1 };
    }
    return undefined;
  }
}

/** Where a field ends; `undefined` for groups, which ONNX has none of. */
function endOf(wireType: number, start: number, value: { value: number; end: number }): number | undefined {
  switch (wireType) {
    case 0:
      return value.end;
    case 1:
      return start + 8;
    case 2:
      return value.end + value.value;
    case 5:
      return start + 4;
    default:
      return undefined;
  }
}
