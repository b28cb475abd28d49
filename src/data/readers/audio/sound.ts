/** A file of sound, opened. */
export interface Sound {
  /** Frames a second. */
  readonly rate: number;
  readonly channels: number;
  /** Samples of each channel. */
  readonly frames: number;
  /** A part costs as much as the whole. */
  readonly isWholeOnly?: boolean;
  /**
   * Frames `from` (included) to `to` (excluded), a channel each, from −1 to 1.
   *
   * @throws UserError where the file is damaged there.
   */
  decode(from: number, to: number): Promise<Float32Array[]>;
}
