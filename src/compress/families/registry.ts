import type { FactorFamily } from '../family.js';
import { convolution } from './convolution.js';
import { gemm, matMul } from './product.js';

const families: readonly FactorFamily[] = [convolution, gemm, matMul];

/** Who takes layers of an operator apart. */
export const familyOf: ReadonlyMap<string, FactorFamily> = new Map(
  families.flatMap((family) => family.operators.map((operator) => [operator, family] as const)),
);
