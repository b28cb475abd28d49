import { normalNumbers, uniformNumbers } from '../../src/data/readers/randomNumbers.js';

/** Numbers from the standard normal distribution, the same for the same seed. */
export function normal(seed: number): () => number {
  return normalNumbers(uniformNumbers(seed));
}
