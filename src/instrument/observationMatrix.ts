/** A graph value that holds a layer's observations as a matrix, in the model's own element type or float64. */
export interface ObservationMatrix {
  readonly value: string;
  /** Which axis the observations are on; the features are on the other. */
  readonly observationAxis: 0 | 1;
  /** Whether the value is float64 already. */
  readonly isFloat64?: boolean;
  /**
   * A graph value (int64 scalar) that counts the observations where not every row of the matrix is one: rows beyond
   * it are zero, so that they add nothing to the sums.
   */
  readonly count?: string;
}
