import { Random } from './random.js';
import { changedTree, EDGES } from './tree.js';

const WORDS = [
  '0',
  '-1',
  '1e999',
  '-0',
  'null',
  '1e15',
  '9007199254740993',
  '0.5',
  '""',
  '{}',
  '[]',
  '"__proto__"',
];

type Change = (bytes: Buffer, random: Random) => Buffer;

const truncated: Change = (bytes, random) => bytes.subarray(0, random.place(bytes.length));

const flipped: Change = (bytes, random) => {
  const changed = Buffer.from(bytes);
  for (let left = 1 + random.below(8); left > 0; left--)
    changed[random.place(bytes.length)] ^= 1 << random.below(8);
  return changed;
};

const overwritten: Change = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const start = random.place(bytes.length);
  for (let i = start; i < Math.min(start + 1 + random.below(16), bytes.length); i++)
    changed[i] = random.below(256);
  return changed;
};

/** A number of two, four or eight bytes, in either order. */
const sized: Change = (bytes, random) => {
  const width = random.of([2, 4, 8]);
  if (bytes.length < width) return bytes;
  const changed = Buffer.from(bytes);
  const at = Math.min(random.place(bytes.length), bytes.length - width);
  const value = BigInt.asUintN(8 * width, random.of(EDGES));
  const isLittle = random.below(2) === 0;
  for (let i = 0; i < width; i++) {
    changed[at + i] = Number((value >> BigInt(8 * (isLittle ? i : width - 1 - i))) & 255n);
  }
  return changed;
};

/** A varint of protobuf that says how long a field is, or a count, becomes another one. */
const varint: Change = (bytes, random) => {
  const at = random.place(bytes.length);
  const value: number[] = [];
  for (let rest = BigInt.asUintN(64, random.of(EDGES)); ; rest >>= 7n) {
    value.push(Number(rest & 127n) | (rest >> 7n > 0n ? 128 : 0));
    if (rest >> 7n === 0n) break;
  }
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(value), bytes.subarray(at + 1)]);
};

/** A number, a name or a mark of a text becomes something else. */
const reworded: Change = (bytes, random) => {
  const text = bytes.toString('latin1');
  const tokens = [...text.matchAll(/-?\d+(?:\.\d+)?(?:e-?\d+)?|"[^"]*"|[[\]{},:;]/g)];
  if (tokens.length === 0) return bytes;
  const { 0: token, index } = random.of(tokens);
  return Buffer.from(text.slice(0, index) + random.of(WORDS) + text.slice(index + token.length), 'latin1');
};

/** A piece of the file is taken out, or stands at another place too. */
const spliced: Change = (bytes, random) => {
  const from = random.place(bytes.length);
  const piece = bytes.subarray(from, from + 1 + random.below(Math.min(bytes.length, 4096)));
  const at = random.place(bytes.length);
  return random.below(2) === 0
    ? Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + piece.length)])
    : Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
};

const changes: readonly Change[] = [truncated, flipped, overwritten, sized, varint, reworded, spliced];

/** How a kind of file is taken apart and put together: faults in what it says, and not only in how. */
export interface Structure {
  parse(bytes: Buffer): unknown;
  /** May throw, where the changed tree cannot be written. */
  write(tree: unknown): Uint8Array | string;
}

/**
 * A file with one to three faults, the same ones for the same seed.
 *
 * @param files whole ones, of which one is taken.
 */
export function mutated(files: readonly Buffer[], seed: number, structure?: Structure): Buffer {
  const random = new Random(seed);
  let bytes = random.of(files);
  const faults = random.of([1, 1, 1, 2, 3]);
  if (structure && random.below(3) > 0) {
    let tree = structure.parse(bytes);
    for (let left = faults; left > 0; left--) tree = changedTree(tree, random);
    try {
      return Buffer.from(structure.write(tree));
    } catch {
      // No file can say this.
    }
  }
  for (let left = faults; left > 0 && bytes.length > 0; left--) bytes = random.of(changes)(bytes, random);
  return bytes;
}
