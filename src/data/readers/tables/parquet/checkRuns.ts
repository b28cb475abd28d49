/** Values of a run that may be beyond those that are counted: the last group is filled up. */
const PADDING = 8 * 64;

/**
 * Goes over runs of Parquet's hybrid of run lengths and packed bits (https://parquet.apache.org/docs/file-format/data-pages/encodings)
 * without decoding them, since the decoder repeats a value as often as a run says: of a damaged file, until memory ends.
 *
 * @param count values that the runs should hold.
 * @throws Error where a run is longer.
 */
export function checkRuns(view: DataView, start: number, width: number, count: number): void {
  let at = start;
  for (let seen = 0; seen < count; ) {
    let header = 0;
    let scale = 1;
    for (;;) {
      const byte = view.getUint8(at++);
      header += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
      if (scale > 2 ** 35) throw new Error('the length of a run is damaged');
    }
    const packed = header % 2 === 1;
    const values = Math.floor(header / 2) * (packed ? 8 : 1);
    if (values > count - seen + (packed ? PADDING : 0)) throw new Error('a run is longer than its page');
    at += packed ? (values / 8) * width : Math.ceil(width / 8);
    seen += values;
  }
}
