/** One quantity of a training, such as its loss, by step. */
export interface Scalar {
  readonly name: string;
  /** Step and value. */
  readonly points: readonly (readonly [number, number])[];
}
