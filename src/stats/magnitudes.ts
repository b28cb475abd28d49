/** How large the values of a layer are. */
export interface Magnitudes {
  /** The largest magnitude. */
  readonly largest: number;
  /** How many become infinite as float16. */
  readonly beyondFloat16: number;
  /** How many there are. */
  readonly values: number;
}

/** Those of all values together. */
export function joinedMagnitudes(parts: readonly Magnitudes[]): Magnitudes {
  return parts.reduce((all, part) => ({
    largest: Math.max(all.largest, part.largest),
    beyondFloat16: all.beyondFloat16 + part.beyondFloat16,
    values: all.values + part.values,
  }));
}
