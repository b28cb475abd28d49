/** A 64-bit ELF file that says which libraries it needs, and nothing else. */
export function elfNeeding(libraries: readonly string[]): Buffer {
  const names = Buffer.from(`\0${libraries.map((name) => `${name}\0`).join('')}`);
  const entries = Buffer.alloc(16 * (libraries.length + 1));
  let at = 1;
  libraries.forEach((name, i) => {
    entries.writeBigInt64LE(1n, 16 * i);
    entries.writeBigUInt64LE(BigInt(at), 16 * i + 8);
    at += name.length + 1;
  });
  const header = Buffer.alloc(64);
  header.write('\x7fELF', 'latin1');
  header[4] = 2;
  header[5] = 1;
  header.writeBigUInt64LE(BigInt(64 + names.length + entries.length), 0x28);
  header.writeUInt16LE(2, 0x3c);
  const section = (type: number, offset: number, size: number, link: number) => {
    const bytes = Buffer.alloc(64);
    bytes.writeUInt32LE(type, 4);
    bytes.writeBigUInt64LE(BigInt(offset), 0x18);
    bytes.writeBigUInt64LE(BigInt(size), 0x20);
    bytes.writeUInt32LE(link, 0x28);
    return bytes;
  };
  return Buffer.concat([
    header,
    names,
    entries,
    section(3, 64, names.length, 0),
    section(6, 64 + names.length, entries.length, 0),
  ]);
}
