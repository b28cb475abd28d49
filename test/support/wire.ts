import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Writes one field. */
export type Field = (writer: BinaryWriter) => void;

/** Protobuf fields, written by hand, for what the schema does not know or a writer of another kind would write. */
export function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) field(writer);
  return writer.finish();
}

/** A field of bytes, text or another message. */
export const bytes = (no: number, content: Uint8Array | string) => (writer: BinaryWriter) => {
  writer
    .tag(no, WireType.LengthDelimited)
    .bytes(typeof content === 'string' ? new TextEncoder().encode(content) : content);
};

/** An integer field. */
export const varint = (no: number, value: bigint) => (writer: BinaryWriter) => {
  writer.tag(no, WireType.Varint).int64(value);
};

/** A float field. */
export const float32 = (no: number, value: number) => (writer: BinaryWriter) => {
  writer.tag(no, WireType.Bit32).float(value);
};

/** A double field. */
export const float64 = (no: number, value: number) => (writer: BinaryWriter) => {
  writer.tag(no, WireType.Bit64).double(value);
};

/** Integers packed into one field. */
export const packed = (no: number, values: readonly bigint[]) => (writer: BinaryWriter) => {
  const content = new BinaryWriter();
  for (const value of values) content.int64(value);
  bytes(no, content.finish())(writer);
};
