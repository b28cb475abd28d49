/** Opcodes of protocol 2, as Python's `pickletools` calls them. */
const PROTO = 0x80;
const EMPTY_DICT = 0x7d;
const MARK = 0x28;
const BINUNICODE = 0x58;
const LONG1 = 0x8a;
const SETITEMS = 0x75;
const STOP = 0x2e;

/** A Python `dict` from names to whole numbers, pickled: what `SaturationTracker(initial_epoch=…)` resumes from. */
export function pickleCounts(counts: ReadonlyMap<string, number>): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(PROTO, 2, EMPTY_DICT, MARK)];
  for (const [name, count] of counts) {
    const text = new TextEncoder().encode(name);
    const entry = new Uint8Array(5 + text.length + 10);
    const view = new DataView(entry.buffer);
    entry[0] = BINUNICODE;
    view.setUint32(1, text.length, true);
    entry.set(text, 5);
    entry.set([LONG1, 8], 5 + text.length);
    view.setBigInt64(7 + text.length, BigInt(count), true);
    parts.push(entry);
  }
  parts.push(Uint8Array.of(SETITEMS, STOP));
  return Buffer.concat(parts);
}
