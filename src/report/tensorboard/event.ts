import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** What TensorBoard shows under a tag at a step. */
export type SummaryValue = { readonly tag: string; readonly description?: string } & (
  | { readonly scalar: number }
  | { readonly histogram: Histogram }
  | { readonly image: Image }
);

export interface Histogram {
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Right edges, ascending, and what is below each of them and not below the one before. */
  readonly limits: readonly number[];
  readonly counts: readonly number[];
}

export interface Image {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** RGBA, in the numbers of `Summary.Image.colorspace`. */
const RGBA = 4;

/**
 * The event that a file begins with.
 *
 * @param seconds of Unix time.
 */
export function versionEvent(seconds: number): Uint8Array {
  return new BinaryWriter()
    .tag(1, WireType.Bit64)
    .double(seconds)
    .tag(3, WireType.LengthDelimited)
    .string('brain.Event:2')
    .finish();
}

/** `tensorflow.Event` with a summary (event.proto and summary.proto of TensorBoard), in Protocol Buffers. */
export function summaryEvent(seconds: number, step: number, values: readonly SummaryValue[]): Uint8Array {
  const writer = new BinaryWriter()
    .tag(1, WireType.Bit64)
    .double(seconds)
    .tag(2, WireType.Varint)
    .int64(step)
    .tag(5, WireType.LengthDelimited)
    .fork();
  for (const value of values) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writeValue(writer, value);
    writer.join();
  }
  return writer.join().finish();
}

function writeValue(writer: BinaryWriter, value: SummaryValue): void {
  writer.tag(1, WireType.LengthDelimited).string(value.tag);
  if ('scalar' in value) writer.tag(2, WireType.Bit32).float(Math.fround(value.scalar));
  else if ('image' in value) writeImage(writer, value.image);
  else writeHistogram(writer, value.histogram);
  if (value.description === undefined) return;
  const plugin = 'scalar' in value ? 'scalars' : 'image' in value ? 'images' : 'histograms';
  writer.tag(9, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(plugin).join();
  writer.tag(3, WireType.LengthDelimited).string(value.description).join();
}

function writeImage(writer: BinaryWriter, { width, height, png }: Image): void {
  writer.tag(4, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int32(height);
  writer.tag(2, WireType.Varint).int32(width);
  writer.tag(3, WireType.Varint).int32(RGBA);
  writer.tag(4, WireType.LengthDelimited).bytes(png).join();
}

function writeHistogram(writer: BinaryWriter, histogram: Histogram): void {
  const { min, max, count, sum, sumOfSquares, limits, counts } = histogram;
  writer.tag(5, WireType.LengthDelimited).fork();
  [min, max, count, sum, sumOfSquares].forEach((value, index) => {
    writer.tag(index + 1, WireType.Bit64).double(value);
  });
  for (const [field, values] of [limits, counts].entries()) {
    writer.tag(6 + field, WireType.LengthDelimited).fork();
    for (const value of values) writer.double(value);
    writer.join();
  }
  writer.join();
}
